/** A file that is known to the byte, and what a file that claims to be it really is. */
import { sha256 } from '../../storage/sha256.js';

export interface WantedFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** A file that claims to be a wanted one. */
export interface Candidate {
  /** Base name. */
  readonly name: string;
  /** Where it was found, for messages: a path, a path within an archive, an address. */
  readonly origin: string;
  readonly content: Buffer;
}

/** What is wrong with `content` as the wanted file, as the end of a sentence "X …"; undefined when nothing is. */
export function faultOfContent(content: Buffer, wanted: WantedFile): string | undefined {
  if (content.length === wanted.bytes && sha256(content) === wanted.sha256) return undefined;
  const what = nameContent(content);
  if (what !== undefined) return `is ${what}`;
  if (content.length < wanted.bytes) return `has only ${content.length} of ${wanted.bytes} bytes`;
  if (content.includes('\r\n')) return 'has CR LF line ends, so it was changed on the way';
  if (content.length > wanted.bytes) return `has ${content.length} bytes instead of ${wanted.bytes}`;
  return `has the right size but other contents: SHA-256 ${sha256(content)} instead of ${wanted.sha256}`;
}

/** The content of the first candidate that is the wanted file, or what is wrong with each, as sentences. */
export function pickCandidate(candidates: readonly Candidate[], wanted: WantedFile): Buffer | string {
  const namesakes = candidates.filter(({ name }) => name === wanted.name);
  const faults: string[] = [];
  for (const { origin, content } of namesakes) {
    const fault = faultOfContent(content, wanted);
    if (fault === undefined) return content;
    faults.push(`${origin} ${fault}`);
  }
  return faults.length === 0 ? `${wanted.name} is not there` : faults.join('\n  ');
}

/** The kind of a file that is certainly no plain text, told by its first bytes: "an HTML page". */
export function nameContent(content: Buffer): string | undefined {
  if (content.length === 0) return 'empty';
  const start = content.subarray(0, 512).toString('latin1').trimStart().toLowerCase();
  if (/^(?:<!doctype html|<html|<head|<\?xml|<!--)/.test(start))
    return 'an HTML page, as saved from a web site';
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer, not the file itself';
  if (start.startsWith('{"')) return 'a JSON document';
  if (isZip(content)) return 'a zip archive';
  if (isGzip(content)) return 'a gzip archive';
  return undefined;
}

export function isZip(content: Buffer): boolean {
  return content.subarray(0, 2).toString('latin1') === 'PK';
}

export function isGzip(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}
