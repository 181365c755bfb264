/** Runs processes in which the file system or the user database refuses operations. */
import { usePreloaded } from '../reliability/preloaded.js';

/** What to refuse; numbers are those of Linux's errors. */
interface Refusals {
  readonly symlink?: number;
  /** `fsync` of folders. */
  readonly sync?: number;
  readonly open?: { readonly path: string; readonly error: number };
  /** The user is not in the user database. */
  readonly user?: boolean;
}

/**
 * Compiles the library once for the tests of a file; to be called outside of them.
 *
 * @returns makes the environment of a process that meets refusals
 */
export function useRefusals(): (refusals: Refusals) => NodeJS.ProcessEnv {
  const library = usePreloaded('storage/refusing-files.c');
  return ({ symlink, sync, open, user }) => ({
    LD_PRELOAD: library,
    ...(symlink !== undefined && { ZLM_REFUSE_SYMLINK: String(symlink) }),
    ...(sync !== undefined && { ZLM_REFUSE_SYNC: String(sync) }),
    ...(open !== undefined && { ZLM_REFUSE_PATH: open.path, ZLM_REFUSE_OPEN: String(open.error) }),
    ...(user === false && { ZLM_NO_USER: '1' }),
  });
}
