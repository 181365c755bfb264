// The JSON header of a safetensors file: what is in the data section, and whether that can be true.
import { duplicateKey } from './json-keys.js';

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

/** The header's key that holds texts instead of a tensor. */
export const METADATA_KEY = '__metadata__';

const ANOTHER_COPY =
  'Use another copy or another checkpoint: a file that was cut off or changed cannot be mended.';
const CONVERT = 'Convert it in Python before saving: tensor.float() or tensor.int().';

/** What is wrong with a file, as a clause: "the header is not JSON"; and what to do about it. */
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

/** Product of the dimensions; 1 for a scalar. */
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
    throw new SafetensorsFault(`tensor "${name}" needs ${size} bytes for its shape, and has ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function checkCoverage(entries: readonly HeaderEntry[], dataLength: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) throw new SafetensorsFault(`tensor "${name}" overlaps another one`);
    if (begin > covered) {
      throw new SafetensorsFault(`${begin - covered} bytes before tensor "${name}" belong to no tensor`);
    }
    covered = end;
  }
  if (covered > dataLength)
    throw new SafetensorsFault(`${covered - dataLength} bytes are missing at its end`);
  if (covered < dataLength) {
    throw new SafetensorsFault(`${dataLength - covered} bytes at its end belong to no tensor`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** A value as it stands in the header, cut short: a damaged file may have anything there. */
function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? '(none)';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
