/**
 * Memory outside JavaScript's heap for the argument of a launch, with the array of one pointer to it that the driver takes. The
 * driver copies the argument before a launch returns, so one place serves all launches.
 */

/** Bytes that hold any kernel's argument: the most that the driver takes. */
const ARGUMENT_BYTES = 4096;

/** The place of an argument. Offsets are in bytes, and multiples of the size of what is written. */
export class ArgumentMemory {
  private constructor(
    /** Address of the array of pointers. */
    readonly pointers: bigint,
    private readonly floats: Float32Array,
    private readonly ints: Int32Array,
    private readonly words: Uint32Array,
  ) {}

  static async make(): Promise<ArgumentMemory> {
    const { default: koffi } = await import('koffi');
    const memory = koffi.alloc('uint8_t', ARGUMENT_BYTES + BigUint64Array.BYTES_PER_ELEMENT);
    const address = koffi.address(memory);
    const bytes = koffi.view(memory, ARGUMENT_BYTES + BigUint64Array.BYTES_PER_ELEMENT);
    new DataView(bytes).setBigUint64(ARGUMENT_BYTES, address, true);
    const pointers = address + BigInt(ARGUMENT_BYTES);
    return new ArgumentMemory(
      pointers,
      new Float32Array(bytes),
      new Int32Array(bytes),
      new Uint32Array(bytes),
    );
  }

  int32(at: number, value: number): void {
    this.ints[at >> 2] = value;
  }

  uint32(at: number, value: number): void {
    this.words[at >> 2] = value;
  }

  /** Writes an address, or another whole number below 2^53. */
  uint64(at: number, value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.words[at >> 2] = value - high * 2 ** 32;
    this.words[(at >> 2) + 1] = high;
  }

  float(at: number, value: number): void {
    this.floats[at >> 2] = value;
  }

  /** @throws Error for more values than an array of the argument has elements */
  checkCount(values: readonly unknown[], most: number): void {
    if (values.length > most) throw new Error(`a kernel takes ${most} values, not ${values.length}`);
  }
}
