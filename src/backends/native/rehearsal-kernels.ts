/**
 * The kernels of a rehearsal: each makes the tensors that the native kernel of its name makes, in the same order, and counts
 * the memory that its C function allocates while it runs. A test compares them with the native kernels, store by store.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { AttentionAttributes } from '../../ops/attention.js';
import type { CtcAttributes } from '../../ops/ctc.js';
import type { EmbeddingAttributes } from '../../ops/embedding.js';
import type { Noise } from '../../ops/noise.js';
import type { Precision } from '../../ops/op.js';
import type { ProductAttributes } from '../../ops/products.js';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import { broadcastMatrices } from '../broadcast.js';
import { type BackendKernel, KernelRegistry, type OpKernels, type Tensors } from '../kernel-registry.js';
import { type ReductionAttributes, reductionOf } from '../reduction.js';
import type { RehearsalBackend } from './rehearsal-backend.js';
import { BINARY, UNARY } from './tfjs-kernels.js';

type Kernel<A> = BackendKernel<A, RehearsalBackend>;

/** Logits that the softmax has in memory at once, at most: `CHUNK_FLOATS` of kernels/softmax.c. */
const CHUNK_LOGITS = 2 ** 22;

/** Registers the kernels under a backend name. */
export function registerRehearsalKernels(backendName: string): void {
  const registry = new KernelRegistry<RehearsalBackend>(backendName);
  registry.registerOps(OPS);
  for (const name of Object.keys(BINARY)) registry.register(name, binary);
  for (const name of Object.keys(UNARY)) registry.register(name, unary);
  for (const [name, kernel] of Object.entries(TFJS)) registry.register(name, kernel);
}

// ---- Recurrent layers

/** A layer of one kind: values for each unit and step, and weights for each pair of units. */
interface Cell {
  readonly gates: number;
  /** Values that are saved for the backward pass for each unit and step, besides the output. */
  readonly saved: number;
  readonly hasCells: boolean;
}

const LSTM: Cell = { gates: 4, saved: 4, hasCells: true };
const GRU: Cell = { gates: 3, saved: 4, hasCells: false };
const TANH: Cell = { gates: 1, saved: 1, hasCells: false };

function forward(cell: Cell): Kernel<RecurrentAttributes> {
  return (inputs, { noise, precision, saveForBackward }, backend) => {
    const { x, h0, recurrentWeight } = inputs;
    const [steps, batch] = x.shape;
    const units = h0.shape[1];
    const output = backend.allocate([steps, batch, units]);
    const cells = cell.hasCells ? [backend.allocate([steps, batch, units])] : [];
    const isShared = cell === TANH && !noise.zoneoutHidden;
    const gates = isShared
      ? backend.share(output, output.shape)
      : backend.allocate([steps, batch, cell.saved * units]);
    drawMasks(inputs, { noise }, cell.gates, backend);
    backend.borrow(elements(recurrentWeight));
    const parts = noise.input?.perGate ? cell.gates : 1;
    if (noise.input) backend.borrow(elements(x) * parts);
    borrowPairs(precision, steps * batch, x.shape[2], backend);
    const last = [h0, ...cells].map(() => backend.allocate([batch, units]));
    if (saveForBackward) return [output, ...last, gates, ...cells];
    for (const { dataId } of [gates, ...cells]) backend.disposeData(dataId);
    return [output, ...last];
  };
}

function backward(cell: Cell): Kernel<RecurrentAttributes> {
  return (inputs, { noise, precision }, backend) => {
    const { x, h0, dC, inputWeight, recurrentWeight } = inputs;
    const [steps, batch, width] = x.shape;
    const units = h0.shape[1];
    const wide = cell.gates * units;
    const [dh, dx, dw, du, dbias] = [h0.shape, x.shape, inputWeight.shape, recurrentWeight.shape, [wide]].map(
      (shape) => backend.allocate(shape),
    );
    const others = cell.hasCells ? [backend.allocate(dC.shape)] : [];
    if (cell === GRU) others.push(backend.allocate([units]));
    drawMasks(inputs, { noise }, cell.gates, backend);
    backend.borrow(elements(recurrentWeight));
    // The gradients of the gates; those of a GRU differ on the side of its input.
    backend.borrow((cell === GRU ? 2 : 1) * steps * batch * wide);
    backend.borrow(steps * batch * units * (noise.recurrent?.perGate ? cell.gates : 1));
    if (noise.input) backend.borrow(elements(x) * (noise.input.perGate ? cell.gates : 1));
    borrowPairs(precision, Math.max(width, units), steps * batch, backend);
    if (cell === LSTM) return [dx, dh, ...others, dw, du, dbias];
    return [dx, dh, dw, du, dbias, ...others];
  };
}

const deepTransition: Kernel<RecurrentAttributes> = (
  inputs,
  { noise, precision, saveForBackward },
  backend,
) => {
  const { x, h0 } = inputs;
  const [steps, batch, width] = x.shape;
  const units = h0.shape[1];
  const output = backend.allocate([steps, batch, units]);
  const states = backend.allocate([inputs.transitionWeights.shape[0], steps, batch, units]);
  drawMasks(inputs, { noise }, 1, backend);
  backend.borrow(squaresOf(inputs));
  borrowPairs(precision, steps * batch, width, backend);
  const h = backend.allocate([batch, units]);
  if (saveForBackward) return [output, h, states];
  backend.disposeData(states.dataId);
  return [output, h];
};

/** That of the layer's own cell, and what each further layer and the shortcut add. */
const deepTransitionGradient: Kernel<RecurrentAttributes> = (inputs, attributes, backend) => {
  const { x, recurrentWeight, transitionWeights, shortcutWeight } = inputs;
  const [steps, batch] = x.shape;
  const [between, units] = transitionWeights.shape;
  const ofCell = backward(TANH)(inputs, attributes, backend) as TensorInfo[];
  const shapes = [transitionWeights.shape, [between, units]];
  if (shortcutWeight) shapes.push(shortcutWeight.shape);
  backend.borrow(squaresOf(inputs) - elements(recurrentWeight));
  backend.borrow(between * steps * batch * units);
  return [...ofCell, ...shapes.map((shape) => backend.allocate(shape))];
};

/** The elements of all weights from state to state, which are packed. */
function squaresOf({ recurrentWeight, transitionWeights, shortcutWeight }: Tensors): number {
  const square = elements(recurrentWeight);
  return square + elements(transitionWeights) + (shortcutWeight ? square : 0);
}

/** Counts the masks of a layer in one window. */
function drawMasks(
  { x, h0 }: Tensors,
  { noise }: Pick<RecurrentAttributes, 'noise'>,
  gates: number,
  backend: RehearsalBackend,
): void {
  const [steps, batch, width] = x.shape;
  const units = h0.shape[1];
  const draw = (drawn: Noise | null, columns: number) => {
    if (drawn)
      backend.borrow((drawn.mask === 'step' ? steps : 1) * batch * columns * (drawn.perGate ? gates : 1));
  };
  draw(noise.input, width);
  draw(noise.recurrent, units);
  draw(noise.zoneoutHidden, units);
  draw(noise.zoneoutCell, units);
}

/** Counts the left operand of a product in mixed precision, rounded to pairs of bfloat16. */
function borrowPairs(precision: Precision, rows: number, depth: number, backend: RehearsalBackend): void {
  if (precision === 'mixed') backend.borrow(rows * Math.ceil(depth / 2));
}

// ---- Other ops of ours

const attention: Kernel<AttentionAttributes> = ({ queries, source }, _attributes, backend) => {
  const [steps, batch] = queries.shape;
  return [backend.allocate(queries.shape), backend.allocate([batch, steps, source.shape[0]])];
};

const attentionGradient: Kernel<object> = ({ queries, source, weights }, _attributes, backend) => {
  const gradients = [queries, source].map(({ shape }) => backend.allocate(shape));
  backend.borrow(elements(weights));
  return gradients;
};

const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { hidden, weight, bias } = inputs;
  const [rows] = hidden.shape;
  const [classes] = bias.shape;
  const nll = backend.allocate([rows]);
  // Of few rows the weight's gradient is kept as a product, and computed when its norm is. The logits that are borrowed here are then
  // a factor of it: about as much memory.
  const saved = attributes.saveForBackward ? [hidden, weight, bias] : [];
  const gradients = saved.map(({ shape }) => backend.allocate(shape));
  const chunk = Math.max(1, Math.min(rows, Math.floor(CHUNK_LOGITS / classes)));
  backend.borrow(chunk * classes);
  borrowPairs(attributes.precision, chunk, classes, backend);
  return [nll, ...gradients];
};

/** The upstream gradient is the expected one, unless a loss weighs its rows. */
const softmaxCrossEntropyGradient: Kernel<SoftmaxAttributes> = (inputs, _attributes, backend) =>
  [inputs.saved0, inputs.saved1, inputs.saved2].map((saved) => backend.share(saved, saved.shape));

/** A thread computes one utterance at a time, so what it borrows is little. */
const ctc: Kernel<CtcAttributes> = ({ logits }, { frames, saveForBackward }, backend) => {
  const nll = backend.allocate([frames.length]);
  return saveForBackward ? [nll, backend.allocate(logits.shape)] : nll;
};

const product: Kernel<ProductAttributes> = ({ a, b }, { transposeA, transposeB, precision }, backend) => {
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  borrowPairs(precision, m, k, backend);
  return backend.allocate([m, transposeB ? b.shape[0] : b.shape[1]]);
};

/** Makes the kernel of an optimizer's step, which changes these tensors in place. */
function update(...names: readonly string[]): Kernel<object> {
  return (inputs, _attributes, backend) => names.map((name) => backend.inPlace(inputs[name]));
}

const OPS: OpKernels<RehearsalBackend> = {
  embedding: ({ table, ids }, _attributes, backend) => backend.allocate([...ids.shape, table.shape[1]]),
  embeddingGradient: ({ upstream }, { rows }: EmbeddingAttributes, backend) =>
    backend.allocateRows([rows, upstream.shape[2]]),
  dropout: ({ x }, _attributes, backend) => backend.allocate(x.shape),
  product,
  lstm: forward(LSTM),
  lstmGradient: backward(LSTM),
  gru: forward(GRU),
  gruGradient: backward(GRU),
  tanhRnn: forward(TANH),
  tanhRnnGradient: backward(TANH),
  deepTransition,
  deepTransitionGradient,
  attention,
  attentionGradient,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
  ctc,
  globalNorm: (_inputs, _attributes, backend) => backend.onHost([]),
  clipScale: (_inputs, _attributes, backend) => backend.onHost([]),
  sgdUpdate: update('parameter'),
  adamUpdate: update('parameter', 'firstMoment', 'secondMoment'),
  rmspropUpdate: update('parameter', 'meanSquare'),
  averageUpdate: update('average'),
};

// ---- tfjs's own ops

const binary: Kernel<object> = ({ a, b }, _attributes, backend) => {
  const walk = broadcastMatrices(a.shape, b.shape);
  if (walk && a.dtype === 'float32' && b.dtype === 'float32') return backend.allocate(walk.shape);
  return backend.onHost(tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape), a.dtype);
};

const unary: Kernel<object> = ({ x }, _attributes, backend) => backend.allocate(x.shape);

const reduction: Kernel<ReductionAttributes> = ({ x }, attributes, backend) =>
  backend.allocate(reductionOf(x.shape, attributes).shape);

const matMul: Kernel<ProductAttributes> = (inputs, attributes, backend) =>
  product(inputs, { ...attributes, precision: 'f32' }, backend);

const cast: Kernel<{ dtype: 'float32' | 'int32' }> = ({ x }, { dtype }, backend) =>
  x.dtype === dtype ? backend.share(x, x.shape) : backend.onHost(x.shape, dtype);

const slice: Kernel<{ begin: number | number[]; size: number | number[] }> = ({ x }, attributes, backend) => {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size);
  const isOnePiece = tf.slice_util.isSliceContinous(x.shape, begin, size);
  return x.dtype !== 'float32' || isOnePiece ? backend.onHost(size, x.dtype) : backend.allocate(size);
};

const split: Kernel<{ numOrSizeSplits: number | number[]; axis: number }> = ({ x }, attributes, backend) => {
  const [along] = tf.util.parseAxisParam(attributes.axis, x.shape);
  let from = 0;
  return tf.backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, along).map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? from : 0));
    from += length;
    return slice({ x }, { begin, size: x.shape.with(along, length) }, backend) as TensorInfo;
  });
};

const concat: Kernel<{ axis: number }> = (inputs, { axis }, backend) => {
  const shapes = Object.values(inputs).map(({ shape }) => shape);
  const [along] = tf.util.parseAxisParam(axis, shapes[0]);
  return backend.onHost(tf.backend_util.computeOutShape(shapes, along), inputs[0].dtype);
};

const pack: Kernel<{ axis: number }> = (inputs, { axis }, backend) => {
  const [{ shape, dtype }, ...others] = Object.values(inputs);
  return backend.onHost(
    shape.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, others.length + 1),
    dtype,
  );
};

const unpack: Kernel<{ axis: number }> = ({ value }, { axis }, backend) => {
  const [along] = tf.util.parseAxisParam(axis, value.shape);
  const shape = value.shape.toSpliced(along, 1);
  return Array.from({ length: value.shape[along] }, () => backend.onHost(shape, value.dtype));
};

const pad: Kernel<{ paddings: readonly [number, number][] }> = ({ x }, { paddings }, backend) => {
  const shape = x.shape.map((size, d) => paddings[d][0] + size + paddings[d][1]);
  const isInTime = paddings.slice(1).every(([before, after]) => before + after === 0);
  return isInTime && x.dtype === 'float32' ? backend.allocate(shape) : backend.onHost(shape, x.dtype);
};

const like: Kernel<object> = ({ x }, _attributes, backend) => backend.onHost(x.shape, x.dtype);

/** tfjs's ops that a training step runs, besides the element-wise ones that have C kernels. */
const TFJS: Record<string, Kernel<never>> = {
  Identity: ({ x }: Tensors, _attributes: object, backend: RehearsalBackend) => backend.share(x, x.shape),
  Reshape: ({ x }: Tensors, { shape }: { shape: number[] }, backend: RehearsalBackend) =>
    backend.share(x, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape))),
  Fill: (_inputs: Tensors, { shape }: { shape: number[] }, backend: RehearsalBackend) =>
    backend.onHost(shape),
  Transpose: ({ x }: Tensors, { perm }: { perm: number[] }, backend: RehearsalBackend) =>
    backend.onHost(perm.map((dimension) => x.shape[dimension])),
  Tile: ({ x }: Tensors, { reps }: { reps: number[] }, backend: RehearsalBackend) =>
    backend.onHost(x.shape.map((size, d) => size * reps[d])),
  AddN: (inputs: Tensors, _attributes: object, backend: RehearsalBackend) =>
    backend.onHost(Object.values(inputs)[0].shape),
  Softmax: ({ logits }: Tensors, _attributes: object, backend: RehearsalBackend) =>
    backend.onHost(logits.shape),
  BatchMatMul: matMul,
  Cast: cast,
  Concat: concat,
  Mean: reduction,
  OnesLike: like,
  Pack: pack,
  PadV2: pad,
  Slice: slice,
  SplitV: split,
  Sum: reduction,
  Unpack: unpack,
  ZerosLike: like,
};

function elements({ shape }: TensorInfo): number {
  return tf.util.sizeFromShape(shape);
}
