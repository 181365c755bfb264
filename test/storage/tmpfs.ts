import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../temp-folder.js';

/**
 * A file system of its own for the test that calls it, unmounted at its end; undefined where this machine does
 * not let us mount one.
 *
 * @param options of mount's tmpfs: "size=64k", "ro"
 * @param folder  where
 */
export function mountTmpfs(options: string, folder = tempFolder()): string | undefined {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  if (status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', folder]);
  });
  return folder;
}
