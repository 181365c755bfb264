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

/** Compute capability, times ten, of the first GPUs whose tensor cores take bfloat16. */
const BFLOAT16_CAPABILITY = 80;

/** Returns whether products run on tensor cores. Otherwise those in mixed precision are computed in float32, of rounded operands. */
export function usesTensorCores(
  precision: Precision,
  { capability }: Pick<DeviceLimits, 'capability'>,
): boolean {
  return precision === 'mixed' && capability >= BFLOAT16_CAPABILITY;
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
