/** The TensorFlow operations of a training step, with their attributes. */
import * as tf from '@tensorflow/tfjs';
import type { Attribute, Int64Scalar, Tensorflow } from './package.js';

/** A TensorFlow variable, which is updated in place: a handle without values. */
export type Variable = tf.Tensor;

/** The weights of one LSTM layer as BlockLSTM takes them. */
export interface BlockWeights {
  /** [I + H, 4H]: the rows for the input, then those for the hidden state; gates in the order i, f, g, o. */
  readonly weight: tf.Tensor;
  /** [4H]. */
  readonly bias: tf.Tensor;
}

/** Inputs of BlockLSTM. */
export interface BlockInputs extends BlockWeights {
  /** [T, B, I]. */
  readonly x: tf.Tensor;
  /** State before the first step, each [B, H]. */
  readonly h: tf.Tensor;
  readonly c: tf.Tensor;
}

/** Outputs of BlockLSTM, each [T, B, H]; its gradient reads all of them. */
export interface BlockOutputs {
  readonly cells: tf.Tensor;
  readonly hidden: tf.Tensor;
  /** In TensorFlow's order: i, cs, f, o, ci, co, h. */
  readonly all: readonly tf.Tensor[];
}

export class TensorflowOps {
  private readonly float: Attribute;
  private variables = 0;

  constructor(private readonly tensorflow: Tensorflow) {
    this.float = this.typeOf('T', 'float32');
  }

  /** A variable that begins with a tensor's values; the caller's to dispose. */
  variable(value: tf.Tensor): Variable {
    const { TF_ATTR_STRING, TF_ATTR_SHAPE } = this.tensorflow.backend.binding;
    this.variables += 1;
    const [handle] = this.run('VarHandleOp', [], {
      attributes: [
        { name: 'shared_name', type: TF_ATTR_STRING, value: `variable ${this.variables}` },
        { name: 'shape', type: TF_ATTR_SHAPE, value: value.shape },
        this.typeOf('dtype', 'float32'),
      ],
    });
    const attributes = [this.typeOf('dtype', 'float32')];
    this.run('AssignVariableOp', [handle, value], { attributes, outputs: 0 });
    return tf.keep(handle);
  }

  /** A variable's values, not a copy: dispose of them before its update, which would copy them otherwise. */
  read(variable: Variable): tf.Tensor {
    return this.run('ReadVariableOp', [variable], { attributes: [this.typeOf('dtype', 'float32')] })[0];
  }

  /** variable −= rate · gradient. */
  descend(variable: Variable, rate: tf.Scalar, gradient: tf.Tensor): void {
    const attributes = [this.float];
    this.run('ResourceApplyGradientDescent', [variable, rate, gradient], { attributes, outputs: 0 });
  }

  /** Rows of a variable, [V, E] and [N] int32 to [N, E]. */
  gather(variable: Variable, ids: tf.Tensor1D): tf.Tensor {
    const attributes = [this.typeOf('dtype', 'float32'), this.typeOf('Tindices', 'int32')];
    return this.run('ResourceGather', [variable, ids], { attributes })[0];
  }

  /** The gradient of {@link gather}: row n of [N, E] is added to row `ids[n]` of [rows, E]. */
  scatter(gradient: tf.Tensor, ids: tf.Tensor1D, rows: number): tf.Tensor {
    const integers = ['Tindices', 'Tnumsegments'].map((name) => this.typeOf(name, 'int32'));
    const inputs = [gradient, ids, tf.scalar(rows, 'int32')];
    return this.run('UnsortedSegmentSum', inputs, { attributes: [this.float, ...integers] })[0];
  }

  matMul(a: tf.Tensor, b: tf.Tensor, transposed: 'none' | 'a' | 'b' = 'none'): tf.Tensor {
    const attributes = [
      this.float,
      this.flag('transpose_a', transposed === 'a'),
      this.flag('transpose_b', transposed === 'b'),
    ];
    return this.run('MatMul', [a, b], { attributes })[0];
  }

  /** x + bias on every row. */
  addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
    return this.run('BiasAdd', [x, bias], { attributes: [this.float] })[0];
  }

  /** The gradient of {@link addBias} for the bias. */
  sumOverRows(gradient: tf.Tensor): tf.Tensor {
    return this.run('BiasAddGrad', [gradient], { attributes: [this.float] })[0];
  }

  /** Of logits [N, V] and targets [N]: the loss of each, [N], and the gradient of their sum, [N, V]. */
  softmaxCrossEntropy(logits: tf.Tensor, targets: tf.Tensor1D): { nll: tf.Tensor; gradient: tf.Tensor } {
    const attributes = [this.float, this.typeOf('Tlabels', 'int32')];
    const inputs = [logits, targets];
    const [nll, gradient] = this.run('SparseSoftmaxCrossEntropyWithLogits', inputs, {
      attributes,
      outputs: 2,
    });
    return { nll, gradient };
  }

  /** One LSTM layer over a whole window. */
  blockLstm(inputs: BlockInputs): BlockOutputs {
    const clip = { name: 'cell_clip', type: this.tensorflow.backend.binding.TF_ATTR_FLOAT, value: 0 };
    const attributes = [this.float, this.flag('use_peephole', false), clip];
    const all = this.run('BlockLSTMV2', this.blockInputs(inputs), { attributes, outputs: 7 });
    return { cells: all[1], hidden: all[6], all };
  }

  /**
   * The gradient of {@link blockLstm} without one from the state after the window.
   *
   * @param gradient of the hidden states, [T, B, H]
   */
  blockLstmGradient(inputs: BlockInputs, outputs: BlockOutputs, gradient: tf.Tensor) {
    const attributes = [this.float, this.flag('use_peephole', false)];
    const [ofCells] = this.run('ZerosLike', [gradient], { attributes: [this.float] });
    const all = [...this.blockInputs(inputs), ...outputs.all, ofCells, gradient];
    const results = this.run('BlockLSTMGradV2', all, { attributes, outputs: 8 });
    return { x: results[0], weight: results[3], bias: results[7] };
  }

  /** The sum of squares over all values of tensors. */
  squares(tensors: readonly tf.Tensor[]): number {
    const halves = tensors.map((tensor) => this.run('L2Loss', [tensor], { attributes: [this.float] })[0]);
    const count = { name: 'N', type: this.tensorflow.backend.binding.TF_ATTR_INT, value: halves.length };
    const [half] = this.run('AddN', halves, { attributes: [this.float, count] });
    return 2 * half.dataSync()[0];
  }

  /** Uniform in [0, 1), drawn by TensorFlow: tfjs would draw in JavaScript. */
  uniform(shape: readonly number[]): tf.Tensor {
    const attributes = [this.typeOf('dtype', 'float32'), this.typeOf('T', 'int32')];
    return this.run('RandomUniform', [tf.tensor1d([...shape], 'int32')], { attributes })[0];
  }

  private blockInputs({ x, h, c, weight, bias }: BlockInputs): (tf.Tensor | Int64Scalar)[] {
    const [steps] = x.shape;
    const unusedPeephole = tf.zeros([c.shape[1] as number]);
    const peepholes = [unusedPeephole, unusedPeephole, unusedPeephole];
    return [this.tensorflow.int64(steps), x, c, h, weight, ...peepholes, bias];
  }

  private run(
    operation: string,
    inputs: readonly (tf.Tensor | Int64Scalar)[],
    { attributes, outputs = 1 }: { attributes: readonly Attribute[]; outputs?: number },
  ): tf.Tensor[] {
    return this.tensorflow.backend.executeMultipleOutputs(operation, attributes, inputs, outputs);
  }

  private typeOf(name: string, type: 'float32' | 'int32'): Attribute {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = this.tensorflow.backend.binding;
    return { name, type: TF_ATTR_TYPE, value: type === 'float32' ? TF_FLOAT : TF_INT32 };
  }

  private flag(name: string, value: boolean): Attribute {
    return { name, type: this.tensorflow.backend.binding.TF_ATTR_BOOL, value };
  }
}
