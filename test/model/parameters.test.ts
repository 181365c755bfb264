import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import type { Architecture } from '../../src/model/architecture.js';
import { initializeParameters } from '../../src/model/initialization.js';
import { parameterShapes, parametersFrom } from '../../src/model/parameters.js';
import { modelSize } from '../../src/model/size.js';
import { valuesOf } from '../ops/arrays.js';
import { lstmLayers, plainArchitecture } from './small-models.js';

const SMALL = plainArchitecture({ vocabularySize: 50, embedding: 20, layers: lstmLayers(30, 40) });
const namesAndShapes = (architecture: Architecture) =>
  parameterShapes(architecture).map(({ name, shape }) => ({ name, shape }));

beforeAll(() => activateBackend('cpu'));

function initialValues(architecture: Architecture, bound: number, seed: number): Map<string, number[]> {
  const entries = [...initializeParameters(architecture, { uniform: bound }, null, seed)];
  return new Map(entries.map(([name, variable]) => [name, valuesOf(variable)]));
}

describe('parameterShapes', () => {
  it('parameterShapes names every parameter, with the gates side by side', () => {
    expect(namesAndShapes(SMALL)).toEqual([
      { name: 'embedding.weight', shape: [50, 20] },
      { name: 'layers.0.inputWeight', shape: [20, 120] },
      { name: 'layers.0.recurrentWeight', shape: [30, 120] },
      { name: 'layers.0.bias', shape: [120] },
      { name: 'layers.1.inputWeight', shape: [30, 160] },
      { name: 'layers.1.recurrentWeight', shape: [40, 160] },
      { name: 'layers.1.bias', shape: [160] },
      { name: 'softmax.weight', shape: [40, 50] },
      { name: 'softmax.bias', shape: [50] },
    ]);
  });

  it('parameterShapes has no softmax weight when the embedding is tied', () => {
    const names = parameterShapes({ ...SMALL, tieEmbedding: true }).map(({ name }) => name);
    expect(names).not.toContain('softmax.weight');
    expect(names.at(-1)).toBe('softmax.bias');
  });
});

describe('initializeParameters', () => {
  it('initializeParameters makes variables of the right names and shapes', () => {
    const found = [...initializeParameters(SMALL, { uniform: 0.1 }, null, 1)].map(([name, { shape }]) => ({
      name,
      shape,
    }));
    expect(found).toEqual(namesAndShapes(SMALL));
  });

  it('initializeParameters draws every parameter uniformly from −bound to bound, biases too', () => {
    const bound = 0.04;
    for (const [name, values] of initialValues({ ...SMALL, vocabularySize: 500 }, bound, 1)) {
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(bound);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
      const expected = bound ** 2 / 3;
      // Four standard deviations of each estimate.
      expect(Math.abs(mean), name).toBeLessThan(4 * Math.sqrt(expected / values.length));
      expect(Math.abs(variance - expected), name).toBeLessThan(
        4 * Math.sqrt((4 * expected ** 2) / 5 / values.length),
      );
    }
  });

  it('initializeParameters depends on the seed alone', () => {
    expect(initialValues(SMALL, 0.1, 7)).toEqual(initialValues(SMALL, 0.1, 7));
    const [a, b] = [initialValues(SMALL, 0.1, 7), initialValues(SMALL, 0.1, 8)];
    for (const [name, values] of a) expect(b.get(name), name).not.toEqual(values);
  });

  it('initializeParameters scales with the bound', () => {
    const [narrow, wide] = [initialValues(SMALL, 0.25, 1), initialValues(SMALL, 0.5, 1)];
    for (const [name, values] of narrow) expect(wide.get(name)).toEqual(values.map((value) => 2 * value));
  });

  it('initializeParameters draws each parameter from its own random stream', () => {
    const heads = [...initialValues(SMALL, 0.1, 1).values()].map((values) => values.slice(0, 4).join());
    expect(new Set(heads).size).toBe(heads.length);
  });

  it('initializeParameters gives the same values on every backend', async () => {
    const onCpu = initialValues(SMALL, 0.1, 3);
    await activateBackend('wasm');
    const onWasm = initialValues(SMALL, 0.1, 3);
    await activateBackend('cpu');
    expect(onWasm).toEqual(onCpu);
  });
});

describe('parametersFrom', () => {
  it('parametersFrom restores the parameters of a model', () => {
    const values = initialValues(SMALL, 0.1, 5);
    const data = [...values].map(([name, numbers]) => [name, { data: Float32Array.from(numbers) }] as const);
    const restored = parametersFrom(SMALL, new Map(data));
    expect(new Map([...restored].map(([name, variable]) => [name, valuesOf(variable)]))).toEqual(values);
    expect(() => parametersFrom(SMALL, new Map(data.slice(1)))).toThrow('embedding.weight');
    expect(restored.vector('softmax.bias').shape).toEqual([SMALL.vocabularySize]);
    expect(restored.ofLayer(0).matrix('inputWeight')).toBe(restored.get('layers.0.inputWeight'));
    expect(() => restored.vector('layers.2.bias')).toThrow('layers.2.bias');
    expect(() => restored.vector('embedding.weight')).toThrow('rank 1');
  });
});

describe('modelSize', () => {
  // The paper's models on PTB (section 4.1), one bias per gate.
  it.each([
    ['small', { units: 200, steps: 20, parameters: 4_651_600, flop: 15.84e6 }],
    ['medium', { units: 650, steps: 35, parameters: 19_775_200, flop: 79.56e6 }],
    ['large', { units: 1500, steps: 35, parameters: 66_022_000, flop: 306e6 }],
  ])(
    'modelSize counts the parameters and operations of the %s model',
    (_, { units, steps, parameters, flop }) => {
      const layers = lstmLayers(units, units);
      const architecture = plainArchitecture({ vocabularySize: 10_000, embedding: units, layers });
      const size = modelSize(architecture, { steps, batch: 20 });
      expect(size.parameters).toBe(parameters);
      expect(size.trainingFlopPerToken).toBe(flop);
      // At least parameters and gradients, and the [T·B, V] softmax.
      expect(size.trainingBytes).toBeGreaterThan(4 * (2 * parameters + steps * 20 * 10_000));
    },
  );

  it('modelSize counts a tied table once', () => {
    const untied = plainArchitecture({ vocabularySize: 100, embedding: 8, layers: lstmLayers(8) });
    const sizeOf = (architecture: Architecture) => modelSize(architecture, { steps: 1, batch: 1 });
    expect(sizeOf({ ...untied, tieEmbedding: true }).parameters).toBe(sizeOf(untied).parameters - 800);
    expect(sizeOf({ ...untied, tieEmbedding: true }).trainingFlopPerToken).toBe(
      sizeOf(untied).trainingFlopPerToken,
    );
  });
});
