/** The roofline of the processor in words, and rates as shares of it. */
import type { Roofline } from '../backends/backend.js';
import { formatBytes } from './format.js';

/** Returns what the processor can do at most, as the end of a sentence. */
export function rooflineText({ f32Gflops, bf16Gflops, gigabytesPerSecond, caches }: Roofline): string {
  const bf16 = bf16Gflops === null ? '' : `, ${bf16Gflops.toFixed(0)} in bfloat16`;
  const sizes = caches.map(({ level, bytes }) => `L${level} ${formatBytes(bytes)}`).join(', ');
  const ofCaches = sizes === '' ? '' : `; caches ${sizes}`;
  return `${f32Gflops.toFixed(0)} GFLOP/s in float32${bf16}, ${gigabytesPerSecond.toFixed(0)} GB/s from memory${ofCaches}`;
}

/** Returns a share of the peak in words. @param share null where there is none */
export function shareOfPeak(share: number | null): string {
  if (share === null) return '–';
  const percent = 100 * share;
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
