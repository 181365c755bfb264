/**
 * How an op reaches the machine. An op is a tfjs kernel under a name of its own: a backend that has a fused
 * implementation registers it under that name, and for every other backend the op's reference, written in
 * plain tfjs ops, is registered at first use. The model never knows which of the two runs.
 */
import * as tf from '@tensorflow/tfjs';

/** Named tensors that go into an op. */
export type Inputs = Record<string, tf.Tensor>;
/** Settings of an op that are not tensors. */
type Attributes = object;

/** One op: the contract that every backend's kernel of that name fulfils. */
export interface Op<A extends Attributes> {
  /** Kernel name, the same on every backend. */
  readonly name: string;
  /** The op in plain tfjs ops; tidied and kept off the gradient tape by the caller. */
  reference(inputs: Inputs, attributes: A): tf.Tensor[];
  /** Absent where nothing is ever differentiated through the op. */
  readonly gradient?: OpGradient<A>;
}

/** The backward pass of an op. */
interface OpGradient<A extends Attributes> {
  /** Inputs that the backward pass reads. */
  readonly savedInputs: readonly string[];
  /** Outputs that it reads, by index. */
  readonly savedOutputs: readonly number[];
  /**
   * @param upstream gradient of each output (zeros where the loss does not reach one)
   * @param saved    the saved inputs, then the saved outputs
   * @returns the gradient of every differentiable input, by input name
   */
  backward(upstream: tf.Tensor[], saved: tf.Tensor[], attributes: A): Inputs;
}

/** Runs an op on the active backend. Differentiable when the op has a gradient. */
export function runOp<A extends Attributes>(op: Op<A>, inputs: Inputs, attributes: A): tf.Tensor[] {
  ensureKernel(op, tf.getBackend());
  ensureGradient(op);
  const output: unknown = tf.engine().runKernel(op.name, inputs, attributes as unknown as tf.NamedAttrMap);
  return Array.isArray(output) ? output : [output as tf.Tensor];
}

/**
 * True while gradients are being recorded. Kernels then keep what the backward pass needs; in evaluation and
 * sampling they do not, which spares most of their memory.
 */
export function isRecordingGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

function ensureKernel<A extends Attributes>(op: Op<A>, backendName: string): void {
  if (tf.getKernel(op.name, backendName)) return;
  tf.registerKernel({
    kernelName: op.name,
    backendName,
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => op.reference(inputs as Inputs, attrs as unknown as A)),
  });
}

function ensureGradient<A extends Attributes>(op: Op<A>): void {
  const { gradient } = op;
  if (!gradient || tf.getGradient(op.name)) return;
  tf.registerGradient({
    kernelName: op.name,
    inputsToSave: [...gradient.savedInputs],
    outputsToSave: savedOutputFlags(gradient.savedOutputs),
    gradFunc: (upstream, saved, attrs) => {
      // Computed here and not lazily, input by input: the gradients of one op share most of their work, and
      // tfjs runs every lazy one in a tidy of its own that would throw the shared part away.
      const gradients = gradient.backward(
        Array.isArray(upstream) ? upstream : [upstream],
        saved,
        attrs as unknown as A,
      );
      return Object.fromEntries(Object.entries(gradients).map(([name, value]) => [name, () => value]));
    },
  });
}

function savedOutputFlags(indices: readonly number[]): boolean[] {
  return Array.from({ length: Math.max(0, ...indices.map((index) => index + 1)) }, (_, i) =>
    indices.includes(i),
  );
}
