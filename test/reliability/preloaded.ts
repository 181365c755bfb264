/** Libraries in C that are loaded before the C library, to make a system misbehave. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { CC, NEEDS_CC } from '../backends/native/compiled.js';
import { ROOT } from '../cli/capture.js';
import { sharedFolder } from '../temp-folder.js';

/** Whether libraries can be preloaded here. */
export const CAN_PRELOAD = process.platform === 'linux' && CC !== undefined;

/** Suffix for the title of a test that needs it. */
export const NEEDS_PRELOAD = process.platform === 'linux' ? NEEDS_CC : ', skipped: not Linux';

/**
 * Compiles a source of `test/` once for the tests of a file; to be called outside of them.
 *
 * @returns the path of the library, which is there when the tests run
 */
export function usePreloaded(source: string): string {
  const library = join(sharedFolder(), 'preloaded.so');
  beforeAll(() => {
    if (!CAN_PRELOAD) return;
    execFileSync(CC as string, ['-shared', '-fPIC', '-o', library, join(ROOT, 'test', source), '-ldl']);
  });
  return library;
}
