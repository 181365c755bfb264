/** Decides whether a run may be resumed: only with the spec, the vocabulary and the corpus it began with. */
import type { TrainingData } from '../corpus/training-data.js';
import { UserError } from '../errors.js';
import type { Checkpoint, Provenance } from '../runs/checkpoint.js';
import { resumeCommand } from '../runs/next-step.js';
import { otherSpec } from '../runs/restore-spec.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import type { TrainingProgress } from '../runs/training-progress.js';
import { type Difference, diffSpecs, specIdentity } from '../spec/load.js';
import type { NetworkSpec, Spec } from '../spec/systems.js';

/** The keys of a spec that may differ between the sessions of a run. */
interface Changeable {
  /** Keys that decide how long and how safely to train, not what is computed; see `specIdentity`. */
  readonly keys: readonly string[];
  /** Cure for any other difference. */
  readonly cure: string;
}

/** Returns what may change in the run of a network. */
function changeableOf({ training }: NetworkSpec): Changeable {
  const keys = ['training.earlyStopping', 'training.checkpoint.everyMinutes'];
  if (!('cosine' in training.schedule)) keys.unshift('training.epochs');
  const cure = `Only ${keys.slice(0, -1).join(', ')} and ${keys.at(-1)} may change in a run; begin a new one for the rest.`;
  return { keys, cure };
}

/** Returns what the checkpoints of a run belong to. */
export function provenanceOf(spec: Spec, data: TrainingData): Provenance {
  return { specHash: specIdentity(spec), ...data.identity };
}

/**
 * Checks that the run of a network may be resumed with a spec and a corpus.
 *
 * @param checkpoint the checkpoint to resume from; null when the run was stopped before the first
 * @throws UserError('spec') that names the keys that differ, UserError('data') when the corpus is another one
 */
export async function checkNetworkResumable(
  run: RunFolder,
  spec: NetworkSpec,
  checkpoint: Checkpoint | null,
  corpus: TrainingData,
): Promise<void> {
  await checkResumable(run, spec, changeableOf(spec), checkpoint, corpus);
  if (!checkpoint) return;
  const begun = epochsBegun(checkpoint.position);
  if (spec.training.epochs < begun) throw fewerEpochs(run, spec, begun);
}

/** As {@link checkNetworkResumable}, for any system. */
export async function checkResumable(
  run: RunFolder,
  spec: Spec,
  changeable: Changeable,
  checkpoint: Checkpoint | null,
  corpus: TrainingData,
): Promise<void> {
  const { keys, cure } = changeable;
  const now = provenanceOf(spec, corpus);
  const then = checkpoint?.provenance;
  // Where the spec is that of the checkpoint, the run's own file is written again; it may have been edited.
  if (now.specHash !== then?.specHash) {
    const differences = diffSpecs(await runSpec(run), spec).filter(({ key }) => !isBelow(key, keys));
    if (differences.length > 0) throw changedSpec(run, differences, cure);
    if (then !== undefined) throw await otherSpec(run, spec, 'last');
  }
  if (then === undefined) return;
  if (now.vocabularyHash !== then.vocabularyHash) throw otherCorpus(run, corpus, 'vocabulary');
  if (now.trainHash !== then.trainHash) throw otherCorpus(run, corpus, 'training split');
  if (now.validHash !== then.validHash) throw otherCorpus(run, corpus, 'valid split');
}

/** Whether a key is one of some keys, or below one. */
function isBelow(key: string, keys: readonly string[]): boolean {
  return keys.some((other) => key === other || key.startsWith(`${other}.`));
}

function changedSpec(run: RunFolder, differences: readonly Difference[], cure: string): UserError {
  const lines = differences.map(
    ({ key, before, after }) =>
      `  ${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(after)} now`,
  );
  return new UserError('spec', `Run ${run.name} was begun with another spec\n${lines.join('\n')}`, [
    `Continue with the run's own spec: \`${resumeCommand(run)}\`.`,
    cure,
  ]);
}

function otherCorpus(run: RunFolder, corpus: TrainingData, part: string): UserError {
  const message = `Run ${run.name} was trained with another ${part} than that of ${corpus.folder}`;
  return new UserError('data', message, [
    'Prepare the corpus as it was then, or name its data folder with --data.',
    'Begin a new run for the corpus as it is now.',
  ]);
}

/** Epochs that are trained, including the current one. */
function epochsBegun({ epochs, epochPredictions }: TrainingProgress): number {
  return epochPredictions > 0 ? epochs + 1 : epochs;
}

function fewerEpochs(run: RunFolder, spec: NetworkSpec, begun: number): UserError {
  const message = `Run ${run.name} has begun epoch ${begun}, but training.epochs is ${spec.training.epochs}`;
  return new UserError('spec', message, [
    `Resume with at least that many: \`--set training.epochs=${begun}\` or more.`,
  ]);
}
