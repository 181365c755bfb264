/**
 * The time that a training window of the CUDA backend takes on the machine, and what it asks of the device. It runs on the tests'
 * emulated driver, whose launches do nothing here, so it needs no GPU: `npx tsx bench/cuda-host.ts`. See README.md beside this
 * file.
 */
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { CudaBackend } from '../src/backends/cuda/cuda-backend.js';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';
import { Trial } from '../src/benchmark/trial.js';
import { loadSpec } from '../src/spec/load.js';
import { requireNetwork } from '../src/spec/systems.js';
import { buildEmulatedDriver } from '../test/backends/cuda/emulated-driver.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/cuda-host.ts [options] [SPEC.yaml…]
  --precision P     f32 or mixed                                 (f32)
  --windows N       windows of a round                           (100)
  --rounds N        rounds to take the median of                 (7)
  --vocab-size N    words in the vocabulary                      (10000)`;

const PAPER = ['small', 'medium', 'large'].map((name) =>
  fileURLToPath(new URL(`../configs/${name}.yaml`, import.meta.url)),
);

/** Windows before the first round: V8 compiles what it has seen often. */
const WARM_UP = 200;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    precision: { type: 'string', default: 'f32' },
    windows: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '7' },
    'vocab-size': { type: 'string', default: '10000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function main(): Promise<void> {
  process.env.ZLM_EMULATOR_NOTHING = '1';
  const driver = await buildEmulatedDriver();
  if ('reason' in driver) throw new Error(driver.reason);
  await activateBackend('cuda', { cudaDriver: driver.path });
  console.log('µs a window on the machine, and what it asks of the device');
  for (const path of positionals.length > 0 ? positionals : PAPER) console.log(await measure(path));
}

async function measure(path: string): Promise<string> {
  const { spec } = await loadSpec(path, []);
  const network = requireNetwork(spec, () => new Error(`${path} is no network`));
  const precision = flags.precision === 'mixed' ? 'mixed' : 'f32';
  const trial = await Trial.begin({ backend: 'cuda', precision }, network, Number(flags['vocab-size']));
  const { device, fallbacks } = tf.backend() as CudaBackend;
  const windows = Number(flags.windows);
  for (let i = 0; i < WARM_UP; i++) await trial.step();
  const [workBefore, fallbacksBefore] = [{ ...device.work }, new Map(fallbacks)];
  const rounds: number[] = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const began = performance.now();
    for (let i = 0; i < windows; i++) await trial.step();
    rounds.push(((performance.now() - began) / windows) * 1000);
  }
  trial.dispose();
  const total = windows * rounds.length;
  const work = Object.entries(device.work).map(
    ([name, count]) => `${perWindow(count, workBefore[name as keyof typeof workBefore], total)} ${name}`,
  );
  const onCpu = [...fallbacks].map(
    ([name, count]) => [name, perWindow(count, fallbacksBefore.get(name) ?? 0, total)] as const,
  );
  const slow = onCpu.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name} on the CPU`);
  const microseconds = median(rounds).toFixed(0).padStart(6);
  return `${basename(path, extname(path)).padEnd(8)} ${microseconds}  ${[...work, ...slow].join(', ')}`;
}

function perWindow(after: number, before: number, windows: number): number {
  return Math.round((10 * (after - before)) / windows) / 10;
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);
