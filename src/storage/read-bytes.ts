/** Files larger than the 2 GiB that Node's `readFile` reads. */
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../errors.js';

/** The longest typed array of Node 20; a file is read into one. */
export const MAX_FILE_BYTES = 2 ** 32;

/** One read of the system is 2 GiB at most. */
const PIECE_BYTES = 2 ** 30;

/**
 * Reads a whole file.
 *
 * @param piece bytes asked for at once
 * @throws the error of the file system; UserError('data') when the file has more than {@link MAX_FILE_BYTES}
 */
export async function readBytes(path: string, piece = PIECE_BYTES): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES) throw tooLarge(path, size);
    const bytes = new Uint8Array(size);
    const length = await fill(bytes, handle, piece);
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    await handle.close();
  }
}

/** How many bytes there were: fewer than fit when the file shrank meanwhile. */
async function fill(bytes: Uint8Array, handle: FileHandle, piece: number): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const wanted = Math.min(piece, bytes.length - length);
    const { bytesRead } = await handle.read(bytes, length, wanted, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function tooLarge(path: string, size: number): UserError {
  const [found, most] = [size, MAX_FILE_BYTES].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  return new UserError('data', `${path} has ${found}, and ${most} are the most that can be read`, []);
}
