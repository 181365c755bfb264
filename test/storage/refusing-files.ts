/** Runs processes in which the file system or the user database refuses operations. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { CC, NEEDS_CC } from '../backends/native/compiled.js';
import { ROOT } from '../cli/capture.js';
import { sharedFolder } from '../temp-folder.js';

/** Whether refusals are possible here, through a library that is loaded before the C library. */
export const CAN_REFUSE = process.platform === 'linux' && CC !== undefined;

/** Suffix for the title of a test that needs refusals. */
export const NEEDS_REFUSALS = process.platform === 'linux' ? NEEDS_CC : ', skipped: not Linux';

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
  const folder = sharedFolder();
  const library = join(folder, 'refusing-files.so');
  beforeAll(() => {
    if (!CAN_REFUSE) return;
    const source = join(ROOT, 'test/storage/refusing-files.c');
    execFileSync(CC as string, ['-shared', '-fPIC', '-o', library, source, '-ldl']);
  });
  return ({ symlink, sync, open, user }) => ({
    LD_PRELOAD: library,
    ...(symlink !== undefined && { ZLM_REFUSE_SYMLINK: String(symlink) }),
    ...(sync !== undefined && { ZLM_REFUSE_SYNC: String(sync) }),
    ...(open !== undefined && { ZLM_REFUSE_PATH: open.path, ZLM_REFUSE_OPEN: String(open.error) }),
    ...(user === false && { ZLM_NO_USER: '1' }),
  });
}
