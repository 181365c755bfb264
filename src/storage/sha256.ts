import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { describeFileError } from './file-error.js';

/** SHA-256 of a text (as UTF-8) or of bytes, in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * SHA-256 of a file in lower-case hex, read in pieces, so that its size does not matter.
 *
 * @throws UserError('data') when the file cannot be read
 */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
  return hash.digest('hex');
}
