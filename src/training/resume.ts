/** May a run go on? Only with the spec, the vocabulary and the corpus it began with. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { Checkpoint, Provenance } from '../runs/checkpoint.js';
import type { Position } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { type Difference, diffSpecs, specHash } from '../spec/load.js';
import type { Spec } from '../spec/spec.generated.js';

/** Keys that may change between sessions: they decide how long and how safely to train, not what is computed. */
const CHANGEABLE: readonly string[] = ['training.epochs', 'training.checkpoint.everyMinutes'];

/** What the checkpoints of a run belong to. */
export function provenanceOf(spec: Spec, corpus: PreparedCorpus): Provenance {
  const { training } = spec;
  const unchanging = { ...spec, training: { ...training, epochs: 1, checkpoint: { everyMinutes: 1 } } };
  const { train, valid } = corpus.manifest.splits;
  return {
    specHash: specHash(unchanging),
    vocabularyHash: corpus.vocabulary.sha256,
    trainHash: train.sha256,
    validHash: valid.sha256,
  };
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
  const differences = diffSpecs(await runSpec(run), spec).filter(({ key }) => !CHANGEABLE.includes(key));
  if (differences.length > 0) throw changedSpec(run, differences);
  if (!checkpoint) return;
  const now = provenanceOf(spec, corpus);
  const then = checkpoint.provenance;
  if (now.vocabularyHash !== then.vocabularyHash) throw otherCorpus(run, corpus, 'vocabulary');
  if (now.trainHash !== then.trainHash) throw otherCorpus(run, corpus, 'training split');
  if (now.validHash !== then.validHash) throw otherCorpus(run, corpus, 'valid split');
  if (now.specHash !== then.specHash) throw editedSpec(run);
  const begun = epochsBegun(checkpoint.position);
  if (spec.training.epochs < begun) throw fewerEpochs(run, spec, begun);
}

function changedSpec(run: RunFolder, differences: readonly Difference[]): UserError {
  const lines = differences.map(
    ({ key, before, after }) =>
      `  ${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(after)} now`,
  );
  return new UserError('spec', `run ${run.name} was begun with another spec\n${lines.join('\n')}`, [
    `Go on with the run's own spec: \`zlm train --resume ${run.name}\`.`,
    `Only ${CHANGEABLE.join(' and ')} may change in a run; begin a new one for the rest.`,
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

function fewerEpochs(run: RunFolder, spec: Spec, begun: number): UserError {
  const message = `run ${run.name} has begun epoch ${begun}, training.epochs is ${spec.training.epochs}`;
  return new UserError('spec', message, [
    `Resume with at least that many: \`--set training.epochs=${begun}\` or more.`,
  ]);
}
