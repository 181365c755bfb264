/**
 * tfjs's slice and split of float32 tensors, run by run: its CPU kernels look up every single element where a slice is not
 * one piece of memory, as in the gradient of a concatenation of columns.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type Kernel, onCpu } from './kernel.js';

/** The attributes of tfjs's slice. */
interface SliceAttributes {
  readonly begin: number | number[];
  readonly size: number | number[];
}

export const slice: Kernel<SliceAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const given = { shape: x.shape, rank: x.shape.length } as tf.Tensor;
  const [begin, size] = tf.slice_util.parseSliceParams(given, attributes.begin, attributes.size);
  const isOnePiece = tf.slice_util.isSliceContinous(x.shape, begin, size);
  if (x.dtype !== 'float32' || isOnePiece) return onCpu('Slice', inputs, attributes, backend);
  tf.slice_util.assertParamsValid(given, begin, size);
  const out = backend.allocate(size);
  copyRuns(backend.floats(x), x.shape, begin, size, out.values);
  return out.info;
};

/** The attributes of tfjs's split. */
interface SplitAttributes {
  readonly numOrSizeSplits: number | number[];
  readonly axis: number;
}

export const split: Kernel<SplitAttributes> = ({ x }, { numOrSizeSplits, axis }, backend) => {
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const given = { shape: x.shape, rank: x.shape.length } as tf.Tensor;
  let from = 0;
  return tf.backend_util.prepareSplitSize(given, numOrSizeSplits, along).map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? from : 0));
    const size = x.shape.map((whole, dimension) => (dimension === along ? length : whole));
    from += length;
    return slice({ x }, { begin, size }, backend) as TensorInfo;
  });
};

/** Copies the rows of the last dimension, in order. */
function copyRuns(
  values: Float32Array,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  out: Float32Array,
): void {
  const last = shape.length - 1;
  let written = 0;
  const copy = (dimension: number, row: number): void => {
    if (dimension === last) {
      const from = row * shape[last] + begin[last];
      out.set(values.subarray(from, from + size[last]), written);
      written += size[last];
      return;
    }
    for (let i = 0; i < size[dimension]; i++) {
      copy(dimension + 1, row * shape[dimension] + begin[dimension] + i);
    }
  };
  copy(0, 0);
}
