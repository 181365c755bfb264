/** The roofline of the processor in words, and rates as shares of it. */
import type { BackendName, Roofline } from '../backends/backend.js';
import type { Precision } from '../benchmark/report.js';
import { formatBytes } from './format.js';

/** Backends that compute on the processor. */
const ON_PROCESSOR: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/** Returns what the processor can do at most, as the end of a sentence. */
export function rooflineText({ f32Gflops, bf16Gflops, gigabytesPerSecond, caches }: Roofline): string {
  const bf16 = bf16Gflops === null ? '' : `, ${bf16Gflops.toFixed(0)} in bfloat16`;
  const sizes = caches.map(({ level, bytes }) => `L${level} ${formatBytes(bytes)}`).join(', ');
  const ofCaches = sizes === '' ? '' : `; caches ${sizes}`;
  return `${f32Gflops.toFixed(0)} GFLOP/s in float32${bf16}, ${gigabytesPerSecond.toFixed(0)} GB/s from memory${ofCaches}`;
}

/**
 * Returns a rate as a percentage of the peak of its arithmetic. Mixed precision without units for bfloat16 is float32 arithmetic.
 *
 * @param gflops null where there is no rate
 */
export function shareOfPeak(
  backend: BackendName,
  precision: Precision,
  gflops: number | null,
  roofline: Roofline | null,
): string {
  if (gflops === null || roofline === null || !ON_PROCESSOR.includes(backend)) return '–';
  const peak = precision === 'mixed' ? (roofline.bf16Gflops ?? roofline.f32Gflops) : roofline.f32Gflops;
  const percent = (100 * gflops) / peak;
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
