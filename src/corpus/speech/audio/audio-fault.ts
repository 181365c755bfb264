/** Errors of audio files, and the layout that their headers describe. */
import { UserError } from '../../../errors.js';
import { shellWord } from '../../../shell-word.js';

/** How the samples are stored. */
export interface AudioLayout {
  /** Samples per second and channel. */
  readonly rate: number;
  /** Interleaved channels. */
  readonly channels: number;
  /** 16-bit integers of either byte order, or little-endian 32-bit floats in [−1, 1]. */
  readonly encoding: 'int16-le' | 'int16-be' | 'float32-le';
  /** First byte of the samples. */
  readonly start: number;
  /** Samples of each channel, at least 1. */
  readonly samples: number;
}

export const BYTES_PER_SAMPLE: Readonly<Record<AudioLayout['encoding'], number>> = {
  'int16-le': 2,
  'int16-be': 2,
  'float32-le': 4,
};

/** Rates outside are no speech, or a damaged header. */
const RATES = { least: 4000, most: 384_000 };

const MOST_CHANNELS = 64;

/**
 * Error for an audio file that cannot be read.
 *
 * @param byte where the fault is, from 0
 */
export function audioFault(path: string, byte: number, fault: string, cures: readonly string[]): UserError {
  return new UserError('data', `${path}, byte ${byte}: ${fault}`, cures);
}

export const GET_AGAIN = ['Get the file again: it is damaged or cut off.'];

/** The cure for samples of another encoding or rate. */
export function convertCure(path: string, rate?: number): string {
  const word = shellWord(path);
  const options = rate === undefined ? '' : ` -r ${rate}`;
  return `Convert it with SoX, and name the new file: \`sox ${word}${options} -b 16 -e signed-integer out.wav\`.`;
}

/** Checks the numbers of a header that both formats have. @param byte where the header has them */
export function checkLayout(path: string, byte: number, { rate, channels }: AudioLayout): void {
  if (channels < 1 || channels > MOST_CHANNELS)
    throw audioFault(path, byte, `The header claims ${channels} channels`, GET_AGAIN);
  if (rate < RATES.least || rate > RATES.most)
    throw audioFault(path, byte, `The header claims ${rate} samples per second`, GET_AGAIN);
}
