/** What a GPU can do, as its driver says. */
import type { Precision } from '../../ops/op.js';
import { type CudaDriver, DEVICE_ATTRIBUTE } from './driver.js';

/** What a device can do. */
export interface DeviceLimits {
  readonly name: string;
  /** Compute capability times ten: 90 for 9.0. */
  readonly capability: number;
  /** Streaming multiprocessors. */
  readonly processors: number;
  readonly sharedBytesPerBlock: number;
  readonly cacheBytes: number;
  readonly memoryBytes: number;
  /** Whether all blocks of a launch can be resident together and wait for each other. */
  readonly cooperativeLaunch: boolean;
}

/** Compute capability, times ten, of the first GPUs whose tensor cores take bfloat16 and TF32. */
const TENSOR_CORE_CAPABILITY = 80;

/** What computes a product: in float32, or the tensor cores with operands in bfloat16 or TF32. */
export type Arithmetic = 'float32' | 'bfloat16' | 'tf32';

/**
 * Returns what computes products of a precision. Without tensor cores for bfloat16, mixed precision is computed in float32, of
 * rounded operands.
 *
 * @throws Error for TF32 without tensor cores for it; training refuses that before
 */
export function arithmeticOf(precision: Precision, limits: Pick<DeviceLimits, 'capability'>): Arithmetic {
  if (precision === 'tf32') {
    const obstacle = tf32Obstacle(limits);
    if (obstacle !== null) throw new Error(`Products in TF32: ${obstacle}`);
    return 'tf32';
  }
  return precision === 'mixed' && limits.capability >= TENSOR_CORE_CAPABILITY ? 'bfloat16' : 'float32';
}

/** Says why a GPU has no products in TF32; null for one that has. */
export function tf32Obstacle({ capability }: Pick<DeviceLimits, 'capability'>): string | null {
  if (capability >= TENSOR_CORE_CAPABILITY) return null;
  return `this GPU has compute capability ${formatCapability(capability)}, and tensor cores take TF32 from 8.0 (Ampere, 2020) on`;
}

/** Renders a compute capability as NVIDIA writes it: 90 → "9.0". */
export function formatCapability(capability: number): string {
  return (capability / 10).toFixed(1);
}

/** Returns how much memory a device has, and how much of it no process uses. */
export function readMemoryInfo(driver: CudaDriver): {
  readonly freeBytes: number;
  readonly totalBytes: number;
} {
  const [free, total]: [[number | bigint], [number | bigint]] = [[0], [0]];
  driver.call('memoryInfo', free, total);
  return { freeBytes: Number(free[0]), totalBytes: Number(total[0]) };
}

/** Asks the driver for the limits of a device. */
export function readLimits(driver: CudaDriver, device: number): DeviceLimits {
  const attribute = (number: number) => driver.get<number>('attribute', number, device);
  const name = Buffer.alloc(256);
  driver.call('deviceName', name, name.length, device);
  return {
    name: name.toString('utf8', 0, name.indexOf(0)),
    capability:
      10 * attribute(DEVICE_ATTRIBUTE.majorCapability) + attribute(DEVICE_ATTRIBUTE.minorCapability),
    processors: attribute(DEVICE_ATTRIBUTE.processors),
    sharedBytesPerBlock: attribute(DEVICE_ATTRIBUTE.sharedMemoryPerBlock),
    cacheBytes: attribute(DEVICE_ATTRIBUTE.cacheBytes),
    memoryBytes: readMemoryInfo(driver).totalBytes,
    cooperativeLaunch: attribute(DEVICE_ATTRIBUTE.cooperativeLaunch) !== 0,
  };
}
