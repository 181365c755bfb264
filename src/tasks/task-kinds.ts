/** The tasks of networks, and the choice among them: the only place outside `spec/` that asks which task a spec has. */
import * as tf from '@tensorflow/tfjs';
import { corpusFacts } from '../corpus/manifest.js';
import { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import { PreparedCorpus } from '../corpus/prepared.js';
import { SpeechCorpus } from '../corpus/speech/speech-corpus.js';
import type { TrainingData } from '../corpus/training-data.js';
import { encode, initialState, targetNll } from '../model/language-model.js';
import { type NetworkSpec, type TaskName, taskOf } from '../spec/systems.js';
import { batchSizes } from './batch-sizes.js';
import { blankWindow, languageModellingTask, textLoss, trainingBatches } from './language-modelling.js';
import {
  blankUtterances,
  speechLoss,
  speechTask,
  trainingUtterances,
  utteranceBatchSizes,
  validateBlankUtterances,
} from './speech.js';
import type { TaskKind } from './task-kind.js';
import {
  blankPairs,
  pairBatchSizes,
  pairLoss,
  trainingPairs,
  translationTask,
  validateBlankPairs,
} from './translation.js';

const languageModelling: TaskKind<PreparedCorpus> = {
  open: (dataFolder, name, options) => PreparedCorpus.open(dataFolder, name, options),
  vocabularySizes: ({ vocabulary }) => vocabulary.size,
  facts: ({ name, manifest }) => corpusFacts(name, manifest),
  batches: trainingBatches,
  sizes: batchSizes,
  loss: textLoss,
  task: languageModellingTask,
  blankBatch: blankWindow,
  validateBlank(_spec, model, { steps, batch }) {
    const ids = tf.zeros<tf.Rank.R2>([steps, batch], 'int32');
    const { hidden, state } = encode(model, ids, initialState(model, batch), null);
    return { results: [targetNll(model, hidden, tf.zeros<tf.Rank.R1>([steps * batch], 'int32'))], state };
  },
};

const translation: TaskKind<ParallelCorpus> = {
  open: (dataFolder, name, options) => ParallelCorpus.open(dataFolder, name, options),
  vocabularySizes: ({ source, target }) =>
    source === target ? target.size : { source: source.size, target: target.size },
  // Pairs fit any batch, and a prepared corpus has some in every split.
  facts: () => null,
  batches: trainingPairs,
  sizes: pairBatchSizes,
  loss: pairLoss,
  task: translationTask,
  blankBatch: (_spec, shape) => blankPairs(shape),
  validateBlank: (_spec, model, shape) => validateBlankPairs(model, shape),
};

const speech: TaskKind<SpeechCorpus> = {
  open: (dataFolder, name, options) => SpeechCorpus.open(dataFolder, name, options),
  vocabularySizes: ({ features, phones }) => ({ features, phones: phones.length }),
  facts: ({ name, isAligned }) => ({ name, isAligned }),
  batches: trainingUtterances,
  sizes: utteranceBatchSizes,
  loss: speechLoss,
  task: speechTask,
  blankBatch: (_spec, shape) => blankUtterances(shape),
  validateBlank: validateBlankUtterances,
};

const KINDS = { languageModelling, translation, speech } satisfies Record<TaskName, unknown>;

/** Returns the kind of a spec's task; to be given the data that it opens alone. */
export function taskKindOf(spec: NetworkSpec): TaskKind<TrainingData> {
  return KINDS[taskOf(spec)] as TaskKind<TrainingData>;
}
