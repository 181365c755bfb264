/** Measures how fast each contender multiplies two matrices: an upper bound of its training speed. */
import * as tf from '@tensorflow/tfjs';
import { dispose, tidy } from '../ops/memory.js';
import { type Contender, checkOf, type Field, peakOf, problemOf, switchTo } from './contenders.js';
import type { BenchmarkReport, ProductEntry, Timing } from './report.js';
import { median, type RoundSettings, type Timed, timeEntries, withTiming } from './rounds.js';
import { scatteredValues } from './trial.js';

/** [ROWS, INNER] × [INNER, COLUMNS] is the softmax product of the paper's small model. */
export const [ROWS, INNER, COLUMNS] = [400, 200, 10_000];

/** A product, computed once in each unit of work. */
class Product implements Timed {
  private constructor(
    private readonly contender: Contender,
    private readonly a: tf.Tensor2D,
    private readonly b: tf.Tensor2D,
  ) {}

  static async begin(contender: Contender): Promise<Product> {
    await switchTo(contender);
    const factor = (rows: number, columns: number) =>
      tf.tensor2d(scatteredValues(rows * columns), [rows, columns]);
    return new Product(contender, factor(ROWS, INNER), factor(INNER, COLUMNS));
  }

  prepare(): Promise<void> {
    return switchTo(this.contender);
  }

  async run(): Promise<void> {
    // Reading one value waits for the product; reading them all would time a copy.
    const corner = tidy(() => tf.slice(tf.matMul(this.a, this.b), [0, 0], [1, 1]));
    await corner.data();
    dispose(corner);
  }

  async values(): Promise<Float32Array> {
    const product = tf.matMul(this.a, this.b);
    const values = await product.data<'float32'>();
    dispose(product);
    return values;
  }

  dispose(): void {
    dispose([this.a, this.b]);
  }
}

/**
 * Checks and times one product on every contender.
 *
 * @throws the signal's reason when it is aborted
 */
export async function benchProduct(
  field: Field,
  settings: RoundSettings,
  signal: AbortSignal,
): Promise<BenchmarkReport['product']> {
  const { reference } = field;
  // Only the model's own ops have a mixed precision.
  const contenders = field.contenders.filter(({ precision }) => precision === 'f32');
  const expected = await valuesOf({ backend: reference, precision: 'f32' });
  const entries: ProductEntry[] = [];
  for (const contender of contenders) {
    const difference = largestDifference(await valuesOf(contender), expected);
    const check = checkOf(difference, contender.precision, reference);
    entries.push({ ...contender, check, timing: null, problem: problemOf(check) });
  }
  const results = await timeEntries(entries, Product.begin, settings, {
    signal,
    onUnit: () => {},
    peakOf: (entry) => peakOf(field, entry),
  });
  const timed = entries.map((entry, i) => withTiming(entry, results[i], productTiming));
  return { rows: ROWS, inner: INNER, columns: COLUMNS, entries: timed };
}

async function valuesOf(contender: Contender): Promise<Float32Array> {
  const product = await Product.begin(contender);
  try {
    return await product.values();
  } finally {
    product.dispose();
  }
}

/** Computes the largest difference relative to the largest value: a single sum of many terms may be near zero. */
function largestDifference(values: Float32Array, reference: Float32Array): number {
  let [difference, size] = [0, 0];
  values.forEach((value, i) => {
    // Math.max propagates NaN.
    difference = Math.max(difference, Math.abs(value - reference[i]));
    size = Math.max(size, Math.abs(reference[i]));
  });
  return difference / size;
}

/** Computes the product's rate from its seconds in each round. */
export function productTiming(roundSeconds: readonly number[]): Omit<Timing, 'ofPeak'> {
  return { gflops: (2 * ROWS * INNER * COLUMNS) / median(roundSeconds) / 1e9, roundSeconds };
}
