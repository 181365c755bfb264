/**
 * tfjs's own kernels that move values and compute nothing: constants, slices, concatenation, padding, transposition. They take
 * float32 and int32; tensors of other types are left to tfjs's CPU kernels.
 */
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { denseStrides, walkOf } from '../strides.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, type Kernel, onCpu } from './cuda-kernel.js';
import { dimensionsOf } from './tfjs-kernels.js';

/** The attributes of tfjs's constant tensors. */
interface FillAttributes {
  readonly shape: readonly number[];
  readonly value: number;
  readonly dtype?: DataType;
}

/** Makes a tensor whose elements are all alike. */
export const fill: Kernel<FillAttributes> = (inputs, attributes, backend) => {
  const { shape, value, dtype = 'float32' } = attributes;
  if (!isCopied(dtype)) return onCpu('Fill', inputs, attributes, backend);
  return backend.filled(shape, dtype, value).info;
};

/** Makes the kernel of a constant tensor of another one's shape. */
export function constantLike(name: 'ZerosLike' | 'OnesLike', value: number): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { shape, dtype } = inputs.x;
    if (!isCopied(dtype)) return onCpu(name, inputs, attributes, backend);
    return backend.filled(shape, dtype, value).info;
  };
}

/** A tensor's place in memory, or that of a part or a transpose of it. */
interface Place {
  readonly at: number;
  readonly strides: readonly number[];
}

/** The attributes of tfjs's slice. */
interface SliceAttributes {
  readonly begin: number | number[];
  readonly size: number | number[];
}

/** Copies a part of a tensor. */
export const slice: Kernel<SliceAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  if (!isCopied(x.dtype)) return onCpu('Slice', inputs, attributes, backend);
  const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size);
  tf.slice_util.assertParamsValid(x, begin, size);
  return cut(x, begin, size, backend);
};

/** The attributes of tfjs's split. */
interface SplitAttributes {
  readonly numOrSizeSplits: number | number[];
  readonly axis: number;
}

/** Splits a tensor along one dimension, as slices. */
export const split: Kernel<SplitAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  if (!isCopied(x.dtype)) return onCpu('SplitV', inputs, attributes, backend);
  const [along] = tf.util.parseAxisParam(attributes.axis, x.shape);
  let from = 0;
  return tf.backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, along).map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? from : 0));
    from += length;
    return cut(x, begin, x.shape.with(along, length), backend);
  });
};

/** The attribute of tfjs's ops along one dimension. */
interface AxisAttributes {
  readonly axis: number;
}

/** Cuts a tensor along a dimension, which the parts do not have. */
export const unpack: Kernel<AxisAttributes> = (inputs, attributes, backend) => {
  const { value } = inputs;
  if (!isCopied(value.dtype)) return onCpu('Unpack', inputs, attributes, backend);
  const [along] = tf.util.parseAxisParam(attributes.axis, value.shape);
  const shape = value.shape.filter((_, dimension) => dimension !== along);
  return Array.from({ length: value.shape[along] }, (_, i) => {
    const begin = value.shape.map((_, dimension) => (dimension === along ? i : 0));
    return { ...cut(value, begin, value.shape.with(along, 1), backend), shape };
  });
};

function cut(x: TensorInfo, begin: readonly number[], size: readonly number[], backend: CudaBackend) {
  const out = backend.allocate(size, x.dtype);
  copyPlaces(size, partOf(x, begin, backend), { at: out.address, strides: denseStrides(size) }, backend);
  return out.info;
}

/** Joins tensors along a dimension that they have. */
export const concat: Kernel<AxisAttributes> = (inputs, attributes, backend) => {
  const tensors = Object.values(inputs);
  if (!areAllCopied(tensors)) return onCpu('Concat', inputs, attributes, backend);
  const [along] = tf.util.parseAxisParam(attributes.axis, tensors[0].shape);
  tf.backend_util.assertParamsConsistent(
    tensors.map(({ shape }) => shape),
    along,
  );
  const length = tensors.reduce((sum, { shape }) => sum + shape[along], 0);
  return joined(tensors, along, tensors[0].shape.with(along, length), backend);
};

/** Joins tensors of one shape along a new dimension. */
export const pack: Kernel<AxisAttributes> = (inputs, attributes, backend) => {
  const tensors = Object.values(inputs);
  if (!areAllCopied(tensors)) return onCpu('Pack', inputs, attributes, backend);
  const [{ shape }] = tensors;
  const along = attributes.axis < 0 ? attributes.axis + shape.length + 1 : attributes.axis;
  const single = tensors.map((tensor) => ({ ...tensor, shape: shape.toSpliced(along, 0, 1) }));
  return joined(single, along, shape.toSpliced(along, 0, tensors.length), backend);
};

function joined(tensors: readonly TensorInfo[], along: number, shape: number[], backend: CudaBackend) {
  const out = backend.allocate(shape, tensors[0].dtype);
  const strides = denseStrides(shape);
  let start = 0;
  for (const tensor of tensors) {
    const to = { at: out.address + 4 * start * strides[along], strides };
    copyPlaces(tensor.shape, wholeOf(tensor, backend), to, backend);
    start += tensor.shape[along];
  }
  return out.info;
}

/** The attributes of tfjs's padding with a constant. */
interface PadAttributes {
  /** Elements before and after, for each dimension. */
  readonly paddings: readonly (readonly [number, number])[];
  readonly constantValue: number;
}

/** Pads a tensor with a constant. */
export const pad: Kernel<PadAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const { paddings, constantValue } = attributes;
  if (!isCopied(x.dtype)) return onCpu('PadV2', inputs, attributes, backend);
  const shape = x.shape.map((size, d) => paddings[d][0] + size + paddings[d][1]);
  const out = backend.filled(shape, x.dtype, constantValue);
  const strides = denseStrides(shape);
  const start = strides.reduce((sum, stride, d) => sum + stride * paddings[d][0], 0);
  copyPlaces(x.shape, wholeOf(x, backend), { at: out.address + 4 * start, strides }, backend);
  return out.info;
};

/** Transposes a tensor: dimension d of the result is dimension perm[d]. */
export const transpose: Kernel<{ perm: readonly number[] }> = (inputs, attributes, backend) => {
  const { x } = inputs;
  if (!isCopied(x.dtype)) return onCpu('Transpose', inputs, attributes, backend);
  const shape = attributes.perm.map((d) => x.shape[d]);
  const strides = denseStrides(x.shape);
  const from = { at: backend.address(x), strides: attributes.perm.map((d) => strides[d]) };
  const out = backend.allocate(shape, x.dtype);
  copyPlaces(shape, from, { at: out.address, strides: denseStrides(shape) }, backend);
  return out.info;
};

function wholeOf(x: TensorInfo, backend: CudaBackend): Place {
  return { at: backend.address(x), strides: denseStrides(x.shape) };
}

function partOf(x: TensorInfo, begin: readonly number[], backend: CudaBackend): Place {
  const strides = denseStrides(x.shape);
  const start = begin.reduce((sum, index, d) => sum + index * strides[d], 0);
  return { at: backend.address(x) + 4 * start, strides };
}

/** Copies the elements of a shape from one place to another. */
function copyPlaces(shape: readonly number[], from: Place, to: Place, { device }: CudaBackend): void {
  const walk = walkOf(shape, from.strides, to.strides);
  const dimensions = dimensionsOf(walk);
  if (dimensions.n === 0) return;
  const [first] = walk;
  if (walk.length === 1 && first.strides.every((stride) => stride === 1)) {
    device.copy(to.at, from.at, 4 * dimensions.n);
    return;
  }
  const argument = {
    dimensions,
    from: from.at,
    to: to.at,
    fromStride: walk.map(({ strides }) => strides[0]),
    toStride: walk.map(({ strides }) => strides[1]),
  };
  device.launch('copy', argument, [blocksOf(dimensions.n)]);
}

/** Whether elements have four bytes on the device, and are copied as they are. */
function isCopied(dtype: DataType): dtype is 'float32' | 'int32' {
  return dtype === 'float32' || dtype === 'int32';
}

function areAllCopied(tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => isCopied(dtype) && dtype === tensors[0].dtype);
}
