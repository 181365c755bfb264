/**
 * TensorFlow's operations by name, on its tensors. Kernels that start many operations use TensorFlow's tensors, since tfjs's would
 * take as long to keep account of as a small operation takes.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Attribute, Binding, NodeBackend, OutputTensor } from './binding.js';

/** TensorFlow's number of the type uint64, which the binding does not name. */
const TF_UINT64 = 23;

/** A tensor of TensorFlow. */
export type Tensor = OutputTensor;

/** Operations whose results are freed at the end of {@link Operations.run}, except those that are returned. */
export class Operations {
  private readonly made = new Set<Tensor>();
  private readonly float: Attribute;

  private constructor(
    private readonly backend: NodeBackend,
    private readonly binding: Binding,
  ) {
    this.float = this.typeOf('T', binding.TF_FLOAT);
  }

  /**
   * Runs the operations of a kernel.
   *
   * @param work returns the tensors that become tensors of tfjs
   */
  static run(backend: NodeBackend, work: (operations: Operations) => readonly Tensor[]): TensorInfo[] {
    const operations = new Operations(backend, backend.binding);
    let results: readonly Tensor[] = [];
    try {
      results = work(operations);
      return results.map((result) => backend.createOutputTensor(result));
    } finally {
      for (const result of results) operations.made.delete(result);
      for (const { id } of operations.made) backend.binding.deleteTensor(id);
    }
  }

  /** Returns the tensor of TensorFlow behind one of tfjs, which owns it. */
  of(tensor: TensorInfo): Tensor {
    const [id] = this.backend.getInputTensorIds([tensor]);
    const { TF_FLOAT, TF_INT32 } = this.binding;
    return { id, shape: tensor.shape, dtype: tensor.dtype === 'float32' ? TF_FLOAT : TF_INT32 };
  }

  /** Frees a tensor before the end, for one that is large. */
  free(tensor: Tensor): void {
    this.made.delete(tensor);
    this.binding.deleteTensor(tensor.id);
  }

  /** Makes a tensor of int32 numbers. */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
    return this.create(shape, this.binding.TF_INT32, Int32Array.from(values));
  }

  /** Makes a float32 scalar. */
  scalar(value: number): Tensor {
    return this.create([], this.binding.TF_FLOAT, Float32Array.of(value));
  }

  /** Makes a float32 tensor of zeros. */
  zeros(shape: readonly number[]): Tensor {
    return this.fill(shape, 0);
  }

  /** Makes a float32 tensor of one value. */
  fill(shape: readonly number[], value: number): Tensor {
    const attributes = [this.float, this.typeOf('index_type', this.binding.TF_INT32)];
    return this.one('Fill', attributes, [this.ints(shape), this.scalar(value)]);
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.one('AddV2', [this.float], [a, b]);
  }

  mul(a: Tensor, b: Tensor): Tensor {
    return this.one('Mul', [this.float], [a, b]);
  }

  tanh(x: Tensor): Tensor {
    return this.one('Tanh', [this.float], [x]);
  }

  sqrt(x: Tensor): Tensor {
    return this.one('Sqrt', [this.float], [x]);
  }

  /** a · b, each transposed first where its flag says so. */
  product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    const attributes = [
      this.float,
      this.flag('transpose_a', transposeA),
      this.flag('transpose_b', transposeB),
    ];
    return this.one('MatMul', attributes, [a, b]);
  }

  /** x + bias on every row. */
  addBias(x: Tensor, bias: Tensor): Tensor {
    return this.one('BiasAdd', [this.float], [x, bias]);
  }

  /** The sum of the rows. */
  sumOverRows(x: Tensor): Tensor {
    return this.one('BiasAddGrad', [this.float], [x]);
  }

  /** Transposes a matrix. */
  transpose(x: Tensor): Tensor {
    const attributes = [this.float, this.typeOf('Tperm', this.binding.TF_INT32)];
    return this.one('Transpose', attributes, [x, this.ints([1, 0])]);
  }

  reshape(x: Tensor, shape: readonly number[]): Tensor {
    const attributes = [this.typeOf('T', x.dtype), this.typeOf('Tshape', this.binding.TF_INT32)];
    return this.one('Reshape', attributes, [x, this.ints(shape)]);
  }

  concat(tensors: readonly Tensor[], axis: number): Tensor {
    const attributes = [this.count(tensors), this.float, this.typeOf('Tidx', this.binding.TF_INT32)];
    const at = this.create([], this.binding.TF_INT32, Int32Array.of(axis));
    return this.one('ConcatV2', attributes, [...tensors, at]);
  }

  /** Cuts a tensor into equal parts. */
  split(x: Tensor, parts: number, axis: number): Tensor[] {
    const at = this.create([], this.binding.TF_INT32, Int32Array.of(axis));
    const attributes = [{ name: 'num_split', type: this.binding.TF_ATTR_INT, value: parts }, this.float];
    return this.several('Split', attributes, [at, x], parts);
  }

  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
    const attributes = [this.typeOf('T', x.dtype), this.typeOf('Index', this.binding.TF_INT32)];
    return this.one('Slice', attributes, [x, this.ints(begin), this.ints(size)]);
  }

  /** Stacks tensors of one shape along a new first dimension. */
  stack(tensors: readonly Tensor[]): Tensor {
    const axis = { name: 'axis', type: this.binding.TF_ATTR_INT, value: 0 };
    const type = this.typeOf('T', tensors[0].dtype);
    return this.one('Pack', [this.count(tensors), type, axis], tensors);
  }

  /** Cuts a tensor along its first dimension. */
  unstack(x: Tensor): Tensor[] {
    const [parts] = x.shape;
    const attributes = [
      { name: 'num', type: this.binding.TF_ATTR_INT, value: parts },
      this.typeOf('T', x.dtype),
      { name: 'axis', type: this.binding.TF_ATTR_INT, value: 0 },
    ];
    return this.several('Unpack', attributes, [x], parts);
  }

  /** Half the sum of squares. */
  halfSquares(x: Tensor): Tensor {
    return this.one('L2Loss', [this.float], [x]);
  }

  /** The sum of tensors of one shape. */
  sum(tensors: readonly Tensor[]): Tensor {
    return this.one('AddN', [this.count(tensors), this.float], tensors);
  }

  /** Of logits [N,V] and int32 targets [N]: the loss of each row [N], and the gradient of their sum [N,V]. */
  softmaxCrossEntropy(logits: Tensor, targets: Tensor): [loss: Tensor, gradient: Tensor] {
    const attributes = [this.float, this.typeOf('Tlabels', this.binding.TF_INT32)];
    const name = 'SparseSoftmaxCrossEntropyWithLogits';
    return this.several(name, attributes, [logits, targets], 2) as [Tensor, Tensor];
  }

  /**
   * Runs an LSTM layer over a window.
   *
   * @param x      [T,B,I]
   * @param weight [I+H,4H], the rows of x first
   * @returns gates, cells and hidden states, each [T,B,H]
   */
  blockLstm(x: Tensor, h: Tensor, c: Tensor, weight: Tensor, bias: Tensor): BlockLstm {
    const peephole = this.zeros([c.shape[1]]);
    const clip = { name: 'cell_clip', type: this.binding.TF_ATTR_FLOAT, value: 0 };
    const attributes = [this.float, this.flag('use_peephole', false), clip];
    const steps = this.create([], this.binding.TF_INT64, Int32Array.of(x.shape[0], 0));
    const inputs = [steps, x, c, h, weight, peephole, peephole, peephole, bias];
    const [i, cells, f, o, g, , hidden] = this.several('BlockLSTMV2', attributes, inputs, 7);
    return { i, f, g, o, cells, hidden };
  }

  /**
   * Computes the gradients of a step of an LSTM layer from those of its states.
   *
   * @param weight of shape [H,4H]; only its shape matters
   * @returns the gradients of the cells before the step [B,H], and of the gates' sums [B,4H] in the order i, g, f, o
   */
  lstmStepGradient(step: LstmStep, weight: Tensor, dC: Tensor, dH: Tensor): [dC: Tensor, dZ: Tensor] {
    const { noInput, previousCell, i, f, g, o, cell, tanhCell, peephole, bias } = step;
    const inputs = [
      ...[noInput, previousCell, previousCell, weight, peephole, peephole, peephole, bias],
      ...[i, cell, f, o, g, tanhCell, dC, dH],
    ];
    const attributes = [this.float, this.flag('use_peephole', false)];
    const [before, gates] = this.several('LSTMBlockCellGrad', attributes, inputs, 5);
    return [before, gates];
  }

  /**
   * Draws words of Philox4x32-10 as signed numbers, [count] for each counter.
   *
   * @param key      of two words, the lower one first
   * @param counters of four words each, the lowest first
   */
  philox(key: readonly [number, number], counters: readonly (readonly number[])[], count: number): Tensor[] {
    const asWords = (values: readonly number[], shape: readonly number[]) => {
      const attributes = [this.typeOf('T', this.binding.TF_INT32), this.typeOf('type', TF_UINT64)];
      return this.one('Bitcast', attributes, [this.ints(values, shape)]);
    };
    const ofKey = asWords(key, [1, 2]);
    const ofCounters = this.unstack(asWords(counters.flat(), [counters.length, 2, 2]));
    const shape = this.ints([count]);
    // 1 is Philox.
    const algorithm = this.create([], this.binding.TF_INT32, Int32Array.of(1));
    const { TF_INT32 } = this.binding;
    const attributes = [this.typeOf('dtype', TF_INT32), this.typeOf('Tshape', TF_INT32)];
    return ofCounters.map((counter) =>
      this.one('StatelessRandomUniformFullIntV2', attributes, [shape, ofKey, counter, algorithm]),
    );
  }

  /** `below` where an unsigned word, as {@link philox} draws it, is below the threshold; `otherwise` elsewhere. */
  whereBelow(words: Tensor, threshold: number, below: number, otherwise: number): Tensor {
    const { TF_INT32 } = this.binding;
    const signed = (word: number) => this.create([], TF_INT32, Int32Array.of(word));
    const integer = [this.typeOf('T', TF_INT32)];
    // Unsigned words are in the order of signed ones whose highest bit is flipped.
    const flipped = this.one('BitwiseXor', integer, [words, signed(2 ** 31)]);
    const isBelow = this.one('Less', integer, [flipped, signed(threshold ^ (2 ** 31))]);
    return this.one('SelectV2', [this.float], [isBelow, this.scalar(below), this.scalar(otherwise)]);
  }

  copy(x: Tensor): Tensor {
    return this.one('DeepCopy', [this.float], [x]);
  }

  /** Makes a variable, to be updated in place, with the values of a tensor. It is not freed at the end. */
  variable(name: string, values: Tensor): Tensor {
    const { TF_ATTR_STRING, TF_ATTR_SHAPE, TF_FLOAT } = this.binding;
    const attributes = [
      { name: 'shared_name', type: TF_ATTR_STRING, value: name },
      { name: 'shape', type: TF_ATTR_SHAPE, value: values.shape },
      this.typeOf('dtype', TF_FLOAT),
    ];
    const [handle] = this.binding.executeOp('VarHandleOp', attributes, [], 1);
    this.several('AssignVariableOp', [this.typeOf('dtype', TF_FLOAT)], [handle, values], 0);
    return handle;
  }

  /** Returns the values of a variable, not a copy: an update makes one as long as they are in use. They are not freed at the end. */
  read(variable: Tensor): Tensor {
    const attributes = [this.typeOf('dtype', this.binding.TF_FLOAT)];
    return this.binding.executeOp('ReadVariableOp', attributes, [variable.id], 1)[0];
  }

  /** variable −= rate · gradient. */
  descend(variable: Tensor, rate: Tensor, gradient: Tensor): void {
    this.several('ResourceApplyGradientDescent', [this.float], [variable, rate, gradient], 0);
  }

  /** Frees the memory of a variable. */
  destroy(variable: Tensor): void {
    this.several('DestroyResourceOp', [], [variable], 0);
    this.binding.deleteTensor(variable.id);
  }

  private one(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
    return this.several(name, attributes, inputs, 1)[0];
  }

  private several(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[] {
    const ids = inputs.map(({ id }) => id);
    const results = this.binding.executeOp(name, attributes, ids, outputs);
    for (const result of results) this.made.add(result);
    return results;
  }

  private create(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): Tensor {
    const id = this.binding.createTensor(shape, dtype, values);
    const made = { id, shape: [...shape], dtype };
    this.made.add(made);
    return made;
  }

  private typeOf(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  private flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  private count(tensors: readonly Tensor[]): Attribute {
    return { name: 'N', type: this.binding.TF_ATTR_INT, value: tensors.length };
  }
}

/** The results of an LSTM layer, each [T,B,H]. */
export interface BlockLstm {
  readonly i: Tensor;
  readonly f: Tensor;
  readonly g: Tensor;
  readonly o: Tensor;
  readonly cells: Tensor;
  readonly hidden: Tensor;
}

/** One step of an LSTM layer, each [B,H] where nothing else is said. */
export interface LstmStep {
  /** [B,0]: the product with the input is not part of it. */
  readonly noInput: Tensor;
  readonly previousCell: Tensor;
  readonly i: Tensor;
  readonly f: Tensor;
  readonly g: Tensor;
  readonly o: Tensor;
  readonly cell: Tensor;
  readonly tanhCell: Tensor;
  /** [H], of zeros. */
  readonly peephole: Tensor;
  /** [4H]; only its shape matters. */
  readonly bias: Tensor;
}
