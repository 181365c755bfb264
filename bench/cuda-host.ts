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
import type { Work } from '../src/backends/cuda/device.js';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';
import { Trial } from '../src/benchmark/trial.js';
import { loadSpec } from '../src/spec/load.js';
import { requireNetwork } from '../src/spec/systems.js';
import { buildEmulatedDriver } from '../test/backends/cuda/emulated-driver.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/cuda-host.ts [options] [SPEC.yaml…]
  --precision P     f32, tf32 or mixed                           (f32)
  --no-graphs       launches each kernel of each window
  --windows N       windows of a round                           (100)
  --rounds N        rounds to take the median of                 (7)
  --vocab-size N    words in the vocabulary                      (10000)`;

const PAPER = ['small', 'medium', 'large'].map((name) =>
  fileURLToPath(new URL(`../configs/${name}.yaml`, import.meta.url)),
);

const PRECISIONS = ['f32', 'tf32', 'mixed'] as const;

const WORK_NAMES: Readonly<Record<keyof Work, string>> = {
  launches: 'launches',
  graphs: 'graphs',
  graphLaunches: 'launches in graphs',
  uploads: 'uploads',
  downloads: 'downloads',
  waits: 'waits',
};

/** Windows before the first round: V8 compiles what it has seen often. */
const WARM_UP = 200;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    precision: { type: 'string', default: 'f32' },
    'no-graphs': { type: 'boolean', default: false },
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
  console.log('µs a window on the machine, of those on a processor, and what it asks of the device');
  for (const path of positionals.length > 0 ? positionals : PAPER) console.log(await measure(path));
}

async function measure(path: string): Promise<string> {
  const { spec } = await loadSpec(path, []);
  const network = requireNetwork(spec, () => new Error(`${path} is no network`));
  const precision = PRECISIONS.find((known) => known === flags.precision);
  if (precision === undefined)
    throw new Error(`--precision ${flags.precision}: take ${PRECISIONS.join(', ')}`);
  const trial = await Trial.begin({ backend: 'cuda', precision }, network, Number(flags['vocab-size']));
  const backend = tf.backend() as CudaBackend;
  backend.capturesWork = !flags['no-graphs'];
  const { device, fallbacks } = backend;
  const windows = Number(flags.windows);
  for (let i = 0; i < WARM_UP; i++) await trial.step();
  const [workBefore, fallbacksBefore] = [{ ...device.work }, new Map(fallbacks)];
  const [rounds, cpuRounds]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < windows; i++) await trial.step();
    rounds.push(((performance.now() - began) / windows) * 1000);
    const { user, system } = process.cpuUsage(cpuBegan);
    cpuRounds.push((user + system) / windows);
  }
  trial.dispose();
  const total = windows * rounds.length;
  const work = Object.entries(device.work).map(
    ([name, count]) =>
      `${perWindow(count, workBefore[name as keyof Work], total)} ${WORK_NAMES[name as keyof Work]}`,
  );
  const onCpu = [...fallbacks].map(
    ([name, count]) => [name, perWindow(count, fallbacksBefore.get(name) ?? 0, total)] as const,
  );
  const slow = onCpu.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name} on the CPU`);
  const [wall, cpu] = [rounds, cpuRounds].map((all) => median(all).toFixed(0).padStart(6));
  return `${basename(path, extname(path)).padEnd(8)} ${wall} ${cpu}  ${[...work, ...slow].join(', ')}`;
}

function perWindow(after: number, before: number, windows: number): number {
  return Math.round((10 * (after - before)) / windows) / 10;
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);
