/**
 * tfjs's own element-wise kernels where a training spends time in them: the gradients of parameters that are used twice,
 * penalties on activations, layers that are composed of them. Whatever is not float32, or broadcast in an involved way, is
 * left to tfjs's CPU kernels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { broadcastWalk } from './broadcast.js';
import { type Kernel, onCpu } from './kernel.js';

/** Operations of two tensors by the names of tfjs's kernels, numbered as in `kernels/element-wise.c`. */
export const BINARY = { Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 } as const;
/** Functions of one tensor, likewise. */
export const UNARY = { Neg: 0, Square: 1, Tanh: 2 } as const;

/** An operation of two tensors, broadcast. */
export function binary(name: keyof typeof BINARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { a, b } = inputs;
    const walk = areFloats(a, b) ? broadcastWalk(a.shape, b.shape) : null;
    if (walk === null) return onCpu(name, inputs, attributes, backend);
    const out = backend.allocate(walk.shape);
    backend.functions.binary({
      ...{ operation: BINARY[name], rows: walk.rows, columns: walk.columns, out: out.values },
      a: { at: backend.floats(a), ...walk.a },
      b: { at: backend.floats(b), ...walk.b },
    });
    return out.info;
  };
}

/** A function of one tensor. */
export function unary(name: keyof typeof UNARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { x } = inputs;
    if (!areFloats(x)) return onCpu(name, inputs, attributes, backend);
    const out = backend.allocate(x.shape);
    const values = { x: backend.floats(x), out: out.values };
    backend.functions.unary({ operation: UNARY[name], n: out.values.length, ...values });
    return out.info;
  };
}

/** The attributes of tfjs's padding with a constant. */
interface PadAttributes {
  /** How much before and after, for each dimension. */
  readonly paddings: readonly (readonly [number, number])[];
  readonly constantValue: number;
}

/** Padding of the first dimension alone: what the gradient of a slice in time is. */
export const pad: Kernel<PadAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const [[before, after] = [0, 0], ...others] = attributes.paddings;
  if (!areFloats(x) || others.some(([left, right]) => left + right > 0)) {
    return onCpu('PadV2', inputs, attributes, backend);
  }
  const [size = 1, ...inner] = x.shape;
  const out = backend.allocate([before + size + after, ...inner]);
  const values = backend.floats(x);
  const start = before * (values.length / size);
  out.values.fill(attributes.constantValue, 0, start);
  out.values.set(values, start);
  out.values.fill(attributes.constantValue, start + values.length);
  return out.info;
};

function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}
