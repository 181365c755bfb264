import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import type { TokenSource } from '../../src/corpus/windows.js';
import { evaluateStream } from '../../src/evaluation/perplexity.js';
import type { Network } from '../../src/model/network.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import type { Progress } from '../../src/progress.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';
import { type NdArray, randomIds, randomNumbers, readValues } from '../ops/arrays.js';
import { lstmInDoubles, nllInDoubles } from '../ops/in-doubles.js';

const ARCHITECTURE = plainArchitecture({ vocabularySize: 11, embedding: 3, layers: lstmLayers(4, 3) });
// Three windows of evaluation and a bit, so that the state has to be carried.
const TOKENS = randomIds(randomNumbers(1), 1601, 11);

const zeros = (units: number): NdArray => ({ shape: [1, units], data: new Array<number>(units).fill(0) });

const sourceOf = (tokens: readonly number[]): TokenSource => ({
  length: tokens.length,
  read: (position, count) => Int32Array.from(tokens.slice(position, position + count)),
});

/** The negative log-likelihood of every token but the first: one token at a time, in doubles. */
async function nllsByHand(model: Network, tokens: readonly number[]): Promise<number[]> {
  const arrays = new Map<string, NdArray>();
  for (const [name, variable] of model.parameters)
    arrays.set(name, { shape: variable.shape, data: await readValues(variable) });
  const arrayOf = (name: string) => arrays.get(name) as NdArray;
  const table = arrayOf('embedding.weight');
  const softmax = { weight: arrayOf('softmax.weight'), bias: arrayOf('softmax.bias') };
  const layers = ARCHITECTURE.layers.map(({ units }, layer) => ({
    inputWeight: arrayOf(`layers.${layer}.inputWeight`),
    recurrentWeight: arrayOf(`layers.${layer}.recurrentWeight`),
    bias: arrayOf(`layers.${layer}.bias`),
    h0: zeros(units),
    c0: zeros(units),
  }));
  return tokens.slice(1).map((target, t) => {
    let signal: readonly number[] = table.data.slice(tokens[t] * 3, (tokens[t] + 1) * 3);
    for (const layer of layers) {
      const { h, c } = lstmInDoubles({ ...layer, x: { shape: [1, 1, signal.length], data: signal } });
      layer.h0 = { shape: [1, h.length], data: h };
      layer.c0 = { shape: [1, c.length], data: c };
      signal = h;
    }
    const hidden = { shape: [1, signal.length], data: signal };
    return nllInDoubles({ ...softmax, hidden }, [target], false)[0];
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describeEachBackend('evaluateStream on %s', () => {
  let model: Network;
  let expectedNlls: number[];
  beforeAll(async () => {
    model = uniformModel(ARCHITECTURE, 1, 1);
    expectedNlls = await nllsByHand(model, TOKENS);
  });

  it('with batch 1 every token except the first is predicted, as one token at a time would be', async () => {
    const { nll, predictions, perplexity } = await evaluateStream(networkPredictor(model), sourceOf(TOKENS), {
      batch: 1,
    });
    expect(predictions).toBe(1600);
    const expected = sum(expectedNlls);
    expect(Math.abs(nll / expected - 1)).toBeLessThan(1e-6);
    expect(perplexity).toBeCloseTo(Math.exp(expected / 1600), 4);
  });

  it.each([2, 7, 20])('with batch %d the stream is cut into that many columns', async (batch) => {
    const columnLength = Math.floor(TOKENS.length / batch);
    const columns = Array.from({ length: batch }, (_, i) =>
      TOKENS.slice(i * columnLength, (i + 1) * columnLength),
    );
    const { nll, predictions } = await evaluateStream(networkPredictor(model), sourceOf(TOKENS), { batch });
    expect(predictions).toBe(batch * (columnLength - 1));
    const nlls = await Promise.all(columns.map((column) => nllsByHand(model, column)));
    const expected = sum(nlls.flat());
    expect(Math.abs(nll / expected - 1)).toBeLessThan(1e-6);
  });

  it.each([2, 512, 513, 514, 1025])(
    '%d tokens are counted exactly, at and around the edge of a window',
    async (length) => {
      const { nll, predictions } = await evaluateStream(
        networkPredictor(model),
        sourceOf(TOKENS.slice(0, length)),
        { batch: 1 },
      );
      expect(predictions).toBe(length - 1);
      expect(Math.abs(nll / sum(expectedNlls.slice(0, length - 1)) - 1)).toBeLessThan(1e-6);
    },
  );

  it('a model that knows nothing has the perplexity V', async () => {
    const ignorant = uniformModel(ARCHITECTURE, 1e-9, 1);
    const { perplexity } = await evaluateStream(networkPredictor(ignorant), sourceOf(TOKENS), { batch: 4 });
    expect(perplexity).toBeCloseTo(11, 4);
  });

  it('progress is reported up to the whole', async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    await evaluateStream(networkPredictor(model), sourceOf(TOKENS), { batch: 1, label: 'test', onProgress });
    expect(seen.map(({ done }) => done)).toEqual([512, 1024, 1536, 1600]);
    expect(seen.at(-1)).toEqual({ label: 'test', done: 1600, total: 1600, unit: 'tokens' });
  });

  it('an evaluation leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    for (const batch of [1, 3]) await evaluateStream(networkPredictor(model), sourceOf(TOKENS), { batch });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("an evaluation stops with the signal's reason and leaves no tensor", async () => {
    const before = tf.memory().numTensors;
    const abort = new AbortController();
    const windows: number[] = [];
    const onProgress = ({ done }: Progress) => {
      windows.push(done);
      abort.abort(new Error('enough'));
    };
    const options = { batch: 1, signal: abort.signal, onProgress };
    await expect(evaluateStream(networkPredictor(model), sourceOf(TOKENS), options)).rejects.toThrow(
      'enough',
    );
    expect(windows).toEqual([512]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
