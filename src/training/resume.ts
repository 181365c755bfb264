/** May a run go on? Only with the spec, the vocabulary and the corpus it began with. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { Checkpoint, Provenance } from '../runs/checkpoint.js';
import type { Position } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { shellWord } from '../shell-word.js';
import { type Difference, diffSpecs, specHash } from '../spec/load.js';
import { isNgram, type NetworkSpec, type Spec } from '../spec/systems.js';

/** Keys that may change between sessions: they decide how long and how safely to train, not what is computed. */
function changeableKeys(spec: Spec): string[] {
  if (isNgram(spec)) return [];
  const { training } = spec;
  // The cosine reaches its end with the last epoch, so all of its learning rates depend on how many there are.
  const epochs = 'cosine' in training.schedule ? [] : ['training.epochs'];
  return [...epochs, 'training.earlyStopping', 'training.checkpoint.everyMinutes'];
}

/** What the checkpoints of a run belong to. */
export function provenanceOf(spec: Spec, corpus: PreparedCorpus): Provenance {
  const unchanging = isNgram(spec) ? spec : withoutChangeable(spec);
  const { train, valid } = corpus.manifest.splits;
  return {
    specHash: specHash(unchanging),
    vocabularyHash: corpus.vocabulary.sha256,
    trainHash: train.sha256,
    validHash: valid.sha256,
  };
}

function withoutChangeable(spec: NetworkSpec): NetworkSpec {
  const { training } = spec;
  const epochs = 'cosine' in training.schedule ? training.epochs : 1;
  const fixed = { ...training, epochs, earlyStopping: null, checkpoint: { everyMinutes: 1 } };
  return { ...spec, training: fixed };
}

/**
 * Checks that a run may go on with a spec and a corpus.
 *
 * @param checkpoint what it would go on from; null when the run was stopped before the first
 * @throws UserError('spec') that names the keys that differ, UserError('data') when the corpus is another one
 */
export async function checkResumable(
  run: RunFolder,
  spec: Spec,
  checkpoint: Checkpoint | null,
  corpus: PreparedCorpus,
): Promise<void> {
  const changeable = changeableKeys(spec);
  const differences = diffSpecs(await runSpec(run), spec).filter(({ key }) => !isBelow(key, changeable));
  if (differences.length > 0) throw changedSpec(run, differences, changeable);
  if (!checkpoint) return;
  const now = provenanceOf(spec, corpus);
  const then = checkpoint.provenance;
  if (now.vocabularyHash !== then.vocabularyHash) throw otherCorpus(run, corpus, 'vocabulary');
  if (now.trainHash !== then.trainHash) throw otherCorpus(run, corpus, 'training split');
  if (now.validHash !== then.validHash) throw otherCorpus(run, corpus, 'valid split');
  if (now.specHash !== then.specHash) throw editedSpec(run);
  if (isNgram(spec)) return;
  const begun = epochsBegun(checkpoint.position);
  if (spec.training.epochs < begun) throw fewerEpochs(run, spec, begun);
}

/** Whether a key is one of some keys, or below one. */
function isBelow(key: string, keys: readonly string[]): boolean {
  return keys.some((other) => key === other || key.startsWith(`${other}.`));
}

function changedSpec(
  run: RunFolder,
  differences: readonly Difference[],
  changeable: readonly string[],
): UserError {
  const lines = differences.map(
    ({ key, before, after }) =>
      `  ${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(after)} now`,
  );
  return new UserError('spec', `run ${run.name} was begun with another spec\n${lines.join('\n')}`, [
    `Go on with the run's own spec: \`zlm train --resume ${shellWord(run.name)}\`.`,
    changeable.length === 0
      ? 'Begin a new run for another model: counting n-grams takes seconds.'
      : `Only ${changeable.slice(0, -1).join(', ')} and ${changeable.at(-1)} may change in a run; begin a new one for the rest.`,
  ]);
}

function otherCorpus(run: RunFolder, corpus: PreparedCorpus, part: string): UserError {
  const message = `run ${run.name} was trained with another ${part} than that of ${corpus.folder}`;
  return new UserError('data', message, [
    'Prepare the corpus as it was then, or name its data folder with --data.',
    'Begin a new run for the corpus as it is now.',
  ]);
}

function editedSpec(run: RunFolder): UserError {
  return new UserError('spec', `${run.spec} was edited after the run's last checkpoint was written`, [
    'Put back what it said, or begin a new run from the edited file.',
  ]);
}

/** Epochs that are trained, the one under way included. */
function epochsBegun({ epochs, epochPredictions }: Position): number {
  return epochPredictions > 0 ? epochs + 1 : epochs;
}

function fewerEpochs(run: RunFolder, spec: NetworkSpec, begun: number): UserError {
  const message = `run ${run.name} has begun epoch ${begun}, training.epochs is ${spec.training.epochs}`;
  return new UserError('spec', message, [
    `Resume with at least that many: \`--set training.epochs=${begun}\` or more.`,
  ]);
}
