/** Hundreds of training windows leave nothing behind. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { PreparedCorpus } from '../../src/corpus/prepared.js';
import { disposeLanguageModel } from '../../src/model/language-model.js';
import { dispose } from '../../src/ops/memory.js';
import type { Spec } from '../../src/spec/spec.generated.js';
import { freshModel, languageModelTrainee } from '../../src/training/language-modelling.js';
import { trainingStep } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { randomIds, randomNumbers } from '../ops/arrays.js';

const DROP = { rate: 0.5, mask: 'step' } as const;
const VOCABULARY = 17;
const WINDOWS = 200;

function specOf(tieEmbedding: boolean): Spec {
  return {
    corpus: 'memory',
    model: { embedding: 6, layers: [{ lstm: 5 }, { lstm: 6 }], tieEmbedding, init: { uniform: 0.1 } },
    dropout: { input: DROP, between: DROP, output: { rate: 0.5, mask: 'sequence' }, recurrent: DROP },
    training: {
      batchSize: 4,
      bptt: 3,
      epochs: 1,
      windowsPerEpoch: null,
      clipNorm: 5,
      optimizer: { sgd: { learningRate: 0.1 } },
      schedule: { constant: {} },
      checkpoint: { everyMinutes: 10 },
      precision: 'f32',
      seed: 1,
    },
  };
}

/** As much of a prepared corpus as a trainee asks for, held in memory. */
function corpusInMemory(): PreparedCorpus {
  const ids = Int32Array.from(randomIds(randomNumbers(1), 4 * (3 * 20 + 1), VOCABULARY));
  const split = () => ({
    length: ids.length,
    read: (position: number, count: number) => ids.slice(position, position + count),
  });
  return { vocabulary: { size: VOCABULARY }, split } as unknown as PreparedCorpus;
}

describeEachBackend('on %s', () => {
  it.each([false, true])(`${WINDOWS} windows of training keep the tensor count, tied: %s`, async (tied) => {
    const before = tf.memory().numTensors;
    const spec = specOf(tied);
    const model = freshModel(spec, VOCABULARY);
    const trainee = languageModelTrainee(spec, corpusInMemory(), model);
    let state = trainee.zeroState();
    const counts = new Set<number>();
    for (let window = 0; window < WINDOWS; window++) {
      const number = { inPass: window % trainee.windowsPerPass, inRun: window };
      const step = await trainingStep(trainee, number, state, 0.1, window % 2 ? 5 : null);
      dispose(state);
      state = step.state;
      counts.add(tf.memory().numTensors);
    }
    expect([...counts]).toEqual([before + model.parameters.size + 4]); // h and c of two layers
    dispose(state);
    disposeLanguageModel(model);
    expect(tf.memory().numTensors).toBe(before);
  });
});
