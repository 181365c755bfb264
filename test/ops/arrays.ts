/** Plain arrays for tests: made at random, turned into tensors, compared. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/** Row-major values with their shape; the golden files hold arrays in the same form. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Arrays by name. */
export type Arrays = Readonly<Record<string, NdArray>>;

/** Numbers in [0, 1) from a seed (mulberry32): not Philox, which is under test. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An array of numbers in (−bound, bound), each of them exact in f32. */
export function randomArray(random: () => number, shape: readonly number[], bound = 1): NdArray {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const data = new Array<number>(size);
  for (let i = 0; i < size; i++) data[i] = Math.fround((2 * random() - 1) * bound);
  return { shape, data };
}

/** Whole numbers in [0, below). */
export function randomIds(random: () => number, count: number, below: number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * below));
}

/** The array as an f32 tensor. */
export function tensorOf<T extends tf.Tensor = tf.Tensor>({ shape, data }: NdArray): T {
  // An array of numbers would be searched for its shape.
  return tf.tensor(Float32Array.from(data), [...shape], 'float32') as T;
}

/** A tensor's values. */
export function valuesOf(tensor: tf.Tensor): number[] {
  const data = tensor.dataSync();
  const values = new Array<number>(data.length);
  for (let i = 0; i < data.length; i++) values[i] = data[i]; // much faster than Array.from
  return values;
}

/** A tensor's values, on a backend that may read them asynchronously only. */
export async function readValues(tensor: tf.Tensor): Promise<number[]> {
  return Array.from(await tensor.data());
}

/** Reads the values of tensors, and frees them. */
export async function readAndFree(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  try {
    return await Promise.all(tensors.map(readValues));
  } finally {
    tf.dispose([...tensors]);
  }
}

/**
 * Returns what `compute` makes of tensors, which are disposed: numbers. `tf.tidy` would look for a tensor in each
 * element of an array that it returns, which takes longer than most ops.
 */
export function tidyNumbers<T>(compute: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(compute());
  });
  return results[0];
}

/**
 * Compares two arrays of numbers.
 *
 * @param tolerance largest difference allowed, as a fraction of the largest expected magnitude
 * @param rounding  what is allowed beside it
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
  rounding = 0,
): void {
  expect(actual.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const allowed = tolerance * largest + rounding;
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(actual[i] - expected[i]) <= allowed) continue;
    expect.fail(`value ${i}: ${actual[i]}, expected ${expected[i]} ± ${allowed}`);
  }
}
