import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import schema from '../../schemas/output/bench.schema.json' with { type: 'json' };
import type { BenchmarkReport } from '../../src/benchmark/report.js';
import Bench from '../../src/commands/bench.js';
import { ROOT, runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { sharedFolder } from '../temp-folder.js';

const folder = sharedFolder();

const TOY = join(folder, 'toy.yaml');
const TOY_SPEC = `corpus: none
model: { embedding: 5, layers: [{ lstm: 7 }, { lstm: 6 }] }
dropout: { input: { rate: 0.2 }, between: { rate: 0.3 }, output: { rate: 0.2 }, recurrent: { rate: 0.1 } }
training: { batchSize: 3, bptt: 4 }
`;

beforeAll(() => {
  writeFileSync(TOY, TOY_SPEC);
  writeFileSync(join(folder, 'counted.yaml'), 'corpus: none\nmodel: { ngram: { order: 2 } }\n');
});

const bench = (...argv: string[]) =>
  runCommand<BenchmarkReport>(Bench, [
    TOY,
    '--vocab-size',
    '11',
    '--rounds',
    '2',
    '--seconds',
    '0.1',
    ...argv,
  ]);

it('bench measures the named backends and prints JSON of its schema', async () => {
  const { stdout, result, exitCode } = await bench('--backend', 'wasm,cpu', '--no-product', '--json');
  expect(exitCode).toBe(0);
  expectSchema(schema, stdout);
  expect(result?.models).toEqual([
    { name: 'toy', parameters: 832, batch: 3, steps: 4, trainingFlopPerToken: 4284 },
  ]);
  expect(result?.training).toMatchObject([
    {
      model: 'toy',
      backend: 'wasm',
      precision: 'f32',
      problem: null,
      check: { reference: 'wasm', deviation: 0 },
    },
    {
      model: 'toy',
      backend: 'cpu',
      precision: 'f32',
      problem: null,
      check: { reference: 'wasm', passed: true },
    },
  ]);
  for (const { timing } of result?.training ?? []) {
    expect(timing?.tokensPerSecond).toBeGreaterThan(0);
    expect(timing?.gflops).toBeCloseTo(((timing?.tokensPerSecond ?? 0) * 4284) / 1e9);
  }
});

it('bench leaves no tensor on the backends', async () => {
  const before = tf.memory().numTensors;
  await bench('--backend', 'wasm,cpu', '--no-product');
  expect(tf.memory().numTensors).toBe(before);
});

it('bench takes all backends except cpu by default, and mixed precision only where it is fast', async () => {
  const { result } = await bench('--no-product', '--json');
  const contenders = result?.training.map(({ backend, precision }) => `${backend} ${precision}`);
  expect(contenders).toContain('wasm f32');
  expect(contenders).not.toContain('cpu f32');
  expect(contenders).not.toContain('wasm mixed');
  expect(result?.product).toBeNull();
  const reduced = await bench('--no-product', '--precision', 'f32', '--json');
  expect(reduced.result?.training.every(({ precision }) => precision === 'f32')).toBe(true);
});

it('bench refuses precisions that none of the backends has', async () => {
  const { stderr, exitCode } = await bench('--backend', 'wasm', '--no-product', '--precision', 'tf32');
  expect(stderr).toContain('No products in tf32 on wasm');
  expect(exitCode).toBe(5);
});

it('bench prints tables for a person', async () => {
  const { stdout, stderr, result } = await bench('--backend', 'wasm');
  expectSchema(schema, JSON.stringify(result));
  expect(stdout).toMatch(/, \d+ threads?; medians of at most 2 rounds/);
  expect(stdout).toMatch(
    /training step +backend +precision +tokens\/s +GFLOP\/s +of peak +wasm = 1 +deviation/,
  );
  expect(stdout).toMatch(/toy +wasm +f32 +[\d,.kM]+ +[\d.]+ +(?:[\d.]+ %|–) +1\.00 +✔ 0e\+0/);
  expect(stdout).toMatch(/400×200×10000 product/);
  expect(stderr).toContain('toy: ');
});

it('bench reports a backend that computes wrongly instead of timing it, and fails', async () => {
  // The norm is always 1, so the losses of later windows are wrong too.
  const kernel = { kernelName: 'ZlmGlobalNorm', backendName: 'cpu' };
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel({ ...kernel, kernelFunc: () => tf.scalar(1) });
  try {
    const { stdout, exitCode, result } = await bench('--backend', 'cpu,wasm', '--no-product');
    expect(exitCode).toBe(5);
    expect(result?.training).toMatchObject([
      { backend: 'cpu', timing: null, check: { passed: false } },
      { backend: 'wasm', problem: null, check: { passed: true } },
    ]);
    expect(stdout).toMatch(
      /✖ toy, cpu f32: differs from the wasm backend: off by [\d.]+ where 0.001 is allowed/,
    );
    expectSchema(schema, JSON.stringify(result));
  } finally {
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  }
});

/** Benchmarks `cpu` and `wasm`, one of which runs out of memory in the global norm. */
async function benchWithBroken(backendName: string) {
  const kernelName = 'ZlmGlobalNorm';
  // Once a backend has computed a norm it has a kernel of that name.
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  const kernelFunc = () => {
    throw new Error('out of memory');
  };
  tf.registerKernel({ kernelName, backendName, kernelFunc });
  try {
    const { exitCode, result } = await bench('--backend', 'cpu,wasm', '--no-product', '--json');
    expect(exitCode).toBe(5);
    return result?.training;
  } finally {
    tf.unregisterKernel(kernelName, backendName);
  }
}

it('bench reports a backend that breaks, and measures the others', async () => {
  expect(await benchWithBroken('cpu')).toMatchObject([
    { backend: 'cpu', check: null, timing: null, problem: 'out of memory' },
    { backend: 'wasm', problem: null },
  ]);
});

it('bench reports a broken reference for every backend that is compared with it', async () => {
  expect(await benchWithBroken('wasm')).toMatchObject([
    { backend: 'cpu', check: null, timing: null, problem: 'the reference, wasm, fails: out of memory' },
    { backend: 'wasm', check: null, timing: null, problem: 'out of memory' },
  ]);
});

it.each([
  [['--backend', 'wasm,abacus'], 2, 'abacus'],
  [['--rounds', '0'], 2, 'rounds'],
  [[join(folder, 'nowhere.yaml')], 3, 'nowhere.yaml'],
  [['--set', 'training.sentences=true'], 3, 'cannot be timed: it trains on sentences'],
  [[join(ROOT, 'configs/translation.yaml')], 3, 'cannot be timed: it translates pairs of sentences'],
  [[join(ROOT, 'configs/speech.yaml')], 3, 'cannot be timed: it recognizes speech in utterances'],
  [[join(folder, 'counted.yaml')], 3, 'cannot be timed: it describes an n-gram model'],
])('bench with %j ends with code %d', async (argv, code, word) => {
  const { exitCode, stderr } = await bench(...argv);
  expect(exitCode).toBe(code);
  expect(stderr).toContain(word);
});

it('a backend that is named and cannot run is refused with a cure that bench takes', async () => {
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('ZLM_CC', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { exitCode, stderr } = await bench('--backend', 'native', '--cache', join(folder, 'cache'));
  expect(exitCode).toBe(5);
  expect(stderr).toContain('Leave out --backend to measure all that can run here.');
  expect(stderr).not.toContain('auto');
});
