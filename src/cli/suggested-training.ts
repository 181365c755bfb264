/** Suggests a command that trains on a prepared corpus and works however short the text is. */
import { join } from 'node:path';
import { corpusFacts, type Manifest } from '../corpus/manifest.js';
import { crossFieldFaults } from '../spec/cross-field.js';
import { loadSpec } from '../spec/load.js';
import { requireNetwork } from '../spec/systems.js';
import { windowShapeFor } from '../spec/window-shape.js';
import { writeOverride } from '../spec/yaml.js';

const QUICKSTART = 'configs/quickstart.yaml';

/** The spec for very short texts: n-gram counts need neither batch nor windows, and work with a split of one token. */
const FOR_THE_SHORTEST = 'configs/kn5.yaml';

/** The key with the windows of an epoch: zlm refuses more of them than a short text has. */
const SHORT_EPOCHS = 'training.windowsPerEpoch';

type NamedManifest = Pick<Manifest, 'name' | 'splits' | 'vocabulary'>;

/**
 * Returns the words that `zlm train` needs to train a first model on a corpus: the quickstart's network where train and
 * valid have two tokens each, else an n-gram model.
 *
 * @param packageRoot the folder of zlm's own `configs/`
 */
export async function firstTrainingOn(corpus: NamedManifest, packageRoot: string): Promise<string[]> {
  const overrides = [writeOverride('corpus', corpus.name)];
  const fitting = await fittingOverrides(QUICKSTART, overrides, corpus, packageRoot);
  return fitting ? wordsOf(QUICKSTART, fitting) : wordsOf(FOR_THE_SHORTEST, overrides);
}

/** The spec with a context of topics, its corpus and its number of topics. */
const WITH_TOPICS = { path: 'configs/rnn-lda.yaml', corpus: 'ptb', topics: 40 };

/**
 * Returns the words that `zlm train` needs to train a network with a corpus's topics; undefined where none can: there are
 * more topics than words, or a split has less than two tokens.
 */
export async function topicTrainingOn(
  corpus: NamedManifest,
  topics: number,
  packageRoot: string,
): Promise<string[] | undefined> {
  const { path } = WITH_TOPICS;
  const overrides = [
    ...(corpus.name === WITH_TOPICS.corpus ? [] : [writeOverride('corpus', corpus.name)]),
    ...(topics === WITH_TOPICS.topics ? [] : [writeOverride('model.context.topics', topics)]),
  ];
  const fitting = await fittingOverrides(path, overrides, corpus, packageRoot);
  return fitting && wordsOf(path, fitting);
}

function wordsOf(spec: string, overrides: readonly string[]): string[] {
  return [spec, ...overrides.flatMap((override) => ['--set', override])];
}

/**
 * Adds overrides to some until a spec fits a corpus: a narrower batch, shorter windows, whole passes as epochs.
 *
 * @returns undefined when it cannot be made to fit
 */
async function fittingOverrides(
  path: string,
  overrides: readonly string[],
  corpus: NamedManifest,
  packageRoot: string,
): Promise<string[] | undefined> {
  const facts = corpusFacts(corpus.name, corpus);
  if (Math.min(facts.trainTokens, facts.validTokens) < 2) return undefined;
  const load = async (set: readonly string[]) => {
    const { spec } = await loadSpec(join(packageRoot, path), [...set]);
    return requireNetwork(spec, () => new Error(`${path} is no longer the spec of a network`));
  };
  const spec = await load(overrides);
  const { batchSize, bptt } = windowShapeFor(facts, spec.training);
  const fitting = [
    ...overrides,
    ...(batchSize === spec.training.batchSize ? [] : [writeOverride('training.batchSize', batchSize)]),
    ...(bptt === spec.training.bptt ? [] : [writeOverride('training.bptt', bptt)]),
  ];
  const faults = crossFieldFaults(await load(fitting), facts);
  if (faults.length === 0) return fitting;
  const other = faults.some(({ key }) => key !== SHORT_EPOCHS);
  return other ? undefined : [...fitting, writeOverride(SHORT_EPOCHS, null)];
}
