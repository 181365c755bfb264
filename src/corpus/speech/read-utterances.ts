/** From utterances as they are found to utterances that can be written: audio, features, classes. */
import { UserError } from '../../errors.js';
import { convertCure } from './audio/audio-fault.js';
import { AudioFile } from './audio/audio-file.js';
import { FeatureExtractor, type FeatureOptions } from './features/extractor.js';
import type { RawUtterance } from './formats/raw-utterance.js';
import { alignPhones } from './labels/align.js';
import { labelFault } from './labels/label-lines.js';
import type { PhoneClasses } from './labels/phone-sets.js';
import type { Utterance } from './recipe.js';

/** Longer utterances would need much memory in training, too. */
const MOST_SECONDS = 600;

/** Makes utterances of one corpus, whose audio has one rate. */
export class UtteranceReader {
  #extractor:
    | { readonly rate: number; readonly path: string; readonly features: FeatureExtractor }
    | undefined;

  constructor(
    private readonly options: FeatureOptions,
    private readonly classes: PhoneClasses,
    /** Whether every utterance must have times. */
    private readonly aligned: boolean,
  ) {}

  /**
   * Reads one utterance.
   *
   * @throws UserError('data') that names file and line, or file and byte, when audio and labels cannot be read, do not fit each
   *   other, or have another rate than those before
   */
  async read(raw: RawUtterance): Promise<Utterance> {
    const { rate, samples } = readSamples(raw);
    const { features: extractor } = this.#extractorFor(raw.audio, rate);
    const { window, step } = extractor;
    if (samples.length < window) throw tooShort(raw, samples.length, window);
    const features = extractor.extract(samples);
    const grid = { frames: extractor.framesOf(samples.length), window, step, samples: samples.length };
    const spoken = await raw.readLabels(rate);
    const { labels, phones } = alignPhones(spoken, this.classes, grid);
    if (this.aligned && labels === null) {
      throw labelFault(
        spoken.path,
        spoken.phones[0].line,
        'The labels have no times, but those of other utterances have',
      );
    }
    return {
      name: raw.name,
      speaker: raw.speaker,
      features,
      labels: this.aligned ? labels : null,
      phones,
      seconds: samples.length / rate,
    };
  }

  #extractorFor(path: string, rate: number) {
    const known = this.#extractor;
    if (known?.rate === rate) return known;
    if (known !== undefined) {
      const fault = `${path} has ${rate} samples per second, but ${known.path} has ${known.rate}`;
      throw new UserError('data', `${fault}; a corpus has one rate`, [convertCure(path, known.rate)]);
    }
    const made = { rate, path, features: new FeatureExtractor(rate, this.options) };
    this.#extractor = made;
    return made;
  }
}

function readSamples({ audio, part, name }: RawUtterance): { rate: number; samples: Float32Array } {
  const file = new AudioFile(audio);
  try {
    const { rate, length } = file;
    const from = part === undefined ? 0 : Math.round(part.from * rate);
    const wanted = part === undefined ? length : Math.round(part.to * rate);
    // Times are rounded; a hundredth of a second is the length of a frame.
    if (part !== undefined && wanted > length + rate / 100) {
      throw new UserError(
        'data',
        `${part.place}: The segment "${name}" ends at ${part.to} s, but ${audio} at ${(length / rate).toFixed(3)} s`,
        ['Check that segments and audio belong together.'],
      );
    }
    const to = Math.min(wanted, length);
    if (to - from > MOST_SECONDS * rate) throw tooLong(audio, (to - from) / rate);
    return { rate, samples: file.read(Math.min(from, to), to) };
  } finally {
    file.close();
  }
}

function tooShort({ audio, part }: RawUtterance, samples: number, window: number): UserError {
  const fault = `The utterance has ${samples} samples, but a frame ${window}`;
  return new UserError('data', `${part?.place ?? audio}: ${fault}`, ['Leave it out.']);
}

function tooLong(audio: string, seconds: number): UserError {
  return new UserError(
    'data',
    `${audio}: The utterance has ${Math.round(seconds)} s, but at most ${MOST_SECONDS} s are taken`,
    ['Cut the recording into sentences, such as by `segments` in a data folder of Kaldi.'],
  );
}
