/** Compares dynamic evaluation and the neural cache with PyTorch's numbers, which `golden/pytorch/make_test_time.py` made. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Window, WindowSource } from '../../src/corpus/windows.js';
import { type Network, networkFrom } from '../../src/model/network.js';
import {
  type DynamicEvaluationSettings,
  dynamicPredictor,
  gradientStatistics,
} from '../../src/predictors/dynamic-evaluation.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import { type CacheSettings, cachePredictor } from '../../src/predictors/neural-cache.js';
import type { Predictor } from '../../src/predictors/predictor.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture } from '../model/small-models.js';
import { type Arrays, expectClose, type NdArray, readValues } from '../ops/arrays.js';

interface GoldenCase {
  readonly parameters: Arrays;
  readonly train: NdArray;
  readonly columns: number;
  readonly text: NdArray;
  readonly rms: Arrays;
  readonly dynamic: {
    readonly settings: DynamicEvaluationSettings;
    readonly nlls: NdArray;
    readonly adapted: Arrays;
  };
  readonly caches: readonly { readonly settings: CacheSettings; readonly nlls: NdArray }[];
}

const file = new URL('../golden/pytorch/test_time.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

function modelOf({ parameters }: GoldenCase): Network {
  const values = new Map(
    Object.entries(parameters).map(([name, { data }]) => [name, { data: Float32Array.from(data) }]),
  );
  const architecture = plainArchitecture({
    vocabularySize: 9,
    embedding: 3,
    layers: lstmLayers(4, 3),
    tieEmbedding: !values.has('softmax.weight'),
  });
  return networkFrom(architecture, values, new Map());
}

const sourceOf = ({ data }: NdArray) => ({
  length: data.length,
  read: (position: number, count: number) => Int32Array.from(data.slice(position, position + count)),
});

/** The windows of a text in one column: of equal length, the last as short as it is. */
function windowsOf(text: NdArray, length: number): Window[] {
  const source = new WindowSource(sourceOf(text), { batchSize: 1, bptt: length, tail: 'keep' });
  return Array.from({ length: source.count }, (_, index) => source.window(index));
}

async function nllsOf<State>(predictor: Predictor<State>, windows: readonly Window[]): Promise<number[]> {
  const nlls: number[] = [];
  let state = predictor.start(1);
  for (const window of windows) {
    const step = await predictor.nll(window, state);
    predictor.release(state);
    state = step.state;
    nlls.push(...step.nlls);
  }
  predictor.release(state);
  return nlls;
}

async function statisticsOf(golden: GoldenCase, model: Network) {
  const { columns, dynamic } = golden;
  const bptt = dynamic.settings.length;
  const source = new WindowSource(sourceOf(golden.train), { batchSize: columns, bptt, tail: 'drop' });
  const windows = Array.from({ length: source.count }, (_, index) => source.window(index));
  return await gradientStatistics(model, windows);
}

describeEachBackend('methods at test time on %s', () => {
  describe.each(Object.entries(cases))('%s', (_, golden) => {
    it("the gradient's root mean squares are PyTorch's", async () => {
      const statistics = await statisticsOf(golden, modelOf(golden));
      expect([...statistics.keys()]).toEqual(Object.keys(golden.rms));
      for (const [name, rms] of statistics) expectClose(rms, golden.rms[name].data, 1e-5);
    });

    it.each([5, 10, 15])(
      'dynamic evaluation predicts and adapts as PyTorch does, read in windows of %d',
      async (length) => {
        const model = modelOf(golden);
        const statistics = await statisticsOf(golden, model);
        const predictor = dynamicPredictor(
          networkPredictor(model),
          model,
          statistics,
          golden.dynamic.settings,
        );
        expectClose(await nllsOf(predictor, windowsOf(golden.text, length)), golden.dynamic.nlls.data, 2e-5);
        for (const [name, parameter] of model.parameters) {
          expectClose(await readValues(parameter), golden.dynamic.adapted[name].data, 2e-5);
        }
        predictor.restore();
        for (const [name, parameter] of model.parameters) {
          expectClose(await readValues(parameter), golden.parameters[name].data, 1e-7);
        }
      },
    );

    it.each(golden.caches)(
      'the cache predicts as one word after the other does: $settings',
      async (cached) => {
        for (const length of [3, 7, 100]) {
          const predictor = cachePredictor(networkPredictor(modelOf(golden)), cached.settings);
          expectClose(await nllsOf(predictor, windowsOf(golden.text, length)), cached.nlls.data, 1e-5);
        }
      },
    );
  });
});
