/** What the processor can do at most, by kernels that do nothing else: the rates that all others are a share of. */
import { readdir, readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import type { Roofline, RooflineMeter } from '../backend.js';
import type { NativeFunctions } from './library.js';

/** Seconds that one timing takes at least, and timings of each kind: the best one counts. */
const [SECONDS, TIMINGS] = [0.03, 5];

/** Bytes that are read from memory: several times what the caches have, as far as memory is free. */
const [LEAST_BYTES, MOST_BYTES, CACHES_OVER] = [64 * 2 ** 20, 512 * 2 ** 20, 4];

/** Where Linux describes the caches of the first processor. */
const CACHES = '/sys/devices/system/cpu/cpu0/cache';

/** Returns what measures the rates with all threads of the backend. */
export function rooflineMeter(functions: NativeFunctions): RooflineMeter {
  const hasUnits = functions.bf16Units() !== 0;
  const timers = new Map<0 | 1, () => number>();
  const peak: RooflineMeter['peak'] = (arithmetic) => {
    const bf16 = arithmetic === 'bf16' && hasUnits ? 1 : 0;
    const timer = timers.get(bf16) ?? multiplyAdds(functions, bf16);
    timers.set(bf16, timer);
    return timer();
  };
  return {
    peak,
    async measure() {
      const caches = await readCaches();
      const f32Gflops = best(() => peak('f32'));
      const bf16Gflops = hasUnits ? best(() => peak('bf16')) : null;
      const gigabytesPerSecond = readingRate(functions, Math.max(0, ...caches.map(({ bytes }) => bytes)));
      return { f32Gflops, bf16Gflops, gigabytesPerSecond, caches };
    },
  };
}

/** Finds how many multiply-adds take long enough, and returns what times them: GFLOP/s. */
function multiplyAdds(functions: NativeFunctions, bf16: 0 | 1): () => number {
  let rounds = 1000;
  const once = () => timed(() => functions.multiplyAdds({ bf16, rounds }));
  while (once().seconds < SECONDS) rounds *= 2;
  return () => {
    const { value, seconds } = once();
    return value / seconds / 1e9;
  };
}

/** Returns the best rate of reading memory, in GB/s. */
function readingRate(functions: NativeFunctions, largestCache: number): number {
  const wanted = Math.min(Math.max(CACHES_OVER * largestCache, LEAST_BYTES), MOST_BYTES, freemem() / 4);
  const x = new Float32Array(wanted / 4).fill(1);
  return best(() => x.byteLength / timed(() => functions.read({ n: x.length, x })).seconds / 1e9);
}

function timed(work: () => number): { readonly value: number; readonly seconds: number } {
  const start = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

function best(rate: () => number): number {
  return Math.max(...Array.from({ length: TIMINGS }, rate));
}

/** Reads what Linux says of the caches for data; empty elsewhere. */
async function readCaches(): Promise<Roofline['caches']> {
  const entries = await readdir(CACHES).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((name) => name.startsWith('index'))
      .sort()
      .map(async (name) => {
        const read = async (key: string) => (await readFile(join(CACHES, name, key), 'utf8')).trim();
        const [type, level, size] = await Promise.all(['type', 'level', 'size'].map(read));
        return { type, level: Number(level), bytes: Number.parseInt(size, 10) * 1024 };
      }),
  ).catch(() => []);
  return found.filter(({ type }) => type !== 'Instruction').map(({ level, bytes }) => ({ level, bytes }));
}
