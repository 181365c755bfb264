/**
 * The header of a WAV file (RIFF, "Multimedia Programming Interface and Data Specifications 1.0", 1991): chunks with an
 * identifier, a size and as many bytes, padded to an even number.
 */
import type { PositionedFile } from '../../../storage/record-file.js';
import {
  type AudioLayout,
  audioFault,
  BYTES_PER_SAMPLE,
  checkLayout,
  convertCure,
  GET_AGAIN,
} from './audio-fault.js';

/** "RIFF", size, "WAVE". */
const RIFF_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FORMAT_BYTES = 16;
/** Of a format with an extension, the bytes up to the first two of the identifier that names the encoding. */
const EXTENSIBLE_BYTES = 26;

const CODE = { pcm: 1, float: 3, extensible: 0xfffe } as const;

/** Other encodings, for messages. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'μ-law',
  17: 'ADPCM',
  85: 'MP3',
};

/** Tells whether a file begins as a WAV file. */
export function isWav(start: Buffer): boolean {
  return start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * Reads the header. Chunks other than the format and the samples are skipped. The size in the RIFF header is ignored: programs
 * that write to a pipe leave it wrong. Every chunk is checked against the file instead.
 *
 * @throws UserError('data') with the byte where the file is damaged, cut off, or of another encoding
 */
export function readWavHeader(file: PositionedFile): AudioLayout {
  let format: Pick<AudioLayout, 'rate' | 'channels' | 'encoding'> | undefined;
  for (let at = RIFF_BYTES; ; ) {
    const header = Buffer.alloc(CHUNK_HEADER_BYTES);
    if (file.fill(header, at) < header.length)
      throw audioFault(file.path, at, 'The file ends before its samples', GET_AGAIN);
    const name = header.toString('latin1', 0, 4);
    const [start, size] = [at + CHUNK_HEADER_BYTES, header.readUInt32LE(4)];
    const left = file.bytes - start;
    if (name === 'data') {
      if (format === undefined)
        throw audioFault(file.path, at, 'The samples come before their format', GET_AGAIN);
      return layoutOf(file, format, at, size);
    }
    if (size > left) {
      const fault = `The chunk ${JSON.stringify(name)} claims ${size} bytes, but ${left} are left`;
      throw audioFault(file.path, at, fault, GET_AGAIN);
    }
    if (name === 'fmt ') format = readFormat(file, start, size);
    at = start + size + (size % 2);
  }
}

function readFormat(
  file: PositionedFile,
  start: number,
  size: number,
): Pick<AudioLayout, 'rate' | 'channels' | 'encoding'> {
  if (size < FORMAT_BYTES)
    throw audioFault(file.path, start, `The format has ${size} bytes instead of ${FORMAT_BYTES}`, GET_AGAIN);
  const bytes = Buffer.alloc(Math.min(size, EXTENSIBLE_BYTES));
  file.fill(bytes, start);
  const [channels, rate, frameBytes, bits] = [
    bytes.readUInt16LE(2),
    bytes.readUInt32LE(4),
    bytes.readUInt16LE(12),
    bytes.readUInt16LE(14),
  ];
  const outer = bytes.readUInt16LE(0);
  const code =
    outer === CODE.extensible && bytes.length === EXTENSIBLE_BYTES ? bytes.readUInt16LE(24) : outer;
  const encoding =
    code === CODE.pcm && bits === 16
      ? 'int16-le'
      : code === CODE.float && bits === 32
        ? 'float32-le'
        : undefined;
  if (encoding === undefined) {
    const kind =
      code === CODE.pcm ? 'PCM' : code === CODE.float ? 'float' : (NAMES[code] ?? `format ${code}`);
    const fault = `The samples are ${kind} of ${bits} bits, but only PCM of 16 bits and float of 32 are read`;
    throw audioFault(file.path, start, fault, [convertCure(file.path)]);
  }
  if (frameBytes !== channels * BYTES_PER_SAMPLE[encoding]) {
    const fault = `The header claims ${frameBytes} bytes for ${channels} samples of ${bits} bits`;
    throw audioFault(file.path, start + 12, fault, GET_AGAIN);
  }
  return { rate, channels, encoding };
}

function layoutOf(
  file: PositionedFile,
  format: Pick<AudioLayout, 'rate' | 'channels' | 'encoding'>,
  at: number,
  size: number,
): AudioLayout {
  const start = at + CHUNK_HEADER_BYTES;
  const left = file.bytes - start;
  if (size > left) {
    const fault = `The header claims ${size} bytes of samples, but ${left} are left`;
    throw audioFault(file.path, at, fault, [
      'Get the file again; one that was written to a pipe has no true size: write it to a file.',
    ]);
  }
  const frameBytes = format.channels * BYTES_PER_SAMPLE[format.encoding];
  const layout = { ...format, start, samples: size / frameBytes };
  checkLayout(file.path, at, layout);
  if (size === 0) throw audioFault(file.path, at, 'The file has no samples', ['Leave the file out.']);
  if (size % frameBytes === 0) return layout;
  const fault = `${size} bytes are not a whole number of ${frameBytes}-byte samples`;
  throw audioFault(file.path, at, fault, GET_AGAIN);
}
