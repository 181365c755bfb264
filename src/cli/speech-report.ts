/** The report of the commands that prepare a speech corpus: a table, or an object for `--json`. */
import { SPLITS, type SplitName } from '../corpus/manifest.js';
import type { SpeechFacts, SpeechManifest } from '../corpus/speech/manifest.js';
import type { PreparedSpeech } from '../corpus/speech/prepare-corpus.js';
import { shellWord } from '../shell-word.js';
import { writeOverride } from '../spec/yaml.js';
import { dataWords } from './place-flags.js';
import { count, stateOf } from './prepare-command.js';
import { renderTable } from './table.js';

/** The output of `--json`; see schemas/output/prepare-speech.schema.json. */
export interface PrepareSpeechResult {
  readonly corpus: string;
  readonly folder: string;
  /** The corpus existed, so nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly description: string;
  readonly features: SpeechManifest['features'];
  /** Number of phones that a model predicts. */
  readonly phones: number;
  /** Whether every frame has a label. */
  readonly aligned: boolean;
  /** Set of phones by which errors are counted. */
  readonly folding: SpeechManifest['scoring']['folding'];
  /** Number of different classes that are scored. */
  readonly scoredPhones: number;
  readonly splits: Readonly<Record<SplitName, SpeechFacts>>;
  /** The command that trains on the corpus. */
  readonly next: string;
}

/** The specs of a first training: that of a corpus of its own name, or the first one. */
const FIRST = { flite: 'configs/speech.yaml', 'festvox-ru': 'configs/festvox-ru.yaml' };

/**
 * Makes the result of a preparation.
 *
 * @param dataFolder named in the suggested command if it is not the default
 */
export function toSpeechResult(
  { name, folder, alreadyPrepared, manifest }: PreparedSpeech,
  dataFolder: string,
): PrepareSpeechResult {
  const { description, features, phones, aligned, scoring, splits } = manifest;
  const scored = new Set(scoring.classes.filter((phone) => phone !== null));
  return {
    corpus: name,
    folder,
    alreadyPrepared,
    description,
    features,
    phones,
    aligned,
    folding: scoring.folding,
    scoredPhones: scored.size,
    splits,
    next: ['zlm', 'train', ...trainOn(name, aligned), ...dataWords(dataFolder)].map(shellWord).join(' '),
  };
}

/** Returns the words that `zlm train` needs. */
function trainOn(name: string, aligned: boolean): string[] {
  const own = Object.entries(FIRST).find(([corpus]) => corpus === name);
  if (own !== undefined) return [own[1]];
  const loss = aligned ? [] : ['--set', writeOverride('task.speech.loss', 'ctc')];
  return [FIRST.flite, '--set', writeOverride('corpus', name), ...loss];
}

/** Renders the result of a preparation. @param width of the terminal, in columns; infinite without one */
export function renderSpeech(result: PrepareSpeechResult, width?: number): string {
  const { corpus, folder, alreadyPrepared, description, features, phones, aligned, splits } = result;
  const labels = aligned ? 'a phone for each frame' : 'phones without times: only CTC can be trained';
  const some = result.scoredPhones < TIMIT_SCORED ? `${result.scoredPhones} of ` : '';
  const scored = result.folding === 'timit' ? `, scored as ${some}TIMIT's ${TIMIT_SCORED}` : '';
  return [
    `${corpus} ${stateOf(alreadyPrepared)}: ${description}`,
    `folder ${folder}, ${features.size} features every ${1000 * features.frameSeconds} ms, ${phones} phones${scored}, ${labels}`,
    renderTable(
      COLUMNS,
      SPLITS.map((split) => row(split, splits[split])),
      width,
    ),
    `next: ${result.next}`,
  ].join('\n');
}

/** The classes of the usual folding. */
const TIMIT_SCORED = 39;

const COLUMNS = [
  { title: 'split' },
  { title: 'utterances', align: 'right' },
  { title: 'speakers', align: 'right' },
  { title: 'minutes', align: 'right' },
  { title: 'frames', align: 'right' },
  { title: 'phones', align: 'right' },
] as const;

function row(split: SplitName, { utterances, speakers, seconds, frames, phones }: SpeechFacts): string[] {
  const minutes = (seconds / 60).toFixed(1);
  return [split, count(utterances), count(speakers), minutes, count(frames), count(phones)];
}
