/**
 * Gradients of embedding tables: a window reads a few hundred rows of a table of thousands, so nearly all of the gradient is
 * zero. To everyone it is a whole tensor; but here it is known which of its rows may hold something, and only those are
 * cleared for the next window, summed for the norm and subtracted from the table. For the paper's models that
 * spares passing over 8 to 60 MB several times a window.
 */

import type { ArrayStore } from './array-store.js';

/** Rows of a matrix that may be other than zero; all others are. */
export interface TouchedRows {
  /** Each once, in rising order. */
  readonly ids: Int32Array;
  /** Columns of the matrix. */
  readonly width: number;
}

/** What is known of arrays that are zero but for some rows, lent or waiting to be lent again. */
export class RowSparseArrays {
  private readonly touched = new WeakMap<Float32Array, TouchedRows>();
  /** By length. */
  private readonly spares = new Map<number, Float32Array[]>();

  /** @param store lends them for good, or until one is forgotten */
  constructor(private readonly store: ArrayStore) {}

  /** The rows of an array that may hold something; undefined when it may be anywhere. */
  of(values: Float32Array): TouchedRows | undefined {
    return this.touched.get(values);
  }

  /**
   * An array of zeros that will be written to in these rows alone.
   *
   * @throws UserError('backend') when there is no memory
   */
  lend(length: number, rows: TouchedRows): Float32Array {
    const values = this.spares.get(length)?.pop() ?? this.store.lendZeros(length);
    const before = this.touched.get(values);
    if (before) clear(values, before);
    this.touched.set(values, rows);
    return values;
  }

  /** Takes an array back, if it is one of these. */
  takeBack(values: Float32Array): boolean {
    if (!this.touched.has(values)) return false;
    const spares = this.spares.get(values.length) ?? [];
    spares.push(values);
    this.spares.set(values.length, spares);
    return true;
  }

  /** Before an array is written to anywhere: it is an array like any other from now on. */
  forget(values: Float32Array): void {
    this.touched.delete(values);
  }
}

/** The rows that token ids touch. */
export function touchedRows(ids: Int32Array, width: number): TouchedRows {
  return { ids: Int32Array.from(new Set(ids)).sort(), width };
}

function clear(values: Float32Array, { ids, width }: TouchedRows): void {
  for (const row of ids) values.fill(0, row * width, (row + 1) * width);
}
