// Writes a file atomically, but hangs when all bytes are in the temporary file and nothing is synced to the disk.
import { writeSync } from 'node:fs';
import { writeFileAtomically } from '../../src/storage/atomic-write.js';

function* bytesThenHang(text: string): Generator<Uint8Array> {
  yield Buffer.from(text);
  writeSync(1, 'written\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const [, , path, text] = process.argv;
await writeFileAtomically(path, bytesThenHang(text));
