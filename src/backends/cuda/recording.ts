/**
 * A recording of work: where what varies is read from, and which tensors from outside the work reads and updates. Their addresses
 * are in the graph, so it may only run while they are where they were.
 */
import type { StepNumbers, Varying } from '../../ops/capture.js';
import type { DeviceArray, DeviceBlock } from './device-block.js';
import type { GraphMemory } from './graph-memory.js';
import type { CudaFactor } from './kernels.generated.js';

/** The work cannot be captured. */
export class CaptureRefused extends Error {
  override name = 'CaptureRefused';
}

/** The most numbers that vary. */
const MOST_NUMBERS = 1024;

/** Arrays begin at multiples of this many words. */
const ALIGNMENT = 64;

const WORD_BYTES = 4;

/** The values of a tensor from outside. */
export interface OutsideValues {
  /** Null if they are not on the device. */
  readonly address: number | null;
  /** Says that those on the device change. */
  forgetHost(): void;
}

/** A constant of the work, and its place. */
export interface Constant {
  readonly block: DeviceBlock;
  readonly values: DeviceArray;
}

/** A recording in progress, and afterwards what it has found. */
export class Recording {
  /** Tensors from outside that the work reads, and their addresses. */
  readonly outside = new Map<OutsideValues, number>();
  /** Those of them that it updates in place. */
  readonly updated = new Set<OutsideValues>();
  /** Arrays that the work made of nothing that varies. */
  readonly constants: Constant[] = [];
  private readonly block: DeviceBlock;
  /** Where each array is, in words from the beginning of the block. */
  private readonly arrays: readonly { readonly array: Int32Array; readonly at: number }[];
  /** Where the numbers are: the clock first. */
  private readonly numbersAt: number;
  private readonly numbers: ((now: StepNumbers) => number)[] = [];

  constructor(
    private readonly memory: GraphMemory,
    private readonly varying: Varying,
  ) {
    let words = 0;
    this.arrays = varying.arrays.map((array) => {
      const at = words;
      words = Math.ceil((words + array.length) / ALIGNMENT) * ALIGNMENT;
      return { array, at };
    });
    this.numbersAt = words;
    this.block = memory.lend(words + 1 + MOST_NUMBERS);
  }

  /** @throws CaptureRefused */
  refuse(reason: string): never {
    throw new CaptureRefused(reason);
  }

  /** Returns the place of an array that varies; null for any other. */
  placeOf(values: unknown): DeviceBlock | null {
    const found = this.arrays.find(({ array }) => array === values);
    // Its memory is that of the whole block.
    return found ? { address: this.addressOf(found.at), bytes: 0, owner: NOBODY } : null;
  }

  /** Returns the address of a tensor from outside, which must be on the device already. */
  readOutside(values: OutsideValues): number {
    const { address } = values;
    if (address === null) return this.refuse('a tensor is not on the device yet');
    this.outside.set(values, address);
    return address;
  }

  updateOutside(values: OutsideValues): void {
    this.updated.add(values);
  }

  /** Keeps values that are copied to the device once, when the recording has ended. */
  keepConstant(block: DeviceBlock, values: DeviceArray): void {
    this.constants.push({ block: this.memory.takeOut(block), values: values.slice() });
  }

  /** Where kernels read the clock. */
  get clockAddress(): number {
    return this.addressOf(this.numbersAt);
  }

  /** Returns a time step as kernels take it: counted from the clock. */
  sinceClock(step: number): number {
    return (step - this.varying.numbers.clock) >>> 0;
  }

  /**
   * Returns where kernels read a number that varies.
   *
   * @param value   its value in the step that is recorded
   * @param formula computes it from the numbers of any step
   */
  number(value: number, formula: (now: StepNumbers) => number): CudaFactor {
    if (formula(this.varying.numbers) !== value) this.refuse('an attribute is not that of the step');
    if (this.numbers.length === MOST_NUMBERS) this.refuse('too many numbers vary');
    this.numbers.push(formula);
    return { at: this.addressOf(this.numbersAt + this.numbers.length), value: 0 };
  }

  /** Address and size, in words, of all that varies except tensors. */
  get place(): { readonly address: number; readonly words: number } {
    return { address: this.block.address, words: this.numbersAt + 1 + this.numbers.length };
  }

  /** Writes the arrays and numbers of a step as the work reads them. */
  write(words: Int32Array, { arrays, numbers }: Varying): void {
    for (const [i, { at }] of this.arrays.entries()) words.set(arrays[i], at);
    words[this.numbersAt] = numbers.clock;
    const floats = new Float32Array(words.buffer, (this.numbersAt + 1) * WORD_BYTES, this.numbers.length);
    for (const [i, formula] of this.numbers.entries()) floats[i] = formula(numbers);
  }

  private addressOf(word: number): number {
    return this.block.address + word * WORD_BYTES;
  }
}

/** The owner of parts of a block: they are given back with it. */
const NOBODY = { takeBack() {} };
