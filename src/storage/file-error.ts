/** Messages for errors of the file system. Each of them becomes a UserError: a refusal of the file system is never a bug of zlm. */
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { UserError } from '../errors.js';

interface FileFault {
  readonly reason: string;
  readonly cures: readonly string[];
}

/** The cure of a fault that passes; where something is left that a command can continue from, its caller puts that in its place. */
export const RUN_AGAIN = 'Then run the command again.';

const NO_PERMISSION: FileFault = {
  reason: 'permission denied',
  cures: ['Change the permissions of the file and of its folder, or choose a folder of your own.'],
};
const NO_SPACE: FileFault = {
  reason: 'no space left on the disk',
  cures: ['Free some space on that disk, or choose a folder on another one.', RUN_AGAIN],
};
const OUT_OF_REACH: FileFault = {
  reason: 'the network file system does not answer',
  cures: ['Check that the disk is mounted and its server runs, or choose a folder on another disk.'],
};
const NOT_OFFERED: FileFault = {
  reason: 'the file system does not offer this operation',
  cures: ['Choose a folder on another disk.'],
};
const TOO_MANY_OPEN: FileFault = {
  reason: 'too many files are open',
  cures: ['Close other programs, or raise the limit with "ulimit -n 4096".', RUN_AGAIN],
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
    cures: ['Choose another path, or move the file that is in the place of the folder.'],
  },
  EEXIST: {
    reason: 'something else has that name',
    cures: ['Choose another path, or move the file that is in the place of the folder.'],
  },
  EBUSY: {
    reason: 'it is in use, or a disk is mounted there',
    cures: [
      'Stop the program that uses it. Mount a disk, or a volume of a container, at the folder above, because this folder is replaced as a whole.',
    ],
  },
  EXDEV: {
    reason: 'it is on another disk, or in another layer of a container, than its replacement',
    cures: ['Choose a folder that is entirely on one disk, or move the existing folder away.'],
  },
  ENAMETOOLONG: { reason: 'the name is too long for this file system', cures: ['Choose a shorter name.'] },
  ELOOP: { reason: 'its symbolic links lead in a circle', cures: ['Remove the circular link.'] },
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  EIO: { reason: 'the disk reports a fault', cures: ['Check the disk, or choose a folder on another one.'] },
  EFBIG: {
    reason: 'the file would be larger than is allowed',
    cures: [
      'Raise the limit with "ulimit -f unlimited", or choose a folder on a disk whose file system takes larger files.',
    ],
  },
  EINVAL: {
    reason: 'the file system does not take this name, or does not offer this operation',
    cures: ['Choose another name, or a folder on another disk.'],
  },
  EILSEQ: {
    reason: 'the file system does not take a character of the name',
    cures: ['Choose a name of plain letters, digits and dashes.'],
  },
  ENOSYS: NOT_OFFERED,
  ENOTSUP: NOT_OFFERED,
  EOPNOTSUPP: NOT_OFFERED,
  ESTALE: {
    reason: 'the network file system has removed or replaced it (stale file handle)',
    cures: ['Run the command again; if the error remains, mount the disk again.'],
  },
  ENOTCONN: OUT_OF_REACH,
  ETIMEDOUT: OUT_OF_REACH,
  EHOSTDOWN: OUT_OF_REACH,
  EHOSTUNREACH: OUT_OF_REACH,
  ETXTBSY: { reason: 'it is a running program', cures: ['Stop the program, or choose another name.'] },
};

/** Names of the error numbers that Node calls "Unknown system error -116". */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** Returns the code of a Node system error ("ENOENT"), or undefined for any other value. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const { errno } = error as NodeJS.ErrnoException;
  if (!error.code.startsWith('Unknown system error') || errno === undefined) return error.code;
  return NAMES.get(-errno) ?? `error ${-errno}`;
}

/**
 * Describes an error of the file system.
 *
 * @param error the thrown value
 * @param path the file or folder that the user knows; the system call may have named another one
 * @param doing a verb for "Cannot ... PATH": "read", "write", "create"
 * @returns a UserError of kind 'data', or undefined when the file system did not throw the error: then throw it
 *   unchanged
 */
export function describeFileError(error: unknown, path: string, doing: string): UserError | undefined {
  const fault = FAULTS[fileErrorCode(error) ?? ''] ?? unforeseenFault(error);
  if (!fault) return undefined;
  return new UserError('data', `Cannot ${doing} ${path}: ${fault.reason}`, fault.cures, { cause: error });
}

/**
 * Describes an error of a system call on files that {@link FAULTS} does not have. Errors of zlib also have codes and
 * numbers, but no system call.
 */
function unforeseenFault(error: unknown): FileFault | undefined {
  const code = fileErrorCode(error);
  if (code === undefined) return undefined;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  if (errno === undefined || syscall === undefined) return undefined;
  // A program that could not be started, or a network connection.
  if (/^(spawn|connect|getaddrinfo|kill)\b/.test(syscall)) return undefined;
  const text = getSystemErrorMap().get(errno)?.[1];
  return {
    reason: text === undefined ? `the file system answers with ${code}` : `${text} (${code})`,
    cures: ['Check the disk, or choose a folder on another one.'],
  };
}
