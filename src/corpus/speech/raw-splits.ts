/** Opens the utterances of the three splits of a corpus, whatever they come from. */
import { stopIfAborted, UserError } from '../../errors.js';
import { SPLITS, type SplitName } from '../manifest.js';
import type { Options } from '../manifest-record.js';
import { type FeatureOptions, FRAME_SECONDS, featureSize } from './features/extractor.js';
import type { RawUtterance } from './formats/raw-utterance.js';
import { type PhoneChoice, phoneClasses } from './labels/phone-sets.js';
import type { FeatureFacts, NormalizationOf } from './manifest.js';
import { UtteranceReader } from './read-utterances.js';
import type { SpeechUtterances, UtteranceStream } from './recipe.js';

/** The utterances of each split as they are found. */
export type RawSplits = Readonly<Record<SplitName, readonly RawUtterance[]>>;

/** How labels become classes, and audio becomes features. */
export interface ReadingChoices {
  readonly phones: PhoneChoice;
  /** All labels, where they are known whatever occurs in train. */
  readonly labels?: readonly string[];
  readonly features: FeatureOptions;
  /** Whether the phones are TIMIT's even `as-is`. */
  readonly isTimit: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the classes, which `as-is` takes from all labels of train, and whether labels have times, which those of the first utterance
 * tell.
 *
 * @throws UserError('data') when a split is empty, or labels cannot be read
 */
export async function openUtterances(
  splits: RawSplits,
  { phones, labels: known, features, isTimit, signal }: ReadingChoices,
): Promise<SpeechUtterances> {
  const empty = SPLITS.find((split) => splits[split].length === 0);
  if (empty !== undefined)
    throw new UserError('data', `There is no utterance for ${empty}`, ['Each split needs one at least.']);
  const labels = known ?? (phones === 'as-is' ? await labelsOf(splits.train, signal) : []);
  const classes = phoneClasses(phones, labels, isTimit);
  const first = await splits.train[0].readLabels(1);
  const aligned = first.phones.some(({ span }) => span !== undefined);
  const reader = new UtteranceReader(features, classes, aligned);
  const streamOf = (split: SplitName): UtteranceStream => ({
    count: splits[split].length,
    async *utterances() {
      for (const raw of splits[split]) yield await reader.read(raw);
    },
  });
  return {
    phones: classes.phones,
    aligned,
    scoring: classes.scoring,
    splits: { train: streamOf('train'), valid: streamOf('valid'), test: streamOf('test') },
  };
}

async function labelsOf(
  utterances: readonly RawUtterance[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const labels = new Set<string>();
  for (const raw of utterances) {
    stopIfAborted(signal);
    for (const { label } of (await raw.readLabels(1)).phones) labels.add(label);
  }
  return labels;
}

/** Returns the facts of features for the manifest. */
export function featureFacts(features: FeatureOptions, normalize: NormalizationOf): FeatureFacts {
  return { size: featureSize(features), frameSeconds: FRAME_SECONDS, normalize };
}

/** Returns the choices of features that identify a corpus. */
export function featureOptionsRecord(
  { kind, mels, energy, deltas }: FeatureOptions,
  normalize: NormalizationOf,
): Options {
  return { features: kind, mels, energy, deltas, normalize };
}
