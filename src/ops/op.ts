/**
 * Ops: the interface between the model and a backend. An op is a tfjs kernel under a name of its own. A backend with a fused
 * implementation registers it under that name; for every other backend, the op's reference in plain tfjs ops is registered at
 * first use. The model does not know which of the two runs.
 *
 * The file of an op has its contract (inputs, outputs, attributes), its reference, forward and backward, and the function that
 * the model calls. All tensors are float32, except ids and targets, which are int32.
 */
import * as tf from '@tensorflow/tfjs';

/** The inputs of an op by name. */
export type Inputs = Record<string, tf.Tensor>;

/**
 * The arithmetic of products: float32, or operands rounded to bfloat16 (mixed) or to TF32, with float32 sums. Parameters, states
 * and everything between products are float32 in all.
 */
export type Precision = 'f32' | 'mixed' | 'tf32';

/**
 * One op: the contract that every backend's kernel of that name fulfills. `A` are its settings that are not tensors; `I` and `O`
 * are its inputs and outputs, each with its rank.
 */
export interface Op<A extends object, I extends Inputs = Inputs, O extends tf.Tensor[] = tf.Tensor[]> {
  /** Kernel name, the same on every backend. */
  readonly name: string;
  /** The op in plain tfjs ops; tidied and kept off the gradient tape by the caller. */
  reference(inputs: I, attributes: A): O;
}

/** Runs an op's kernel on the active backend. Nothing is differentiated through it: see {@link differentiable}. */
export function runOp<A extends object, I extends Inputs, O extends tf.Tensor[]>(
  op: Op<A, I, O>,
  inputs: I,
  attributes: A,
): O {
  ensureKernel(op, tf.getBackend());
  return asList<O>(engine().runKernel(op.name, inputs, attributes));
}

/** The two passes of an op that gradients flow through: from inputs `I` to outputs `O`, with tensors `S` saved in between. */
export interface Passes<I extends Inputs, O extends tf.Tensor[], S extends tf.Tensor[]> {
  /** Computes the outputs, and the tensors to save for the backward pass. */
  forward(): { outputs: [...O]; saved: [...S] };
  /**
   * Computes the gradient of every input.
   *
   * @param upstream gradient of each output; zeros where the loss does not reach one
   * @param saved    the tensors that the forward pass saved
   */
  backward(upstream: O, saved: S): I;
}

/**
 * Runs the forward pass of an op and records its backward pass.
 *
 * Tensors for the backward pass are saved instead of returned as outputs: zeros are made for every output that a loss does not
 * reach, and a recurrent layer saves several times the size of its output.
 *
 * @param inputs the inputs that gradients flow into, without ids and targets
 */
export function differentiable<I extends Inputs, O extends tf.Tensor[], S extends tf.Tensor[]>(
  inputs: I,
  passes: Passes<I, O, S>,
): O {
  const { state } = engine();
  const isRecorded = engine().isTapeOn();
  let saved: S | undefined;
  const outputs = engine().runKernelFunc<O>({
    inputs,
    forwardFunc: () => {
      const result = passes.forward();
      if (isRecorded)
        saved = result.saved.map((x) => tf.keep(asList(engine().runKernel('Identity', { x }, {}))[0])) as S;
      return result.outputs;
    },
  });
  if (saved === undefined) return outputs;
  const kept = saved;
  const node = state.activeTape[state.activeTape.length - 1];
  node.saved = kept;
  node.gradient = (upstream) => {
    // Zeros are made by the backend; tfjs would make arrays of zeros on the machine, for the gradient of each layer's last state.
    const whole = upstream.map((gradient, i) => gradient ?? tf.zerosLike(outputs[i])) as O;
    // Computed here and not lazily, input by input: the gradients of one op share most of their work, and tfjs
    // runs every lazy one in a tidy of its own that would throw the shared part away.
    const gradients = passes.backward(whole, kept);
    return Object.fromEntries(Object.entries(gradients).map(([name, value]) => [name, () => value]));
  };
  return outputs;
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

/** The parts of tfjs's engine that ops need. Some are private in tfjs's types. */
interface OpEngine {
  /** Takes attributes of any type; tfjs's own types admit neither null nor a typed array. */
  runKernel(kernelName: string, inputs: Inputs, attributes: object): tf.Tensor | tf.Tensor[];
  /** Whether gradients are recorded here. */
  isTapeOn(): boolean;
  /**
   * Runs a function that is recorded as one step. `tf.customGrad` uses it, too, but admits one output only and clones what is
   * saved as further steps to differentiate.
   */
  runKernelFunc<O extends tf.Tensor[]>(invocation: { readonly inputs: Inputs; forwardFunc(): O }): O;
  readonly state: { readonly activeTape: TapeNode[] };
}

/** A recorded step. */
interface TapeNode {
  /** Freed when all gradients are computed. */
  saved: tf.Tensor[];
  /** Takes null for each output that the loss does not reach. */
  gradient: (upstream: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/** Returns the tensors that an op's contract names: tfjs leaves out the array around a single one. */
function asList<O extends tf.Tensor[]>(tensors: tf.Tensor | tf.Tensor[]): O {
  return (Array.isArray(tensors) ? tensors : [tensors]) as O;
}

/** Returns the engine of tfjs, whose version is pinned. */
function engine(): OpEngine {
  return tf.engine() as unknown as OpEngine;
}
