import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, type Header } from 'tar-stream';
import { type ArchiveEntry, ArchiveFault } from './archive-entry.js';

/** tar-stream's words for an archive that ends too early. */
const CUT_OFF = 'Unexpected end of data';

/**
 * Calls `wants` with each entry of a tar archive as it streams by, and `take` with the contents of those wanted.
 *
 * @param chunks the archive's bytes, decompressed
 * @throws ArchiveFault when it is cut off or no tar archive
 */
export async function walkTar(
  chunks: AsyncIterable<Buffer>,
  wants: (entry: ArchiveEntry) => boolean,
  take: (entry: ArchiveEntry, content: Buffer) => void,
): Promise<void> {
  const archive = extract();
  const source = Readable.from(chunks);
  source.on('error', (error) => archive.destroy(error));
  try {
    for await (const entry of source.pipe(archive)) {
      const facts = describe(entry.header);
      if (facts.isFile && wants(facts)) take(facts, await buffer(entry));
      else entry.resume();
    }
  } catch (error) {
    throw asFault(error);
  } finally {
    source.destroy();
  }
}

function describe(header: Header): ArchiveEntry {
  const isFile = header.type === 'file' || header.type === 'contiguous-file';
  return { path: header.name, size: header.size ?? 0, isFile };
}

/** tar-stream throws plain errors; those of the file system and of zlib carry a code and are described elsewhere. */
function asFault(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'Error' || 'code' in error) return error;
  if (error.message === CUT_OFF) return new ArchiveFault('it is cut off', { cause: error });
  return new ArchiveFault('it is damaged or not a tar archive', { cause: error });
}
