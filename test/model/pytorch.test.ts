/** Compares the whole model with PyTorch's numbers, which `golden/pytorch/make_language_model.py` made. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../src/backends/backend.js';
import { encode, targetNll } from '../../src/model/language-model.js';
import type { Network } from '../../src/model/network.js';
import type { WindowNoise } from '../../src/model/noise-placement.js';
import { parametersFrom } from '../../src/model/parameters.js';
import type { ModelState } from '../../src/model/stack.js';
import { PERPLEXITY, type Task } from '../../src/tasks/task.js';
import { Sgd } from '../../src/training/optimizers.js';
import { lossAndGradients, trainingStep } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, type NdArray, readValues, tensorOf } from '../ops/arrays.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture } from './small-models.js';

type Place = 'input' | 'between' | 'output';

interface GoldenState {
  readonly h: NdArray;
  readonly c: NdArray;
}

interface GoldenCase {
  readonly parameters: Arrays;
  readonly tokens: NdArray;
  readonly targets: NdArray;
  readonly initial: readonly GoldenState[];
  readonly dropout?: Record<Place, { readonly rate: number; readonly mask: NdArray }>;
  readonly recurrent?: { readonly rate: number; readonly masks: readonly NdArray[] };
  readonly nll: NdArray;
  readonly loss: number;
  readonly final: readonly GoldenState[];
  readonly gradients: Arrays;
  readonly gradientNorm: number;
  readonly maxNorm: number;
  readonly learningRate: number;
  readonly updated: Arrays;
}

type Forward = (model: Network, state: ModelState) => { nll: tf.Tensor1D; state: ModelState };

const file = new URL('../golden/pytorch/language_model.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };
const WINDOW = { pass: 0, inPass: 0, step: 0 };

function modelOf({ parameters }: GoldenCase): Network {
  const [vocabularySize, embedding] = parameters['embedding.weight'].shape;
  const layers = lstmLayers(...[0, 1].map((layer) => parameters[`layers.${layer}.recurrentWeight`].shape[0]));
  const tieEmbedding = !('softmax.weight' in parameters);
  const architecture = plainArchitecture({ vocabularySize, embedding, layers, tieEmbedding });
  const values = Object.entries(parameters).map(([name, { data }]) => [
    name,
    { data: Float32Array.from(data) },
  ]);
  const given = parametersFrom(architecture, new Map(values as never));
  return { architecture, parameters: given, constants: new Map() };
}

/** The window in one go, with the given dropout plan. */
function forwardOf({ tokens, targets }: GoldenCase, plan: WindowNoise | null): Forward {
  return (model, state) => {
    const ids = tf.tensor2d([...tokens.data], tokens.shape as [number, number], 'int32');
    const result = encode(model, ids, state, plan);
    return {
      nll: targetNll(model, result.hidden, tf.tensor1d([...targets.data], 'int32')),
      state: result.state,
    };
  };
}

/** A window a step, with the given masks on h between the steps. */
function forwardWithMasksOnHidden(golden: GoldenCase): Forward {
  const { rate, masks } = golden.recurrent as NonNullable<GoldenCase['recurrent']>;
  const [steps, batch] = golden.tokens.shape;
  const rowOf = ({ data }: NdArray, t: number): NdArray => ({
    shape: [1, batch],
    data: data.slice(t * batch, (t + 1) * batch),
  });
  return (model, start) => {
    const factors = masks.map((mask) => tf.unstack(tf.div(tensorOf(mask), 1 - rate)));
    const nlls: tf.Tensor1D[] = [];
    let state = start;
    for (let t = 0; t < steps; t++) {
      const masked = { ...state };
      factors.forEach((perStep, layer) => {
        masked[`layers.${layer}.h`] = tf.mul(state[`layers.${layer}.h`], perStep[t]);
      });
      const step = { ...golden, tokens: rowOf(golden.tokens, t), targets: rowOf(golden.targets, t) };
      const result = forwardOf(step, null)(model, masked);
      nlls.push(result.nll);
      state = result.state;
    }
    return { nll: tf.concat(nlls), state };
  };
}

/**
 * Registers a dropout kernel that applies the given masks instead of drawing them: kernels are the seam that lets
 * the model stay as it is. The rate comes from the plan, so a wrong edge is a wrong scale.
 */
function applyGivenMasks(backendName: BackendName, dropout: NonNullable<GoldenCase['dropout']>): WindowNoise {
  const maskOfSite = new Map([
    [0, dropout.input.mask],
    [2, dropout.between.mask],
    [4, dropout.output.mask],
  ]);
  tf.registerKernel({
    kernelName: 'ZlmDropout',
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { site, rate } = attrs as unknown as { site: number; rate: number };
      return tf.tidy(() =>
        tf.mul(inputs.x as tf.Tensor, tf.div(tensorOf(maskOfSite.get(site) as NdArray), 1 - rate)),
      );
    },
  });
  const edge = (place: Place) => ({ rate: dropout[place].rate, mask: 'step', perGate: false }) as const;
  const edges = { input: edge('input'), between: edge('between'), output: edge('output') };
  return { table: { ...NO_DROPOUT, ...edges }, seed: 0, step: 0 };
}

function taskOf(golden: GoldenCase, model: Network, forward: Forward): Task {
  const initial = golden.initial.flatMap(({ h, c }, layer) => [
    [`layers.${layer}.h`, h] as const,
    [`layers.${layer}.c`, c] as const,
  ]);
  return {
    parameters: model.parameters,
    metric: PERPLEXITY,
    batchesIn: () => 1,
    stepsOf: () => golden.tokens.shape[0],
    predictionsOf: () => golden.nll.data.length,
    startsFromZero: () => true,
    uniformNll: Number.POSITIVE_INFINITY,
    zeroState: () => Object.fromEntries(initial.map(([name, values]) => [name, tensorOf(values)])),
    read: ({ step: clock }) => ({
      arrays: {},
      steps: golden.tokens.shape[0],
      batch: golden.tokens.shape[1],
      clock,
    }),
    loss: (_, state) => {
      const result = forward(model, state as ModelState);
      return { nll: result.nll, batch: golden.tokens.shape[1], penalty: null, state: result.state };
    },
    validate: () => Promise.reject(new Error('nothing to validate on')),
  };
}

describeEachBackend('on %s', (backend) => {
  const forwards: Record<string, (golden: GoldenCase) => Forward> = {
    plain: (golden) => forwardOf(golden, null),
    dropout: (golden) => forwardOf(golden, applyGivenMasks(backend, golden.dropout as never)),
    tied: (golden) => forwardOf(golden, null),
    recurrent: forwardWithMasksOnHidden,
  };

  it('the test tries every case of the golden file', () => {
    expect(Object.keys(forwards)).toEqual(Object.keys(cases));
  });

  describe.each(Object.keys(forwards))('%s', (name) => {
    const golden = cases[name];
    const setUp = () => {
      const model = modelOf(golden);
      return { model, task: taskOf(golden, model, forwards[name](golden)) };
    };

    it("loss, NLL of every prediction and final state equal PyTorch's", async () => {
      const { task } = setUp();
      const { loss, terms } = lossAndGradients(task, 'sum', task.read(WINDOW), task.zeroState());
      expectClose(await readValues(loss), [golden.loss]);
      expectClose(await readValues(terms.nll), golden.nll.data);
      for (const [layer, { h, c }] of golden.final.entries()) {
        expectClose(await readValues(terms.state[`layers.${layer}.h`]), h.data);
        expectClose(await readValues(terms.state[`layers.${layer}.c`]), c.data);
      }
    });

    it("every gradient equals PyTorch's", async () => {
      const { task } = setUp();
      const { gradients } = lossAndGradients(task, 'sum', task.read(WINDOW), task.zeroState());
      expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
      for (const [parameter, { data }] of Object.entries(golden.gradients)) {
        expectClose(await readValues(gradients[parameter]), data);
      }
    });

    it("the norm and the parameters after one clipped step equal PyTorch's", async () => {
      const { model, task } = setUp();
      const { maxNorm, learningRate } = golden;
      const optimizer = new Sgd(model.parameters, { weightDecay: 0, clipValue: null });
      const context = { task, optimizer, loss: 'sum', clipNorm: maxNorm } as const;
      const at = { learningRate, count: 1, averaged: 0 };
      const step = await trainingStep(context, WINDOW, task.zeroState(), at);
      expectClose([step.gradientNorm], [golden.gradientNorm]);
      expectClose([step.nll], [golden.loss * golden.tokens.shape[1]]);
      expect(step.predictions).toBe(golden.tokens.data.length);
      for (const [parameter, variable] of model.parameters) {
        expectClose(await readValues(variable), golden.updated[parameter].data);
      }
    });
  });
});
