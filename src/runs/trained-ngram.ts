/** An n-gram model out of a run folder, for evaluation and sampling. */
import type { PreparedCorpus, VerifyOptions } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { NgramModel } from '../ngram/ngram-model.js';
import type { NgramTable } from '../ngram/ngram-table.js';
import { NgramTableFault, tableFromArrays } from '../ngram/ngram-table.js';
import { shellWord } from '../shell-word.js';
import type { NgramSpec } from '../spec/systems.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { notACheckpoint } from './checkpoint-fault.js';
import type { Position } from './position.js';
import type { CheckpointName, RunFolder } from './run-folder.js';
import { corpusOf } from './trained-model.js';

/** An n-gram model and what it was counted from. */
export interface TrainedNgram {
  readonly model: NgramModel;
  /** Open; the caller closes it. */
  readonly corpus: PreparedCorpus;
  readonly position: Position;
  /** Of the checkpoint's content; null when its file does not say. */
  readonly checkpointSha256: string | null;
}

/**
 * Loads a run's n-gram model and opens its corpus.
 *
 * @throws UserError when the run has no such checkpoint yet, or its vocabulary is not the corpus's
 */
export async function loadTrainedNgram(
  run: RunFolder,
  spec: NgramSpec,
  name: CheckpointName,
  dataFolder: string,
  options: VerifyOptions = {},
): Promise<TrainedNgram> {
  const path = run.checkpoint(name);
  const checkpoint = await readCheckpoint(path);
  if (!checkpoint) throw notCounted(run, name);
  const corpus = await corpusOf(run, spec, checkpoint, dataFolder, options);
  try {
    const model = new NgramModel(restoredTable(spec, corpus.vocabulary.size, checkpoint, path));
    return { model, corpus, position: checkpoint.position, checkpointSha256: checkpoint.sha256 };
  } catch (error) {
    corpus.close();
    throw error;
  }
}

/**
 * Returns the table of a spec's order that a checkpoint holds.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when it holds none
 */
export function restoredTable(
  spec: NgramSpec,
  vocabularySize: number,
  { parameters }: Checkpoint,
  path: string,
): NgramTable {
  try {
    return tableFromArrays(parameters, { order: spec.model.ngram.order, vocabularySize });
  } catch (error) {
    if (!(error instanceof NgramTableFault)) throw error;
    throw notACheckpoint(path, error.message);
  }
}

function notCounted(run: RunFolder, name: CheckpointName): UserError {
  const message = `run ${run.name} has no ${name} checkpoint; it is written when all n-grams are counted`;
  return new UserError('data', message, [`Count them: \`zlm train --resume ${shellWord(run.name)}\`.`]);
}
