/**
 * The time that a training window of the WebGPU backend takes on the machine, and what it asks of the device. It runs on Dawn's null
 * backend, which computes nothing, so it needs no GPU: `npx tsx bench/webgpu-host.ts`. See README.md beside this file.
 */
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { activateBackend } from '../src/backends/select.js';
import type { WebgpuBackend } from '../src/backends/webgpu/webgpu-backend.js';
import { median } from '../src/benchmark/rounds.js';
import { Trial } from '../src/benchmark/trial.js';
import { loadSpec } from '../src/spec/load.js';
import { requireNetwork } from '../src/spec/systems.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/webgpu-host.ts [options] [SPEC.yaml…]
  --windows N       windows of a round                           (20)
  --rounds N        rounds to take the median of                 (5)
  --vocab-size N    words in the vocabulary                      (10000)`;

const PAPER = ['small', 'medium', 'large'].map((name) =>
  fileURLToPath(new URL(`../configs/${name}.yaml`, import.meta.url)),
);

/** Windows before the first round: V8 compiles what it has seen often, and pipelines are made. */
const WARM_UP = 20;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windows: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    'vocab-size': { type: 'string', default: '10000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Calls of Dawn that a window makes, by the class and the method. */
const COUNTED = [
  ['GPUComputePassEncoder', 'dispatchWorkgroups', 'dispatches'],
  ['GPUDevice', 'createBindGroup', 'new bind groups'],
  ['GPUDevice', 'createBuffer', 'new buffers'],
  ['GPUQueue', 'writeBuffer', 'writes'],
  ['GPUQueue', 'submit', 'submits'],
] as const;
const calls = new Map<string, number>();

/** Counts the calls of Dawn's methods. */
function countCalls(): void {
  for (const [owner, method, title] of COUNTED) {
    const { prototype } = (globalThis as unknown as Record<string, { prototype: Record<string, unknown> }>)[
      owner
    ];
    const original = prototype[method] as (...args: unknown[]) => unknown;
    prototype[method] = function (this: unknown, ...args: unknown[]) {
      calls.set(title, (calls.get(title) ?? 0) + 1);
      return original.apply(this, args);
    };
  }
}

async function main(): Promise<void> {
  await activateBackend('webgpu', { dawnFlags: ['backend=null'] });
  countCalls();
  console.log('ms a window on the machine, of those on a processor, and calls of Dawn a window');
  for (const path of positionals.length > 0 ? positionals : PAPER) console.log(await measure(path));
}

async function measure(path: string): Promise<string> {
  const { spec } = await loadSpec(path, []);
  const network = requireNetwork(spec, () => new Error(`${path} is no network`));
  const trial = await Trial.begin(
    { backend: 'webgpu', precision: 'f32' },
    network,
    Number(flags['vocab-size']),
  );
  const { launcher } = tf.backend() as WebgpuBackend;
  const windows = Number(flags.windows);
  for (let i = 0; i < WARM_UP; i++) await trial.step();
  const [callsBefore, ownBefore] = [new Map(calls), sumOf(launcher.dispatches)];
  const [rounds, cpuRounds]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < windows; i++) await trial.step();
    rounds.push((performance.now() - began) / windows);
    const { user, system } = process.cpuUsage(cpuBegan);
    cpuRounds.push((user + system) / 1000 / windows);
  }
  const total = windows * rounds.length;
  const perWindow = (count: number) => Math.round((10 * count) / total) / 10;
  const counts = COUNTED.map(
    ([, , title]) => `${perWindow((calls.get(title) ?? 0) - (callsBefore.get(title) ?? 0))} ${title}`,
  );
  const own = perWindow(sumOf(launcher.dispatches) - ownBefore);
  trial.dispose();
  const [wall, cpu] = [rounds, cpuRounds].map((all) => median(all).toFixed(2).padStart(7));
  return `${basename(path, extname(path)).padEnd(8)} ${wall} ${cpu}  ${counts.join(', ')}; ${own} of the dispatches are of zlm's kernels`;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);
