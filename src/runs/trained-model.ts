/** A network out of a run folder, for evaluation, sampling and fine-tuning. */
import { PreparedCorpus, type VerifyOptions } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { architectureOf } from '../model/architecture.js';
import { languageModelFrom } from '../model/create.js';
import type { LanguageModel } from '../model/language-model.js';
import { constantShapes, parameterShapes } from '../model/parameters.js';
import { shellWord } from '../shell-word.js';
import type { NetworkSpec, Spec } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { otherCheckpoint } from './checkpoint-fault.js';
import { checkModel, withAverages } from './checkpoint-tensors.js';
import type { Position } from './position.js';
import type { CheckpointName, RunFolder } from './run-folder.js';

/** A trained model and what it was trained on. */
export interface TrainedModel {
  readonly model: LanguageModel;
  /** Open; the caller closes it. */
  readonly corpus: PreparedCorpus;
  /** Where in its run the checkpoint was written. */
  readonly position: Position;
  /** Of the checkpoint's content; null when its file does not say. */
  readonly checkpointSha256: string | null;
}

/**
 * Loads a run's network, with the averages of its parameters where the checkpoint holds any, and opens its corpus.
 *
 * @throws UserError when the run has no such checkpoint yet, or its vocabulary is not the corpus's
 */
export async function loadTrainedModel(
  run: RunFolder,
  spec: NetworkSpec,
  name: CheckpointName,
  dataFolder: string,
  options: VerifyOptions = {},
): Promise<TrainedModel> {
  const checkpoint = await checkpointOf(run, name);
  const corpus = await corpusOf(run, spec, checkpoint, dataFolder, options);
  try {
    const evaluated = withAverages(checkpoint);
    const model = restoredModel(spec, corpus.vocabulary.size, evaluated, run.checkpoint(name));
    return { model, corpus, position: checkpoint.position, checkpointSha256: checkpoint.sha256 };
  } catch (error) {
    corpus.close();
    throw error;
  }
}

/**
 * Opens the corpus of a run.
 *
 * @throws UserError('data') when it is not to be had, or has another vocabulary than the run's checkpoint
 */
export async function corpusOf(
  run: RunFolder,
  spec: Spec,
  { provenance }: Checkpoint,
  dataFolder: string,
  options: VerifyOptions,
): Promise<PreparedCorpus> {
  const corpus = await PreparedCorpus.open(dataFolder, spec.corpus, options);
  if (corpus.vocabulary.sha256 === provenance.vocabularyHash) return corpus;
  corpus.close();
  const message = `run ${run.name} was trained with another vocabulary than that of ${corpus.folder}`;
  throw new UserError('data', message, [
    'Prepare the corpus as it was then, or name its data folder with --data.',
  ]);
}

/** @throws UserError('data') when there is none yet, or it is damaged */
async function checkpointOf(run: RunFolder, name: CheckpointName): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(run.checkpoint(name));
  if (checkpoint) return checkpoint;
  const when =
    name === 'best' ? 'the first epoch is validated' : 'the first epoch is trained, or some minutes into it';
  const message = `run ${run.name} has no ${name} checkpoint; it is written when ${when}`;
  throw new UserError('data', message, await curesWithout(run, name));
}

/**
 * Returns cures for a missing checkpoint. A run continues from its last checkpoint; where only the best one is left,
 * the run would have to start again.
 */
async function curesWithout(run: RunFolder, name: CheckpointName): Promise<string[]> {
  const hasOther = await isThere(run.checkpoint(name === 'best' ? 'last' : 'best'));
  if (name === 'last' && hasOther) return otherCheckpoint(run.checkpoint('last'));
  return [
    `Let it train on: \`zlm train --resume ${shellWord(run.name)}\`.`,
    ...(hasOther ? ['Take what there is: `--checkpoint last`.'] : []),
  ];
}

/**
 * Returns the model of a spec with a checkpoint's parameters and constants.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when they are not the model's
 */
export function restoredModel(
  spec: NetworkSpec,
  vocabularySize: number,
  checkpoint: Checkpoint,
  path: string,
): LanguageModel {
  const architecture = architectureOf(spec, vocabularySize);
  const shapes = { parameters: parameterShapes(architecture), constants: constantShapes(architecture) };
  checkModel(checkpoint, shapes, path);
  return languageModelFrom(architecture, checkpoint.parameters, checkpoint.constants);
}
