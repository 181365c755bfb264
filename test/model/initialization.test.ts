import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import type { Architecture, LayerShape } from '../../src/model/architecture.js';
import {
  type Initialization,
  initializeParameters,
  orthogonalBlocks,
} from '../../src/model/initialization.js';
import { philoxWords, STREAM, wordToUnit } from '../../src/ops/philox.js';
import { valuesOf } from '../ops/arrays.js';
import { lstmLayers, plainArchitecture } from './small-models.js';

const LAYERS: LayerShape[] = [
  ...lstmLayers(12),
  { cell: 'gru', units: 10 },
  { cell: 'deepTransition', units: 9, depth: 2, shortcut: true },
];
const ARCHITECTURE = plainArchitecture({ vocabularySize: 300, embedding: 16, layers: LAYERS });

beforeAll(() => activateBackend('cpu'));

function drawn(init: Initialization, forgetBias: number | null = null, of: Architecture = ARCHITECTURE) {
  const parameters = initializeParameters(of, init, forgetBias, 5);
  return new Map([...parameters].map(([name, variable]) => [name, valuesOf(variable)]));
}

const of = (values: ReadonlyMap<string, number[]>, name: string) => values.get(name) as number[];
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
const isZero = (values: readonly number[]) => values.every((value) => value === 0);

/** [rows, columns] from the matrix of `width` columns, beginning with column `from`. */
function block(values: readonly number[], rows: number, width: number, from: number, columns: number) {
  return Array.from({ length: rows }, (_, r) => values.slice(r * width + from, r * width + from + columns));
}

function expectOrthogonal(matrix: readonly (readonly number[])[]): void {
  matrix.forEach((a, i) => {
    matrix.forEach((b, j) => {
      const dot = a.reduce((sum, value, k) => sum + value * b[k], 0);
      expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
    });
  });
}

describe('a parameter that is drawn in several parts', () => {
  // 300 × 200 values, of which 16,384 words are in memory at once.
  const wide = { ...ARCHITECTURE, embedding: 200 };
  const words = (count: number) =>
    philoxWords({ seed: 5, stream: STREAM.initialization, site: 0, step: 0 }, count);

  it('has a value for each word of its stream', () => {
    const expected = Array.from(words(60_000), (word) => Math.fround((2 * wordToUnit(word) - 1) * 0.3));
    expect(of(drawn({ uniform: 0.3 }, null, wide), 'embedding.weight')).toEqual(expected);
  });

  it('has a normal value for each two words of its stream', () => {
    const all = Array.from(words(120_000), wordToUnit);
    const expected = Array.from({ length: 60_000 }, (_, n) =>
      Math.fround(0.3 * Math.sqrt(-2 * Math.log(all[2 * n])) * Math.cos(2 * Math.PI * all[2 * n + 1])),
    );
    expect(of(drawn({ normal: 0.3 }, null, wide), 'embedding.weight')).toEqual(expected);
  });
});

describe('normal', () => {
  it('normal draws weights with the given deviation and mean 0, and sets biases to 0', () => {
    const values = drawn({ normal: 0.2 });
    for (const [name, numbers] of values) {
      if (name.toLowerCase().endsWith('bias')) {
        expect(isZero(numbers), name).toBe(true);
        continue;
      }
      const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
      const variance = numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length;
      // Four standard deviations of each estimate.
      expect(Math.abs(mean), name).toBeLessThan(4 * 0.2 * Math.sqrt(1 / numbers.length));
      expect(Math.abs(variance / 0.04 - 1), name).toBeLessThan(4 * Math.sqrt(2 / numbers.length));
    }
    // Normal and not, say, uniform: about 4.6 % lie beyond two deviations.
    const table = of(values, 'embedding.weight');
    const beyond = table.filter((value) => Math.abs(value) > 0.4).length / table.length;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(4 * Math.sqrt((0.0455 * 0.9545) / table.length));
  });
});

describe('scaledUniform', () => {
  it("scaledUniform bounds a layer's parameters by 1/√H, table and softmax by the value, and sets the softmax's bias to 0", () => {
    const values = drawn({ scaledUniform: { embedding: 0.1 } });
    for (const [name, numbers] of values) {
      if (name === 'softmax.bias') {
        expect(isZero(numbers)).toBe(true);
        continue;
      }
      const layer = /^layers\.(\d)/.exec(name)?.[1];
      const bound = layer === undefined ? 0.1 : 1 / Math.sqrt(LAYERS[Number(layer)].units);
      expect(largest(numbers), name).toBeLessThanOrEqual(bound);
      expect(largest(numbers), name).toBeGreaterThan(0.7 * bound);
    }
  });
});

describe('orthogonal', () => {
  it('orthogonal makes every recurrent matrix orthogonal, gate by gate, and sets biases to 0', () => {
    const values = drawn({ orthogonal: {} });
    const matrices: [string, number, number][] = [
      ['layers.0.recurrentWeight', 12, 4],
      ['layers.1.recurrentWeight', 10, 3],
      ['layers.2.recurrentWeight', 9, 1],
      ['layers.2.transitions.1.weight', 9, 1],
      ['layers.2.shortcutWeight', 9, 1],
    ];
    for (const [name, units, gates] of matrices) {
      for (let gate = 0; gate < gates; gate++) {
        expectOrthogonal(block(of(values, name), units, gates * units, gate * units, units));
      }
    }
    expect(isZero(of(values, 'layers.0.bias'))).toBe(true);
    expect(largest(of(values, 'layers.0.inputWeight'))).toBeLessThanOrEqual(Math.sqrt(6 / (16 + 12)));
  });

  it('orthogonal stays orthogonal when the given rows are nearly the same', () => {
    const nearly = Float32Array.from({ length: 9 }, (_, i) => 1 + (i % 4) * 1e-4);
    expectOrthogonal(block([...orthogonalBlocks(nearly, 3, 3)], 3, 3, 0, 3));
  });
});

describe('forgetBias', () => {
  it('forgetBias sets the forget gates of LSTM layers and leaves every other value unchanged', () => {
    const [plain, set] = [drawn({ uniform: 0.1 }), drawn({ uniform: 0.1 }, 1)];
    for (const [name, values] of plain) {
      const expected = name === 'layers.0.bias' ? values.with(12, 1).fill(1, 12, 24) : values;
      expect(of(set, name), name).toEqual(expected);
    }
  });
});
