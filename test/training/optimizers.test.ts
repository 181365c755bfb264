/** Compares ten steps of the optimizers with PyTorch's, which `golden/pytorch/make_optimizers.py` made. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it, onTestFinished } from 'vitest';
import type { NetworkSpec } from '../../src/spec/systems.js';
import {
  createOptimizer,
  disposeOptimizer,
  type Optimizer,
  stateTensorsPerParameter,
  swapIn,
} from '../../src/training/optimizers.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, type NdArray, readValues, tensorOf } from '../ops/arrays.js';

interface GoldenCase {
  readonly optimizer: string;
  readonly settings: { learningRate: number; weightDecay: number; clipValue: number | null };
  readonly scale: number;
  readonly parameter: NdArray;
  readonly gradients: readonly NdArray[];
  readonly parameters: readonly NdArray[];
  readonly averages?: readonly NdArray[];
  readonly weights?: readonly number[];
}

const file = new URL('../golden/pytorch/optimizers.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

type OptimizerSpec = NetworkSpec['training']['optimizer'];

/** Parameters `a` and `b` with the same values, and an optimizer over them. */
function optimizing({ optimizer: kind, settings, parameter }: GoldenCase) {
  const { weightDecay, clipValue, ...own } = settings;
  const parameters = new Map(
    ['a', 'b'].map((name) => [name, tf.tidy(() => tf.variable(tensorOf(parameter)))]),
  );
  const optimizer = { [kind]: { nonMonotonic: 5, startEpoch: null, ...own } } as unknown as OptimizerSpec;
  const made = createOptimizer({ optimizer, weightDecay, clipValue }, parameters, false);
  onTestFinished(() => {
    disposeOptimizer(made);
    tf.dispose([...parameters.values()]);
  });
  return { parameters, optimizer: made, companions: stateTensorsPerParameter({ optimizer }) };
}

/** Takes a step with the golden gradient of step `count`, from 1; PyTorch's first average of two is that of step 6. */
function step(optimizer: Optimizer, { gradients, scale, settings }: GoldenCase, count: number): void {
  tf.tidy(() => {
    const gradient = tensorOf(gradients[count - 1]);
    const at = { learningRate: settings.learningRate, count, averaged: Math.max(0, count - 4) };
    optimizer.step({ a: gradient, b: gradient }, tf.scalar(scale), at);
  });
}

const names = ({ tensors }: Optimizer) => [...tensors.keys()];
const AVERAGED = cases.ASGD;

describeEachBackend('optimizers on %s', () => {
  it.each(Object.entries(cases))("ten steps equal PyTorch's: %s", async (_, golden) => {
    const { parameters, optimizer } = optimizing(golden);
    expect(golden.weights?.slice(4, 6) ?? [1, 0.5]).toEqual([1, 0.5]);
    for (let count = 1; count <= 10; count++) {
      step(optimizer, golden, count);
      for (const parameter of parameters.values()) {
        expectClose(await readValues(parameter), golden.parameters[count - 1].data);
      }
      for (const average of optimizer.averages?.values() ?? []) {
        expectClose(await readValues(average), golden.averages?.[count - 1].data ?? []);
      }
      expect(optimizer.averages !== null).toBe(golden.averages !== undefined && count > 4);
    }
  });

  it.each([
    ['SGD', []],
    ['Adam', ['firstMoment.a', 'firstMoment.b', 'secondMoment.a', 'secondMoment.b']],
    ['RMSprop', ['meanSquare.a', 'meanSquare.b']],
    ['ASGD', ['average.a', 'average.b']],
  ])('%s keeps one tensor of each kind for each parameter', (name, expected) => {
    const { optimizer, companions } = optimizing(cases[name]);
    for (let count = 1; count <= 5; count++) step(optimizer, cases[name], count);
    expect(names(optimizer)).toEqual(expected);
    expect(companions).toBe(expected.length / 2);
  });

  it('averaging starts at the planned step, and the first average equals the parameters exactly', async () => {
    const { parameters, optimizer } = optimizing(AVERAGED);
    for (let count = 1; count <= 4; count++) step(optimizer, AVERAGED, count);
    expect([optimizer.averages, names(optimizer)]).toEqual([null, []]);
    step(optimizer, AVERAGED, 5);
    for (const [name, parameter] of parameters) {
      const average = optimizer.averages?.get(name);
      expect(average && (await readValues(average))).toEqual(await readValues(parameter));
    }
  });

  it('the optimizer lends the parameters their averages, and then continues unchanged', async () => {
    const { parameters, optimizer } = optimizing(AVERAGED);
    for (let count = 1; count <= 7; count++) step(optimizer, AVERAGED, count);
    const tensors = tf.memory().numTensors;
    const swapBack = swapIn(parameters, optimizer.averages);
    for (const parameter of parameters.values()) {
      expectClose(await readValues(parameter), AVERAGED.averages?.[6].data ?? []);
    }
    swapBack();
    expect(tf.memory().numTensors).toBe(tensors);
    for (let count = 8; count <= 10; count++) step(optimizer, AVERAGED, count);
    for (const [name, parameter] of parameters) {
      expectClose(await readValues(parameter), AVERAGED.parameters[9].data);
      expectClose(
        await readValues(optimizer.averages?.get(name) ?? parameter),
        AVERAGED.averages?.[9].data ?? [],
      );
    }
  });

  it('parameters without averages are left unchanged', async () => {
    const { parameters, optimizer } = optimizing(cases.SGD);
    const valuesNow = () => Promise.all([...parameters.values()].map(readValues));
    const before = await valuesNow();
    const swapBack = swapIn(parameters, optimizer.averages);
    expect(await valuesNow()).toEqual(before);
    swapBack();
    expect(await valuesNow()).toEqual(before);
  });
});
