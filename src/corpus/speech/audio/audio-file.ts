/** Audio files by their contents, whatever their names end in: WAV or NIST SPHERE. */
import { UserError } from '../../../errors.js';
import { PositionedFile } from '../../../storage/record-file.js';
import { nameContent } from '../../acquire/wanted-file.js';
import { type AudioLayout, BYTES_PER_SAMPLE, convertCure } from './audio-fault.js';
import { isSphere, readSphereHeader } from './sphere.js';
import { isWav, readWavHeader } from './wav.js';

/** Samples of all channels that are read at once. */
const BLOCK_SAMPLES = 2 ** 16;

/** Full scale of 16-bit samples, by which floats are multiplied. */
const FULL_SCALE = 2 ** 15;

/** An audio file, open for reading; {@link close} it when done. */
export class AudioFile {
  readonly #file: PositionedFile;
  readonly #layout: AudioLayout;

  /** @throws UserError('data') that names file and byte when it is no audio file, damaged, or of another encoding */
  constructor(readonly path: string) {
    this.#file = new PositionedFile(path);
    try {
      this.#layout = readHeader(this.#file);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Samples per second. */
  get rate(): number {
    return this.#layout.rate;
  }

  /** Number of samples, at least 1. */
  get length(): number {
    return this.#layout.samples;
  }

  /**
   * Reads samples of the first channel in the scale of 16-bit integers.
   *
   * @param from first sample, 0 ≤ from ≤ to ≤ length
   * @returns [to − from]
   */
  read(from = 0, to = this.length): Float32Array {
    const { channels, encoding, start } = this.#layout;
    const frameBytes = channels * BYTES_PER_SAMPLE[encoding];
    const samples = new Float32Array(to - from);
    const block = Buffer.alloc(Math.ceil(BLOCK_SAMPLES / channels) * frameBytes);
    for (let done = 0; done < samples.length; ) {
      const bytes = block.subarray(0, (samples.length - done) * frameBytes);
      const position = start + (from + done) * frameBytes;
      if (this.#file.fill(bytes, position) < bytes.length) {
        throw new UserError('data', `${this.path} became shorter while it was being read`, [
          'Run the same command again when no other program writes to the file.',
        ]);
      }
      for (let at = 0; at < bytes.length; at += frameBytes) samples[done++] = sampleAt(bytes, at, encoding);
    }
    return samples;
  }

  close(): void {
    this.#file.close();
  }
}

/** Returns a sample. Floats that are no numbers, or too large for one once scaled, which no microphone records, are silence. */
function sampleAt(bytes: Buffer, at: number, encoding: AudioLayout['encoding']): number {
  if (encoding === 'int16-le') return bytes.readInt16LE(at);
  if (encoding === 'int16-be') return bytes.readInt16BE(at);
  const value = Math.fround(FULL_SCALE * bytes.readFloatLE(at));
  return Number.isFinite(value) ? value : 0;
}

function readHeader(file: PositionedFile): AudioLayout {
  const start = Buffer.alloc(16);
  const begin = start.subarray(0, file.fill(start, 0));
  if (isWav(begin)) return readWavHeader(file);
  if (isSphere(begin)) return readSphereHeader(file);
  const kind = nameContent(begin);
  const what = kind === undefined ? '' : `; it is ${kind}`;
  throw new UserError('data', `${file.path}, byte 0: This is neither a WAV nor a NIST SPHERE file${what}`, [
    kind === 'empty' ? 'Get the file again, or leave it out.' : convertCure(file.path),
  ]);
}
