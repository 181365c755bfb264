// The safetensors format of https://github.com/huggingface/safetensors: 8 bytes with the header's length, a
// JSON header, and the tensors' little-endian data. Python's `safetensors` reads what is written here, and the
// other way round. A checksum in the metadata finds damage that leaves the structure whole.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { UserError } from '../errors.js';

/** An array of any rank with its name; `data` is in row-major order. */
export interface NamedArray {
  name: string;
  /** Dimensions, outermost first; [] for a scalar. */
  shape: number[];
  data: Float32Array | Int32Array;
}

const LENGTH_BYTES = 8;
/** Limit of the format, so that a damaged length cannot request gigabytes of header. */
const MAX_HEADER_BYTES = 100_000_000;

/** Node's hash takes less than 2 GiB at once. */
const HASHED_BYTES = 2 ** 30;

const CHECKSUM_KEY = 'zlm.sha256';
/** Placeholder for the checksum while it is computed, because the checksum also covers the header. */
const NO_CHECKSUM = '0'.repeat(64);

/**
 * Encodes arrays as a safetensors file, with a SHA-256 of header and data among the metadata.
 *
 * @param tensors  in the order their data is to have
 * @param metadata texts to keep with them; the key "zlm.sha256" is taken
 * @returns the file in pieces; the tensors' pieces are views on their arrays, not copies
 * @throws Error when two tensors have one name, or a shape does not fit its data
 */
export function encodeSafetensors(
  tensors: readonly NamedArray[],
  metadata: Record<string, string>,
): Uint8Array[] {
  if (CHECKSUM_KEY in metadata) throw new Error(`The metadata key ${CHECKSUM_KEY} is reserved`);
  const data = tensors.map((tensor) => bytesOf(tensor.data));
  const entries = describe(tensors);
  const header = (checksum: string) =>
    paddedHeader({ [METADATA_KEY]: { ...metadata, [CHECKSUM_KEY]: checksum }, ...entries });
  const checksum = hash([header(NO_CHECKSUM), ...data]);
  const finalHeader = header(checksum);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(finalHeader.length), true);
  return [length, finalHeader, ...data];
}

/**
 * Reads a safetensors file of F32 and I32 tensors. The arrays are copies: they do not keep `bytes` alive, and
 * the file need not be aligned.
 *
 * @param bytes the whole file
 * @param path  its name, for messages
 * @returns the tensors by name, in the order of their data, the metadata without the checksum, and the checksum
 * @throws UserError('data') when anything is wrong with the file, its checksum (where it has one) included
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  path: string,
): { tensors: Map<string, NamedArray>; metadata: Record<string, string>; checksum: string | null } {
  try {
    const dataStart = LENGTH_BYTES + headerLength(bytes);
    const header = bytes.subarray(LENGTH_BYTES, dataStart);
    const data = bytes.subarray(dataStart);
    const { entries, metadata } = parseHeader(header, data.length);
    const { [CHECKSUM_KEY]: checksum, ...rest } = metadata;
    if (checksum !== undefined) verifyChecksum(checksum, header, data);
    const tensors = new Map(entries.map((entry) => [entry.name, extract(entry, data)]));
    return { tensors, metadata: rest, checksum: checksum ?? null };
  } catch (error) {
    if (!(error instanceof SafetensorsFault)) throw error;
    throw new UserError('data', `Cannot read ${path} as a safetensors file: ${error.message}`, [error.cure]);
  }
}

/**
 * Reads the checksum that a safetensors file of zlm says it has, without reading or checking the tensors: a few kilobytes.
 *
 * @returns null when there is no such file, or it has no checksum
 */
export async function safetensorsChecksum(path: string): Promise<string | null> {
  return (await safetensorsMetadata(path))?.[CHECKSUM_KEY] ?? null;
}

/**
 * Reads the metadata of a safetensors file without reading or checking the tensors.
 *
 * @returns null when there is no such file, or it has no header that can be read
 */
export async function safetensorsMetadata(path: string): Promise<Record<string, string> | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer: length } = await file.read(Buffer.alloc(LENGTH_BYTES), 0, LENGTH_BYTES, 0);
      const bytes = Math.min(Number(length.readBigUInt64LE()), MAX_HEADER_BYTES, (await file.stat()).size);
      const { buffer: header } = await file.read(Buffer.alloc(bytes), 0, bytes, LENGTH_BYTES);
      return parseMetadata(JSON.parse(header.toString('utf8'))[METADATA_KEY] ?? {});
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES)
    throw new SafetensorsFault(`it has only ${bytes.length} bytes, but needs at least 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES);
  const length = Number(view.getBigUint64(0, true));
  const available = bytes.length - LENGTH_BYTES;
  if (length > available)
    throw new SafetensorsFault(`its header claims ${length} bytes, but ${available} follow`);
  if (length > MAX_HEADER_BYTES)
    throw new SafetensorsFault(`its header claims ${length} bytes, which is over the limit`);
  return length;
}

function describe(tensors: readonly NamedArray[]): Record<string, object> {
  const entries = new Map<string, object>();
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (entries.has(name) || name === METADATA_KEY) throw new Error(`The name of tensor "${name}" is taken`);
    if (elementCount(shape) !== data.length) {
      throw new Error(`Tensor "${name}" of shape [${shape}] cannot have ${data.length} elements`);
    }
    const dtype = data instanceof Float32Array ? 'F32' : 'I32';
    const end = offset + data.byteLength;
    entries.set(name, { dtype, shape, data_offsets: [offset, end] });
    offset = end;
  }
  return Object.fromEntries(entries);
}

/** Returns the header as JSON, filled up with spaces to a multiple of 8 so that the data after it is aligned. */
function paddedHeader(header: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

function verifyChecksum(checksum: string, header: Uint8Array, data: Uint8Array): void {
  const blank = Buffer.from(header);
  const at = blank.indexOf(checksum);
  if (checksum.length === NO_CHECKSUM.length && at >= 0) blank.write(NO_CHECKSUM, at);
  if (hash([blank, data]) !== checksum) {
    throw new SafetensorsFault(
      'its content does not match its checksum, so it was damaged after it was written',
    );
  }
}

function hash(pieces: readonly Uint8Array[]): string {
  const sha256 = createHash('sha256');
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += HASHED_BYTES)
      sha256.update(piece.subarray(at, at + HASHED_BYTES));
  }
  return sha256.digest('hex');
}

// Typed arrays have the machine's byte order, and every machine that Node's tfjs backends run on is
// little-endian, as the format is.
function bytesOf(data: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function extract({ name, dtype, shape, begin, end }: HeaderEntry, data: Uint8Array): NamedArray {
  const length = (end - begin) / BYTES_PER_ELEMENT;
  const array = dtype === 'F32' ? new Float32Array(length) : new Int32Array(length);
  bytesOf(array).set(data.subarray(begin, end));
  return { name, shape, data: array };
}

/** The element types zlm reads and writes; both are 4 bytes wide. */
export type ElementType = 'F32' | 'I32';

/** One tensor as the header declares it. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: number[];
  /** First byte and byte after the last, counted from the start of the data section. */
  readonly begin: number;
  readonly end: number;
}

/** Width in bytes of one element of either type. */
export const BYTES_PER_ELEMENT = 4;

/** Key of the header whose value is a table of texts, not a tensor. */
export const METADATA_KEY = '__metadata__';

const ANOTHER_COPY =
  'Use another copy or another checkpoint: a truncated or changed file cannot be repaired.';
const CONVERT = 'Convert it in Python before saving: tensor.float() or tensor.int().';

/** Fault of a file, as a clause such as "the header is not JSON", with its cure. */
export class SafetensorsFault extends Error {
  constructor(
    message: string,
    readonly cure = ANOTHER_COPY,
  ) {
    super(message);
  }
}

/**
 * Reads and checks a header.
 *
 * @param bytes      the JSON, without the 8 length bytes
 * @param dataLength bytes in the file after the header
 * @returns the tensors in the order of their data, which they fill without a hole, and the metadata
 * @throws SafetensorsFault for the first thing that is wrong
 */
export function parseHeader(
  bytes: Uint8Array,
  dataLength: number,
): { entries: HeaderEntry[]; metadata: Record<string, string> } {
  const { [METADATA_KEY]: metadata = {}, ...tensors } = parseObject(bytes);
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, dataLength);
  return { entries, metadata: parseMetadata(metadata) };
}

/** Returns the product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SafetensorsFault('the header is not UTF-8');
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new SafetensorsFault('the header is not JSON');
  }
  if (!isObject(header)) throw new SafetensorsFault('the header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new SafetensorsFault(`the header has the key "${twice}" twice`);
  return header;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw new SafetensorsFault(`${METADATA_KEY} is not a table of texts`);
  }
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown): HeaderEntry {
  if (!isObject(value)) throw new SafetensorsFault(`tensor "${name}" is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'I32') {
    throw new SafetensorsFault(
      `tensor "${name}" has the type ${brief(dtype)}; zlm reads F32 and I32`,
      CONVERT,
    );
  }
  if (!isCounts(shape) || !Number.isSafeInteger(elementCount(shape))) {
    throw new SafetensorsFault(`tensor "${name}" has the impossible shape ${brief(shape)}`);
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new SafetensorsFault(`tensor "${name}" has the impossible data_offsets ${brief(offsets)}`);
  }
  const [begin, end] = offsets;
  const size = elementCount(shape) * BYTES_PER_ELEMENT;
  if (end - begin !== size) {
    throw new SafetensorsFault(`tensor "${name}" needs ${size} bytes for its shape, but has ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function checkCoverage(entries: readonly HeaderEntry[], dataLength: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) throw new SafetensorsFault(`tensor "${name}" overlaps another one`);
    if (begin > covered) {
      throw new SafetensorsFault(`it has ${bytesText(begin - covered)} of no tensor before tensor "${name}"`);
    }
    covered = end;
  }
  if (covered > dataLength) throw new SafetensorsFault(`it is ${bytesText(covered - dataLength)} too short`);
  if (covered < dataLength) {
    throw new SafetensorsFault(`it has ${bytesText(dataLength - covered)} too many at its end`);
  }
}

function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** Returns a value of the header as JSON, shortened: a damaged file may have anything there. */
function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? '(none)';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/**
 * Returns the first key that one object of a JSON text has twice, or undefined. JSON.parse keeps the last of the two
 * without a word, which would hide a fault.
 *
 * @param json a text that JSON.parse accepts
 */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key: string = JSON.parse(token.slice(0, token.length - colon.length));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
