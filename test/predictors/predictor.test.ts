/** Checks the contract of a predictor on a network and an n-gram model: the fast paths agree with the whole distribution. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import type { NgramModel } from '../../src/ngram/ngram-model.js';
import { chooseWord } from '../../src/ops/draw.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import { ngramPredictor } from '../../src/predictors/ngram-predictor.js';
import type { Predictor } from '../../src/predictors/predictor.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';
import { modelOf, randomLines, vocabularyOf } from '../ngram/random-text.js';
import { randomIds, randomNumbers } from '../ops/arrays.js';

const lines = randomLines(60, 1);
const vocabulary = vocabularyOf(lines);
const V = vocabulary.size;
const [STEPS, BATCH] = [5, 3];
const random = randomNumbers(2);
const ids = () => Int32Array.from(randomIds(random, STEPS * BATCH, V));
const WINDOW = { inputs: ids(), targets: ids(), steps: STEPS, batch: BATCH };

describeEachBackend('predictors on %s', () => {
  let trigrams: NgramModel;
  beforeAll(async () => {
    trigrams = await modelOf(lines, vocabulary, 3);
  });

  const network = (): Predictor =>
    networkPredictor(
      uniformModel(plainArchitecture({ vocabularySize: V, embedding: 4, layers: lstmLayers(5, 4) }), 1, 4),
    );
  const makers: [string, () => Predictor][] = [
    ['a network', network],
    ['an n-gram model', () => ngramPredictor(trigrams, vocabulary.eos)],
  ];

  it.each(makers)('%s gives every target the NLL of its distribution', async (_, make) => {
    const predictor = make();
    const state = predictor.start(BATCH);
    const { nlls, state: after } = await predictor.nll(WINDOW, state);
    const whole = await predictor.logProbs(WINDOW, state, 'all');
    expect(whole.logProbs).toHaveLength(STEPS * BATCH * V);
    for (const [row, target] of WINDOW.targets.entries()) {
      const logs = whole.logProbs.subarray(row * V, (row + 1) * V);
      expect(-logs[target]).toBeCloseTo(nlls[row], 5);
      expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 10);
    }
    const last = await predictor.logProbs(WINDOW, state, 'last');
    expect(last.logProbs).toEqual(whole.logProbs.slice(-BATCH * V));
    for (const one of [state, after, whole.state, last.state]) predictor.release(one);
    predictor.dispose();
  });

  it.each(makers)('%s carries its state from window to window', async (_, make) => {
    const predictor = make();
    const start = predictor.start(BATCH);
    const { nlls } = await predictor.nll(WINDOW, start);
    const cut = 2 * BATCH;
    const part = (begin: number, end?: number) => ({
      inputs: WINDOW.inputs.slice(begin, end),
      targets: WINDOW.targets.slice(begin, end),
      batch: BATCH,
    });
    const first = await predictor.nll({ ...part(0, cut), steps: 2 }, start);
    const rest = await predictor.nll({ ...part(cut), steps: STEPS - 2 }, first.state);
    for (const [i, nll] of [...first.nlls, ...rest.nlls].entries()) expect(nll).toBeCloseTo(nlls[i], 5);
  });

  it.each(makers)('%s repeats the state of one column', async (_, make) => {
    const predictor = make();
    const prompt = { inputs: Int32Array.of(1, 2, 3), steps: 3, batch: 1 };
    const { state } = await predictor.logProbs(prompt, predictor.start(1), 'last');
    const next = { inputs: Int32Array.of(4, 4), steps: 1, batch: 2 };
    const two = await predictor.logProbs(next, predictor.repeat(state, 2), 'last');
    const one = await predictor.logProbs({ ...next, inputs: Int32Array.of(4), batch: 1 }, state, 'last');
    for (const [id, log] of two.logProbs.entries()) expect(log).toBeCloseTo(one.logProbs[id % V], 5);
  });

  it('a network draws on the backend what its distribution gives', async () => {
    const predictor = network();
    const selection = { temperature: 0.8, topK: 9, banned: Int32Array.of(2) };
    const uniforms = Float64Array.from({ length: BATCH }, random);
    const state = predictor.start(BATCH);
    const drawn = await predictor.draw?.(WINDOW, state, selection, uniforms);
    const { logProbs } = await predictor.logProbs(WINDOW, state, 'last');
    const expected = Array.from(uniforms, (uniform, n) =>
      chooseWord(logProbs.subarray(n * V, (n + 1) * V), selection, uniform),
    );
    expect([...(drawn?.ids ?? [])]).toEqual(expected);
  });

  it('a network leaves no tensor on the backend', async () => {
    const before = tf.memory().numTensors;
    const predictor = network();
    const state = predictor.start(BATCH);
    const after = await predictor.nll(WINDOW, state);
    const whole = await predictor.logProbs(WINDOW, state, 'all');
    for (const one of [state, after.state, whole.state]) predictor.release(one);
    predictor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
