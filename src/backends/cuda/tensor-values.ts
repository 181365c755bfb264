/** The values of one tensor, on the machine, on the device, or on both, and what a recording of work has to know of them. */
import type { backend_util, DataType } from '@tensorflow/tfjs';
import type { DeviceArray, DeviceBlock } from './device-block.js';
import type { DeviceMemory } from './device-memory.js';
import type { OutsideValues, Recording } from './recording.js';

/** The values of a tensor. Its fields `values`, `dtype`, `refCount` and `complexTensorInfos` are those that tfjs's CPU kernels know. */
export class TensorValues implements OutsideValues {
  refCount = 1;
  complexTensorInfos = undefined;
  /** Counts changes in place, so that a copy of older values is not taken for the present ones. */
  private changes = 0;
  /** The recording in which it was made. */
  private readonly madeIn: Recording | null;

  private constructor(
    private readonly memory: DeviceMemory,
    readonly dtype: DataType,
    private readonly length: number,
    private host: backend_util.BackendValues | null,
    private block: DeviceBlock | null,
  ) {
    this.madeIn = memory.recording;
  }

  static onHost(memory: DeviceMemory, dtype: DataType, length: number, values: backend_util.BackendValues) {
    return new TensorValues(memory, dtype, length, values, null);
  }

  static onDevice(memory: DeviceMemory, dtype: DataType, length: number, block: DeviceBlock) {
    return new TensorValues(memory, dtype, length, null, block);
  }

  /** The address of the values; null if they are not on the device. */
  get address(): number | null {
    return this.block?.address ?? null;
  }

  /** Whether it was made by the work that is being recorded. */
  get isRecorded(): boolean {
    return this.madeIn !== null && this.madeIn === this.memory.recording;
  }

  /** Returns the value of a tensor of one element if it is on the machine; otherwise null. */
  numberOnHost(): number | null {
    return this.length === 1 && this.host !== null && this.isConstant ? Number(this.host[0]) : null;
  }

  /** The values on the machine; copied from the device, and waited for, if they are not there. */
  get values(): backend_util.BackendValues {
    this.refuseUnlessConstant();
    if (this.host === null && this.block !== null) {
      const array = newArray(this.dtype, this.length);
      this.memory.downloadNow(array, this.block.address);
      this.host = array;
    }
    return this.host as backend_util.BackendValues;
  }

  /** Returns the address of the values on the device. */
  onDevice(): number {
    const { recording } = this.memory;
    if (recording !== null && !this.isRecorded) return recording.readOutside(this);
    this.block ??= this.memory.place(typedArray(this.dtype, this.host));
    return this.block.address;
  }

  /** Returns the values on the machine as they are now, without keeping others from starting work meanwhile. */
  async fetch(): Promise<backend_util.BackendValues> {
    this.refuseUnlessConstant();
    if (this.host !== null || this.block === null) return this.values;
    const { changes } = this;
    const array = newArray(this.dtype, this.length);
    await this.memory.download(array, this.block.address);
    if (changes === this.changes) this.host = array;
    return array;
  }

  /** Forgets the values on the machine, since those on the device are about to change. */
  forgetHost(): void {
    this.host = null;
    this.changes++;
    this.memory.recording?.updateOutside(this);
  }

  release(): void {
    if (this.block) this.memory.takeBack(this.block);
    this.block = null;
  }

  /** Whether the values on the machine are the same each time that recorded work runs; true where nothing is recorded. */
  private get isConstant(): boolean {
    const { recording } = this.memory;
    if (recording === null) return true;
    return this.isRecorded && this.host !== null && recording.placeOf(this.host) === null;
  }

  private refuseUnlessConstant(): void {
    if (!this.isConstant) this.memory.recording?.refuse('values are read on the machine');
  }
}

function newArray(dtype: DataType, length: number): DeviceArray {
  if (dtype === 'int32') return new Int32Array(length);
  return dtype === 'bool' ? new Uint8Array(length) : new Float32Array(length);
}

/** tfjs's CPU kernels sometimes keep the array of a narrower type, or a plain one. */
function typedArray(dtype: DataType, values: unknown): DeviceArray {
  const numbers = values as ArrayLike<number>;
  if (dtype === 'int32') return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  if (dtype === 'bool') return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}
