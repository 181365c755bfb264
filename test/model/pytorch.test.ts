/** The whole model against PyTorch's numbers: `golden/pytorch/make_language_model.py` says how they were made. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../src/backends/backend.js';
import type { DropoutEdges, DropoutPlan } from '../../src/model/dropout-placement.js';
import { encode, type LanguageModel, targetNll } from '../../src/model/language-model.js';
import type { StackState } from '../../src/model/lstm-stack.js';
import { parametersFrom } from '../../src/model/parameters.js';
import type { LstmState } from '../../src/ops/lstm.js';
import { lossAndGradients, trainingStep } from '../../src/training/step.js';
import type { NamedTensors, Trainee } from '../../src/training/trainee.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, type NdArray, tensorOf, valuesOf } from '../ops/arrays.js';

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

type Forward = (model: LanguageModel, state: StackState) => { nll: tf.Tensor1D; state: StackState };

const file = new URL('../golden/pytorch/language_model.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };
const WINDOW = { inPass: 0, inRun: 0 };
const NONE = { rate: 0, mask: 'step' } as const;

function modelOf({ parameters }: GoldenCase): LanguageModel {
  const [vocabularySize, embedding] = parameters['embedding.weight'].shape;
  const layers = [0, 1].map((layer) => parameters[`layers.${layer}.recurrentWeight`].shape[0]);
  const architecture = { vocabularySize, embedding, layers, tieEmbedding: !('softmax.weight' in parameters) };
  const values = Object.entries(parameters).map(([name, { data }]) => [
    name,
    { data: Float32Array.from(data) },
  ]);
  return { architecture, parameters: parametersFrom(architecture, new Map(values as never)) };
}

/** The window in one go, with the given dropout plan. */
function forwardOf({ tokens, targets }: GoldenCase, plan: DropoutPlan | null): Forward {
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
      const masked = state.map(({ h, c }, layer): LstmState => ({ h: tf.mul(h, factors[layer][t]), c }));
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
function applyGivenMasks(backendName: BackendName, dropout: NonNullable<GoldenCase['dropout']>): DropoutPlan {
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
  const edge = (place: Place) => ({ rate: dropout[place].rate, mask: 'step' }) as const;
  const edges: DropoutEdges = {
    input: edge('input'),
    between: edge('between'),
    output: edge('output'),
    recurrent: NONE,
  };
  return { edges, seed: 0, step: 0 };
}

function traineeOf(golden: GoldenCase, model: LanguageModel, forward: Forward): Trainee {
  const asStack = (state: NamedTensors) => [0, 1].map((l) => ({ h: state[`${l}.h`], c: state[`${l}.c`] }));
  const asNamed = (states: readonly { h: tf.Tensor; c: tf.Tensor }[]) =>
    Object.fromEntries(
      states.flatMap(({ h, c }, l) => [
        [`${l}.h`, h],
        [`${l}.c`, c],
      ]),
    );
  return {
    parameters: model.parameters,
    windowsPerPass: 1,
    hopelessNll: Number.POSITIVE_INFINITY,
    zeroState: () => asNamed(golden.initial.map(({ h, c }) => ({ h: tensorOf(h), c: tensorOf(c) }))),
    forward: (_, state) => {
      const result = forward(model, asStack(state) as unknown as StackState);
      return { nll: result.nll, batch: golden.tokens.shape[1], state: asNamed(result.state) };
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

  it('every case of the file is tried', () => {
    expect(Object.keys(forwards)).toEqual(Object.keys(cases));
  });

  describe.each(Object.keys(forwards))('%s', (name) => {
    const golden = cases[name];
    const setUp = () => {
      const model = modelOf(golden);
      return { model, trainee: traineeOf(golden, model, forwards[name](golden)) };
    };

    it('loss, nll of every prediction and final state', () => {
      const { trainee } = setUp();
      const { loss, result } = lossAndGradients(trainee, WINDOW, trainee.zeroState());
      expectClose(valuesOf(loss), [golden.loss]);
      expectClose(valuesOf(result.nll), golden.nll.data);
      golden.final.forEach(({ h, c }, layer) => {
        expectClose(valuesOf(result.state[`${layer}.h`]), h.data);
        expectClose(valuesOf(result.state[`${layer}.c`]), c.data);
      });
    });

    it('every gradient', () => {
      const { trainee } = setUp();
      const { gradients } = lossAndGradients(trainee, WINDOW, trainee.zeroState());
      expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
      for (const [parameter, { data }] of Object.entries(golden.gradients)) {
        expectClose(valuesOf(gradients[parameter]), data);
      }
    });

    it('norm, and the parameters after one clipped step', async () => {
      const { model, trainee } = setUp();
      const { maxNorm, learningRate } = golden;
      const step = await trainingStep(trainee, WINDOW, trainee.zeroState(), learningRate, maxNorm);
      expectClose([step.gradientNorm], [golden.gradientNorm]);
      expectClose([step.nll], [golden.loss * golden.tokens.shape[1]]);
      expect(step.predictions).toBe(golden.tokens.data.length);
      for (const [parameter, variable] of model.parameters) {
        expectClose(valuesOf(variable), golden.updated[parameter].data);
      }
    });
  });
});
