/**
 * Gradients of embedding tables. A window reads a few hundred rows of a table of thousands, so nearly all of the gradient is
 * zero. Outside it is an ordinary tensor; this backend knows which rows may be nonzero, and clears, sums and applies only
 * those. For the paper's models that saves several passes over 8 to 60 MB in each window.
 */
import type { ArrayStore } from './array-store.js';

/** Rows of a matrix that may be nonzero; all others are zero. */
export interface TouchedRows {
  /** Each once, in rising order. */
  readonly ids: Int32Array;
  /** Columns of the matrix. */
  readonly width: number;
}

/** Arrays that are zero except in known rows, lent or spare. */
export class RowSparseArrays {
  private readonly touched = new WeakMap<Float32Array, TouchedRows>();
  private readonly spares = new RecentSpares<Float32Array>();

  /** @param store lends the arrays; they return only after `forget` */
  constructor(private readonly store: ArrayStore) {}

  /** Returns the rows of an array that may be nonzero; undefined when any may be. */
  of(values: Float32Array): TouchedRows | undefined {
    return this.touched.get(values);
  }

  /**
   * Lends an array of zeros, to be written only in these rows.
   *
   * @throws UserError('backend') when memory runs out
   */
  lend(length: number, rows: TouchedRows): Float32Array {
    const values = this.spares.take(length) ?? this.store.lendZeros(length);
    const before = this.touched.get(values);
    if (before) clear(values, before);
    this.touched.set(values, rows);
    return values;
  }

  /** Takes back an array. Returns false when it is not one of these. */
  takeBack(values: Float32Array): boolean {
    if (!this.touched.has(values)) return false;
    const surplus = this.spares.add(values);
    if (surplus) {
      this.touched.delete(surplus);
      this.store.takeBack(surplus as Float32Array<ArrayBuffer>);
    }
    return true;
  }

  /** Forgets the rows of an array before it is written elsewhere: from now on it is an ordinary array. */
  forget(values: Float32Array): void {
    this.touched.delete(values);
  }
}

/**
 * The most spare arrays that are known to be zero outside of known rows. A window needs one for its embedding table, and one
 * for the rows of its predictions where lines are trained; those have another length in each batch.
 */
const MOST_SPARES = 4;

/** The few arrays that became spare last. */
export class RecentSpares<A extends { readonly length: number }> {
  /** The most recent last. */
  private readonly arrays: A[] = [];

  /** Takes the most recent array of a length out; undefined when there is none. */
  take(length: number): A | undefined {
    const at = this.arrays.findLastIndex((array) => array.length === length);
    return at < 0 ? undefined : this.arrays.splice(at, 1)[0];
  }

  /** Adds an array. Returns the one that has been spare for longest when there are too many. */
  add(array: A): A | undefined {
    this.arrays.push(array);
    return this.arrays.length > MOST_SPARES ? this.arrays.shift() : undefined;
  }
}

/** Returns the rows that token ids select. */
export function touchedRows(ids: Int32Array, width: number): TouchedRows {
  return { ids: Int32Array.from(new Set(ids)).sort(), width };
}

function clear(values: Float32Array, { ids, width }: TouchedRows): void {
  for (const row of ids) values.fill(0, row * width, (row + 1) * width);
}
