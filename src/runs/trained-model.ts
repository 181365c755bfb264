/** A model out of a run folder, for evaluation and sampling. */
import { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { LanguageModel } from '../model/language-model.js';
import { architectureOf, parameterShapes, parametersFrom } from '../model/parameters.js';
import type { Spec } from '../spec/spec.generated.js';
import { type Checkpoint, checkParameters, readCheckpoint } from './checkpoint.js';
import type { Position } from './position.js';
import type { CheckpointName, RunFolder } from './run-folder.js';
import { runSpec } from './run-spec.js';

/** A trained model and what it was trained on. */
export interface TrainedModel {
  readonly model: LanguageModel;
  readonly spec: Spec;
  /** Open; the caller closes it. */
  readonly corpus: PreparedCorpus;
  /** Where in its run the checkpoint was written. */
  readonly position: Position;
}

/**
 * Loads a run's model and opens its corpus.
 *
 * @throws UserError when the run has no such checkpoint yet, or its vocabulary is not the corpus's
 */
export async function loadTrainedModel(
  run: RunFolder,
  name: CheckpointName,
  dataFolder: string,
): Promise<TrainedModel> {
  const spec = await runSpec(run);
  const checkpoint = await readCheckpointOf(run, name);
  const corpus = await PreparedCorpus.open(dataFolder, spec.corpus);
  if (corpus.vocabulary.sha256 !== checkpoint.provenance.vocabularyHash) {
    const folder = corpus.folder;
    throw new UserError(
      'data',
      `run ${run.name} was trained with another vocabulary than that of ${folder}`,
      ['Prepare the corpus as it was then, or name its data folder with --data.'],
    );
  }
  const model = restoredModel(spec, corpus.vocabulary.size, checkpoint, run.checkpoint(name));
  return { model, spec, corpus, position: checkpoint.position };
}

async function readCheckpointOf(run: RunFolder, name: CheckpointName): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(run.checkpoint(name));
  if (checkpoint) return checkpoint;
  const when =
    name === 'best' ? 'the first epoch is validated' : 'the first epoch is trained, or some minutes into it';
  throw new UserError('data', `run ${run.name} has no ${name} checkpoint; it is written when ${when}`, [
    `Let it train on: \`zlm train --resume ${run.name}\`.`,
    ...(name === 'best' ? ['Take what there is: `--checkpoint last`.'] : []),
  ]);
}

/**
 * The model of a spec with a checkpoint's parameters.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when the checkpoint's parameters are not the model's
 */
export function restoredModel(
  spec: Spec,
  vocabularySize: number,
  checkpoint: Checkpoint,
  path: string,
): LanguageModel {
  const architecture = architectureOf(spec.model, vocabularySize);
  checkParameters(checkpoint, parameterShapes(architecture), path);
  return { architecture, parameters: parametersFrom(architecture, checkpoint.parameters) };
}
