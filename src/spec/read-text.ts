/** Reads a spec file as text, and reports everything that can be wrong before YAML is parsed. */
import { open, readdir } from 'node:fs/promises';
import { basename, extname, join, parse } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { describeFileError, fileErrorCode } from '../storage/file-error.js';

/** Largest size of a spec file, in bytes. A spec has about 1 KB; a larger file is something else. */
const MOST_BYTES = 64 * 1024;

/** The text of the file, or the reason why there is none: a sentence that names the path, with an optional cure. */
export type ReadResult = { readonly text: string } | { readonly reason: string; readonly cure?: string };

/**
 * Reads a file as UTF-8, without its byte-order mark.
 *
 * @param path the file, absolute or relative to the current folder
 */
export async function readText(path: string): Promise<ReadResult> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    return describeFailure(error, path);
  }
  if (bytes.length > MOST_BYTES)
    return { reason: `${path} is larger than ${MOST_BYTES / 1024} KiB, which is too large for a spec` };
  const encoding = foreignEncoding(bytes);
  if (encoding) return { reason: `${path} is ${encoding}; save it as UTF-8` };
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.trim() === '')
    return {
      reason: `${path} is empty`,
      cure: 'Start from a spec that comes with zlm: `zlm spec show quickstart > FILE.yaml`.',
    };
  return { text };
}

/** Reads at most one byte more than a spec may have, which is enough to see that a file is too large. */
async function readBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) return buffer.subarray(0, length);
      length += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function describeFailure(error: unknown, path: string): Promise<ReadResult> {
  const described = describeFileError(error, path, 'read');
  if (!described) throw error;
  const reason = described.message.replace(/\.$/, '');
  const near = fileErrorCode(error) === 'ENOENT' ? await similarFile(path) : undefined;
  return near ? { reason: `${reason}; did you mean ${near}?` } : { reason, cure: described.cures[0] };
}

/** Returns a file of the same kind in the same folder with a similar name. */
async function similarFile(path: string): Promise<string | undefined> {
  const { dir, name, ext } = parse(path);
  const files = await readdir(dir || '.').catch(() => []);
  const names = files.filter((file) => extname(file) === ext).map((file) => basename(file, ext));
  const near = didYouMean(name, names);
  return near && join(dir, near + ext);
}

/** Returns the encoding of bytes that are not UTF-8 text; undefined when they are. */
function foreignEncoding(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16 text';
  if (bytes.includes(0)) return 'a binary file';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    return 'not UTF-8 text';
  }
}
