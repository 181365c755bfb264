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
import { type NetworkSpec, requireNetwork } from '../src/spec/systems.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/webgpu-host.ts [options] [SPEC.yaml…]
  --windows N       windows of a round                           (20)
  --rounds N        rounds to take the median of                 (5)
  --vocab-size N    words in the vocabulary, before the division (10000)
  --divide N        divides all widths and the vocabulary        (10)

Dawn's null backend has no more than 512 MiB, which the larger models of the paper need for their parameters alone. What a window
asks of Dawn, and how long that takes, does not depend on the widths.`;

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
    divide: { type: 'string', default: '10' },
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

/** Counts the calls of Dawn's methods that a function makes; counting takes time itself. */
async function callsOf(run: () => Promise<void>): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  const restore: (() => void)[] = [];
  for (const [owner, method, title] of COUNTED) {
    const { prototype } = (globalThis as unknown as Record<string, { prototype: Record<string, unknown> }>)[
      owner
    ];
    const original = prototype[method] as (...args: unknown[]) => unknown;
    prototype[method] = function (this: unknown, ...args: unknown[]) {
      calls.set(title, (calls.get(title) ?? 0) + 1);
      return original.apply(this, args);
    };
    restore.push(() => {
      prototype[method] = original;
    });
  }
  await run();
  for (const undo of restore) undo();
  return calls;
}

async function main(): Promise<void> {
  await activateBackend('webgpu', { dawnFlags: ['backend=null'] });
  console.log(
    'ms a window until its last command is submitted, ms until its loss is read, and calls of Dawn',
  );
  for (const path of positionals.length > 0 ? positionals : PAPER) console.log(await measure(path));
}

async function measure(path: string): Promise<string> {
  const { spec } = await loadSpec(path, []);
  const network = narrowed(requireNetwork(spec, () => new Error(`${path} is no network`)));
  const words = Math.ceil(Number(flags['vocab-size']) / Number(flags.divide));
  const trial = await Trial.begin({ backend: 'webgpu', precision: 'f32' }, network, words);
  const { launcher } = tf.backend() as WebgpuBackend;
  const windows = Number(flags.windows);
  for (let i = 0; i < WARM_UP; i++) await trial.step();
  const ownBefore = sumOf(launcher.dispatches);
  const calls = await callsOf(async () => {
    for (let i = 0; i < windows; i++) await trial.step();
  });
  const perWindow = (count: number) => Math.round((10 * count) / windows) / 10;
  const counts = COUNTED.map(([, , title]) => `${perWindow(calls.get(title) ?? 0)} ${title}`);
  const own = perWindow(sumOf(launcher.dispatches) - ownBefore);
  const [launching, rounds]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const began = performance.now();
    let launched = 0;
    for (let i = 0; i < windows; i++) {
      const start = performance.now();
      const figures = trial.step();
      launched += performance.now() - start;
      await figures;
    }
    launching.push(launched / windows);
    rounds.push((performance.now() - began) / windows);
  }
  trial.dispose();
  const [launch, wall] = [launching, rounds].map((all) => median(all).toFixed(2).padStart(7));
  return `${basename(path, extname(path)).padEnd(8)} ${launch} ${wall}  ${counts.join(', ')}; ${own} of the dispatches are of zlm's kernels`;
}

/** Divides the widths of a network. */
function narrowed(network: NetworkSpec): NetworkSpec {
  const divide = (width: number) => Math.ceil(width / Number(flags.divide));
  const layers = network.model.layers.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).map(([kind, width]) => [kind, typeof width === 'number' ? divide(width) : width]),
    ),
  ) as typeof network.model.layers;
  const { embedding } = network.model;
  return {
    ...network,
    model: { ...network.model, ...(embedding !== undefined && { embedding: divide(embedding) }), layers },
  };
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);
