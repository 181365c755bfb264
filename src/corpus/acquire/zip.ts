import { buffer } from 'node:stream/consumers';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type ArchiveEntry, ArchiveFault } from './archive-entry.js';

/**
 * Calls `take` with the contents of the wanted files of a zip archive; yauzl checks sizes and sums.
 * @throws ArchiveFault when it is damaged or encrypted
 */
export async function walkZip(
  path: string,
  wants: (entry: ArchiveEntry) => boolean,
  take: (entry: ArchiveEntry, content: Buffer) => void,
): Promise<void> {
  // Undecoded, names are not checked: one that climbs ("../x") would fail the archive, but nothing is written by name.
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false }).catch(asFault);
  try {
    for await (const entry of zip.eachEntry()) {
      const facts = {
        path: entry.fileNameRaw.toString('utf8'),
        size: entry.uncompressedSize,
        isFile: isRegularFile(entry),
      };
      if (facts.isFile && wants(facts)) take(facts, await contentOf(zip, entry));
    }
  } catch (error) {
    return asFault(error);
  } finally {
    zip.close();
  }
}

// The upper half of the attributes is the Unix mode, when a Unix program made the entry.
function isRegularFile(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  const isFolder = entry.fileNameRaw.at(-1) === '/'.charCodeAt(0);
  return !isFolder && (type === 0 || type === 0o100000);
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.isEncrypted()) throw new ArchiveFault('it is encrypted');
  return await buffer(await zip.openReadStreamPromise(entry));
}

// yauzl throws plain errors; those of the file system carry a code and are described elsewhere, as are ours.
function asFault(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'Error' || 'code' in error) throw error;
  throw new ArchiveFault(`it is damaged: ${error.message}`, { cause: error });
}
