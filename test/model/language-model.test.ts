import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { encode, initialState, logits, targetNll } from '../../src/model/language-model.js';
import { disposeNetwork } from '../../src/model/network.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomIds, randomNumbers, readValues } from '../ops/arrays.js';
import { lstmLayers, plainArchitecture, uniformModel } from './small-models.js';

const UNTIED = plainArchitecture({ vocabularySize: 13, embedding: 5, layers: lstmLayers(7, 5) });
const IDS = randomIds(randomNumbers(1), 12, 13);

describeEachBackend('on %s', () => {
  const windowOf = (ids: number[], batch: number) =>
    tf.tensor2d(ids, [ids.length / batch, batch], 'int32') as tf.Tensor2D;

  it.each([false, true])('the NLL of a target is minus its log-softmax, tied: %s', async (tieEmbedding) => {
    const model = uniformModel({ ...UNTIED, tieEmbedding }, 0.9, 1);
    const { hidden } = encode(model, windowOf(IDS, 3), initialState(model, 3), null);
    const targets = randomIds(randomNumbers(2), 12, 13);
    const logProbabilities = (await tf.logSoftmax(logits(model, hidden)).array()) as number[][];
    expectClose(
      await readValues(targetNll(model, hidden, tf.tensor1d(targets, 'int32'))),
      targets.map((target, row) => -logProbabilities[row][target]),
    );
  });

  it('columns do not influence each other, and row step · batch + column belongs to its step and column', async () => {
    const model = uniformModel(UNTIED, 0.9, 2);
    const rowsOf = (window: tf.Tensor2D, batch: number) =>
      encode(model, window, initialState(model, batch), null).hidden.array() as Promise<number[][]>;
    const together = await rowsOf(windowOf(IDS, 3), 3);
    for (let column = 0; column < 3; column++) {
      const ids = IDS.filter((_, i) => i % 3 === column);
      const alone = await rowsOf(windowOf(ids, 1), 1);
      expectClose(together.filter((_, row) => row % 3 === column).flat(), alone.flat());
    }
  });

  it('the model carries its state from window to window', async () => {
    const model = uniformModel(UNTIED, 0.9, 3);
    const whole = encode(model, windowOf(IDS, 2), initialState(model, 2), null);
    const first = encode(model, windowOf(IDS.slice(0, 2), 2), initialState(model, 2), null);
    const second = encode(model, windowOf(IDS.slice(2), 2), first.state, null);
    const [before, after] = [await readValues(first.hidden), await readValues(second.hidden)];
    expectClose([...before, ...after], await readValues(whole.hidden));
    expectClose(await readValues(second.state['layers.1.c']), await readValues(whole.state['layers.1.c']));
  });

  it('the model frees all its memory', () => {
    const before = tf.memory().numTensors;
    const model = uniformModel(UNTIED, 0.1, 1);
    expect(tf.memory().numTensors).toBe(before + model.parameters.size);
    disposeNetwork(model);
    expect(tf.memory().numTensors).toBe(before);
  });
});
