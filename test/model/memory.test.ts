/** Checks that hundreds of training windows leave no tensor, whatever the model and its noise. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { disposeNetwork } from '../../src/model/network.js';
import { dispose } from '../../src/ops/memory.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import {
  freshModel,
  languageModellingTask,
  type TrainingCorpus,
} from '../../src/tasks/language-modelling.js';
import { createOptimizer, disposeOptimizer } from '../../src/training/optimizers.js';
import { trainingStep } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { randomIds, randomNumbers } from '../ops/arrays.js';
import { networkOf } from '../spec/spec-files.js';

const VOCABULARY = 17;
const WINDOWS = 60;

/** Models that together use every feature, each as a YAML flow map of `model`, of `dropout` and of `training`. */
const MODELS: Record<string, readonly [model: string, dropout: string, training: string]> = {
  "the paper's": [
    '{ embedding: 6, layers: [{ lstm: 5 }, { lstm: 6 }] }',
    '{ input: { rate: 0.5 }, between: { rate: 0.5 }, output: { rate: 0.5 } }',
    '{ optimizer: { sgd: {} } }',
  ],
  'AWD-LSTM': [
    '{ embedding: 6, layers: [{ lstm: 5 }, { lstm: 4 }], tieEmbedding: true }',
    '{ embedding: { rate: 0.1 }, input: { rate: 0.5, mask: sequence }, recurrentWeight: { rate: 0.5 } }',
    `{ optimizer: { averagedSgd: { startEpoch: 1 } }, loss: mean, activationRegularization: 2,
       temporalActivationRegularization: 1, weightDecay: 0.001 }`,
  ],
  'masks for each gate, zoneout': [
    '{ embedding: 4, layers: [{ lstm: 5 }], tieEmbedding: true }',
    `{ input: { rate: 0.5, perGate: true }, recurrent: { rate: 0.5, perGate: true, mask: sequence },
       zoneout: { cell: 0.5, hidden: 0.1 } }`,
    '{ optimizer: { rmsprop: {} }, clipNorm: null, clipValue: 0.1 }',
  ],
  'other cells': [
    '{ embedding: 4, layers: [{ gru: 5 }, { rnn: 4 }, { deepTransition: { units: 3 } }, { feedForward: 4 }] }',
    '{ recurrent: { rate: 0.2 }, between: { rate: 0.5 } }',
    '{ optimizer: { adam: {} } }',
  ],
};

async function specOf(name: string) {
  const [model, dropout, training] = MODELS[name];
  const keys = `batchSize: 4, bptt: 3, ${training.trim().slice(1)}`;
  const yaml = `corpus: memory\nmodel: ${model}\ndropout: ${dropout}\ntraining: { ${keys}`;
  return networkOf(await parseResolvedSpec(yaml, 'spec.yaml'));
}

/** As much of a prepared corpus as a task asks for, held in memory. */
function corpusInMemory(): TrainingCorpus {
  const ids = Int32Array.from(randomIds(randomNumbers(1), 4 * (3 * 20 + 1), VOCABULARY));
  const split = () => ({
    length: ids.length,
    read: (position: number, count: number) => ids.slice(position, position + count),
  });
  return { vocabulary: { size: VOCABULARY, eos: 0 }, split };
}

describeEachBackend('on %s', () => {
  it.each(Object.keys(MODELS))(
    `${WINDOWS} windows of training keep the number of tensors: %s`,
    async (name) => {
      const before = tf.memory().numTensors;
      const spec = await specOf(name);
      const model = freshModel(spec, VOCABULARY);
      const task = languageModellingTask(spec, corpusInMemory(), model);
      const optimizer = createOptimizer(spec.training, model.parameters, true);
      const { loss, clipNorm } = spec.training;
      const held = before + model.parameters.size + optimizer.tensors.size;
      let state = task.zeroState();
      const counts = new Set<number>();
      for (let index = 0; index < WINDOWS; index++) {
        const window = { pass: 0, inPass: index % task.batchesIn(0), step: 3 * index };
        const at = { learningRate: 0.01, count: index + 1, averaged: index + 1 };
        const step = await trainingStep({ task, optimizer, loss, clipNorm }, window, state, at);
        dispose(state);
        state = step.state;
        counts.add(tf.memory().numTensors);
      }
      expect([...counts]).toEqual([held + Object.keys(state).length]);
      dispose(state);
      disposeOptimizer(optimizer);
      disposeNetwork(model);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
