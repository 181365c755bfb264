/** Runs `bench/pytorch.py` on tiny sizes, without regard to its speed. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ROOT } from '../cli/capture.js';
import { findPython } from '../python.js';

const python = findPython('torch');

it.skipIf(!python.path)(`bench/pytorch.py trains and multiplies${python.note}`, () => {
  const sizes = ['--vocab-size', '50', '--units', '8', '--steps', '4', '--batch', '3'];
  const rates = ['--dropout-input', '0.1', '--dropout-between', '0.2', '--dropout-output', '0.3'];
  const time = ['--rounds', '2', '--seconds', '0.1', '--threads', '1', '--product'];
  const args = [`${ROOT}/bench/pytorch.py`, '--model', 'toy', ...sizes, ...rates, ...time];
  const { stdout, stderr } = spawnSync(python.path ?? '', args, { encoding: 'utf8' });
  expect(stdout, stderr).not.toBe('');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ threads: 1, torch: expect.any(String), cpu: expect.any(String) });
  expect(report.training.map(({ model, precision }: never) => [model, precision])).toEqual([
    ['toy', 'f32'],
    ['toy', 'bf16'],
  ]);
  for (const row of [...report.training, report.product]) {
    expect(row.roundSeconds).toHaveLength(2);
    expect(row.gflops).toBeGreaterThan(0);
  }
});
