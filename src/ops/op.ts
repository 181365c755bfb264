/**
 * Ops: the interface between the model and a backend. An op is a tfjs kernel under a name of its own. A backend with a fused
 * implementation registers it under that name; for every other backend, the op's reference in plain tfjs ops is registered at
 * first use. The model does not know which of the two runs.
 *
 * Each file beside this one has an op's contract (inputs, outputs, attributes), its reference, forward and backward, and
 * the function that the model calls. All tensors are float32, except ids and targets, which are int32.
 */
import * as tf from '@tensorflow/tfjs';

/** The inputs of an op by name. */
export type Inputs = Record<string, tf.Tensor>;

/**
 * The arithmetic of products: float32, or operands rounded to bfloat16 with float32 sums. Parameters, states and everything
 * between products are float32 in both.
 */
export type Precision = 'f32' | 'mixed';

/** One op: the contract that every backend's kernel of that name fulfills. `A` are its settings that are not tensors. */
export interface Op<A extends object> {
  /** Kernel name, the same on every backend. */
  readonly name: string;
  /** The op in plain tfjs ops; tidied and kept off the gradient tape by the caller. */
  reference(inputs: Inputs, attributes: A): tf.Tensor[];
}

/** Runs an op's kernel on the active backend. Nothing is differentiated through it: see {@link differentiable}. */
export function runOp<A extends object>(op: Op<A>, inputs: Inputs, attributes: A): tf.Tensor[] {
  ensureKernel(op, tf.getBackend());
  const output: unknown = tf.engine().runKernel(op.name, inputs, attributes as unknown as tf.NamedAttrMap);
  return Array.isArray(output) ? output : [output as tf.Tensor];
}

/** The two passes of an op that gradients flow through. */
export interface Passes<I extends Inputs> {
  /**
   * Computes the outputs.
   *
   * @param save keeps tensors for the backward pass; call it at most once
   */
  forward(save: (tensors: tf.Tensor[]) => void): tf.Tensor[];
  /**
   * Computes the gradient of every input.
   *
   * @param upstream gradient of each output; zeros where the loss does not reach one
   * @param saved    what the forward pass saved
   */
  backward(upstream: tf.Tensor[], saved: tf.Tensor[]): { [name in keyof I]: tf.Tensor };
}

/**
 * Runs the forward pass of an op and records its backward pass.
 *
 * Tensors for the backward pass are saved instead of returned as outputs: zeros are made for every output that a loss does not
 * reach, and a recurrent layer saves several times the size of its output.
 *
 * @param inputs the inputs that gradients flow into, without ids and targets
 */
export function differentiable<I extends Inputs>(inputs: I, passes: Passes<I>): tf.Tensor[] {
  const engine = tf.engine() as unknown as TapeEngine;
  const isRecorded = engine.isTapeOn();
  let saved: tf.Tensor[] = [];
  const save = (tensors: tf.Tensor[]) => {
    if (isRecorded) saved = tensors.map((x) => tf.keep(engine.runKernel('Identity', { x })));
  };
  const outputs = engine.runKernelFunc({ inputs, forwardFunc: () => passes.forward(save) });
  if (!isRecorded) return outputs;
  const node = engine.state.activeTape[engine.state.activeTape.length - 1];
  node.saved = saved;
  node.gradient = (upstream) => {
    // Made by the backend; tfjs would make arrays of zeros on the machine, for the gradient of each layer's last state.
    const whole = upstream.map((gradient, i) => gradient ?? tf.zerosLike(outputs[i]));
    // Computed here and not lazily, input by input: the gradients of one op share most of their work, and tfjs
    // runs every lazy one in a tidy of its own that would throw the shared part away.
    const gradients = passes.backward(whole, saved);
    return Object.fromEntries(Object.entries(gradients).map(([name, value]) => [name, () => value]));
  };
  return outputs;
}

/**
 * What `tf.customGrad` is made of, which itself admits one output only and clones what is saved as further steps to
 * differentiate. Private in tfjs's types, whose version is pinned.
 */
interface TapeEngine {
  /** Whether gradients are recorded, here and now. */
  isTapeOn(): boolean;
  runKernel(kernelName: string, inputs: Inputs): tf.Tensor;
  /** Runs a function that is recorded as one step. */
  runKernelFunc(invocation: { readonly inputs: Inputs; forwardFunc(): tf.Tensor[] }): tf.Tensor[];
  readonly state: { readonly activeTape: TapeNode[] };
}

/** A recorded step. */
interface TapeNode {
  /** Freed when all gradients are computed. */
  saved: tf.Tensor[];
  /** Takes null for each output that the loss does not reach. */
  gradient: (upstream: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/**
 * Returns whether gradients are being recorded. Only then do kernels save tensors for the backward pass; evaluation and
 * sampling need far less memory.
 */
export function isRecordingGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** Backends on which each op is known to have a kernel: tfjs's own look-up joins two strings, at every run of every op. */
const KNOWN = new WeakMap<object, Set<string>>();

function ensureKernel<A extends object>(op: Op<A>, backendName: string): void {
  const known = KNOWN.get(op) ?? new Set();
  if (known.has(backendName)) return;
  KNOWN.set(op, known.add(backendName));
  if (tf.getKernel(op.name, backendName)) return;
  tf.registerKernel({
    kernelName: op.name,
    backendName,
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => op.reference(inputs as Inputs, attrs as unknown as A)),
  });
}
