/** Captures what native code writes to stderr: Dawn warns there of drivers that it passes over. */
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a synchronous function, and returns its result and what was written to stderr meanwhile. On Windows, and where no
 * temporary file can be made, nothing is captured.
 */
export async function capturingStderr<T>(run: () => T): Promise<{ result: T; output: string }> {
  const file = process.platform === 'win32' ? null : openUnlinked();
  if (file === null) return { result: run(), output: '' };
  try {
    const { default: koffi } = await import('koffi');
    const system = koffi.load(null);
    const dup: (descriptor: number) => number = system.func('int dup(int)');
    const dup2: (from: number, to: number) => number = system.func('int dup2(int, int)');
    const stderr = dup(2);
    dup2(file, 2);
    let result: T;
    try {
      result = run();
    } finally {
      dup2(stderr, 2);
      closeSync(stderr);
    }
    return { result, output: textOf(file) };
  } finally {
    closeSync(file);
  }
}

/** Opens a temporary file that has no name any more; null where that fails. */
function openUnlinked(): number | null {
  const path = join(tmpdir(), `zlm-stderr-${process.pid}-${process.hrtime.bigint()}`);
  try {
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  } catch {
    return null;
  }
}

function textOf(file: number): string {
  const bytes = Buffer.alloc(fstatSync(file).size);
  readSync(file, bytes, 0, bytes.length, 0);
  return bytes.toString();
}
