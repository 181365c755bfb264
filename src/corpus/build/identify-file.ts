import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeFileError } from '../../storage/atomic-write.js';
import { sha256File } from '../../storage/sha256.js';
import type { SourceFile } from '../manifest.js';

/**
 * Name, size and hash of a file that a corpus is made from.
 * @throws UserError('data') when it cannot be read
 */
export async function identifyFile(path: string): Promise<SourceFile> {
  try {
    const { size } = await stat(path);
    return { name: basename(path), bytes: size, sha256: await sha256File(path) };
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}
