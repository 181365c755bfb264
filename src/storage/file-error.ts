// The file system's error codes in words: what a person can mend becomes a UserError, the rest stays a bug.
import { UserError } from '../errors.js';

interface FileFault {
  readonly reason: string;
  readonly cures: readonly string[];
}

const NO_PERMISSION: FileFault = {
  reason: 'permission denied',
  cures: ['Change the permissions of the file and of its folder, or choose a folder of your own.'],
};
const NO_SPACE: FileFault = {
  reason: 'no space left on the disk',
  cures: ['Free some space on that disk, or choose a folder on another one, then run the command again.'],
};
const TOO_MANY_OPEN: FileFault = {
  reason: 'too many files are open',
  cures: ['Close other programs, or raise the limit with "ulimit -n 4096", then run the command again.'],
};

const FAULTS: Readonly<Record<string, FileFault>> = {
  ENOENT: { reason: 'no such file or folder', cures: ['Check the path for a typing error.'] },
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EROFS: {
    reason: 'the file system is read-only',
    cures: ['Choose a folder on a disk that can be written.'],
  },
  EISDIR: {
    reason: 'it is a folder, not a file',
    cures: ['Name a file, or move the folder of that name away.'],
  },
  ENOTDIR: {
    reason: 'a part of the path is a file, not a folder',
    cures: ['Choose another path, or move the file that stands where a folder is needed.'],
  },
  EEXIST: {
    reason: 'something else of that name is in the way',
    cures: ['Choose another path, or move the file that stands where a folder is needed.'],
  },
  EBUSY: {
    reason: 'it is in use, or a disk is mounted there',
    cures: [
      'Stop what uses it. A disk, or a volume of a container, must be mounted at the folder above: this one is put in place as a whole.',
    ],
  },
  EXDEV: {
    reason: 'it is on another disk, or in another layer of a container, than what is to take its place',
    cures: ['Choose a folder that lies on one disk as a whole, or move the one of that name away.'],
  },
  ENAMETOOLONG: { reason: 'the name is too long for this file system', cures: ['Choose a shorter name.'] },
  ELOOP: { reason: 'its symbolic links lead in a circle', cures: ['Remove the circular link.'] },
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  EIO: { reason: 'the disk reports a fault', cures: ['Check the disk, or choose a folder on another one.'] },
};

/** The code of a Node system error ("ENOENT"), or undefined for any other value. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Words for a file-system error that the user can mend.
 *
 * @param error what was thrown
 * @param path  the file or folder the user knows, which need not be the one the system call named
 * @param doing a verb for "Cannot ... PATH": "read", "write", "create"
 * @returns a UserError of kind 'data', or undefined when the error is of another kind: then throw it as it is
 */
export function describeFileError(error: unknown, path: string, doing: string): UserError | undefined {
  const fault = FAULTS[fileErrorCode(error) ?? ''];
  if (!fault) return undefined;
  return new UserError('data', `Cannot ${doing} ${path}: ${fault.reason}`, fault.cures, { cause: error });
}
