import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mountOf, parseMounts } from '../../../src/backends/libraries/loading.js';
import type { DoctorReport } from '../../../src/cli/doctor-report.js';
import Doctor from '../../../src/commands/doctor.js';
import { runCommand } from '../../cli/capture.js';
import { CC, NEEDS_CC } from './compiled.js';

const MOUNTS = `21 27 0:19 / / rw,relatime - ext4 /dev/sda1 rw
25 21 0:5 / /home rw,nosuid,noexec shared:2 - ext4 /dev/sda2 rw
26 25 0:6 / /home/ada\\040b rw - ext4 /dev/sda3 rw
28 21 0:7 / /tmp rw - tmpfs tmpfs rw
29 21 0:8 / /tmp rw,noexec - tmpfs tmpfs rw
`;

describe('mountOf', () => {
  it.each([
    ['/usr/lib/a.so', '/', ['rw', 'relatime']],
    ['/homeward/a.so', '/', ['rw', 'relatime']],
    ['/home/ada/a.so', '/home', ['rw', 'nosuid', 'noexec']],
    ['/home/ada b/a.so', '/home/ada b', ['rw']],
    ['/tmp/a.so', '/tmp', ['rw', 'noexec']],
  ])('the mount of %s is %s', (path, point, options) => {
    expect(mountOf(path, parseMounts(MOUNTS))).toEqual({ point, options });
  });

  it('mountOf returns nothing where the system reports no mounts', () => {
    expect(mountOf('/a', parseMounts(''))).toBeUndefined();
  });
});

/** Mounts a file system that runs nothing; null where that is not allowed. */
function mountNoexec(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'zlm-test-noexec-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const folder = CC && process.platform === 'linux' ? mountNoexec() : null;
afterAll(() => {
  if (!folder) return;
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
});

it.skipIf(!folder)(
  `doctor names a cache whose file system runs nothing${folder ? '' : ` (needs root)${NEEDS_CC}`}`,
  async () => {
    const { result } = await runCommand<DoctorReport>(Doctor, ['--cache', String(folder)]);
    const native = result?.backends.find(({ name }) => name === 'native');
    expect(native?.available).toBe(false);
    expect(native?.reason).toContain(
      `${folder} is mounted with the option noexec, so nothing in it may run; with a cache folder`,
    );
    expect(native?.details).toContain('failed to map segment');
    expect(result?.auto?.reason).toContain('passed over native');
  },
);
