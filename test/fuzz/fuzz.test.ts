/**
 * A short run of the fuzzer; `npm run fuzz -- --inputs 1000000` is the long one (docs/reliability.md). It runs in a process of its own: an
 * input that never ends would otherwise hold up the tests.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { FuzzReport } from './fuzz.js';

const INPUTS = 2000;
/** Targets that take whatever they are given. */
const NEVER_REFUSE = ['help-page', 'run'];

it('damaged input of every kind is read or refused in words', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'test/fuzz/main.ts', '--json', '--inputs', String(INPUTS)],
    { maxBuffer: 2 ** 26 },
  ).catch((error) => error);
  const reports: FuzzReport[] = JSON.parse(stdout);
  expect(reports.flatMap(({ target, findings }) => findings.map(({ what }) => `${target}: ${what}`))).toEqual(
    [],
  );
  expect(reports.reduce((sum, { inputs }) => sum + inputs, 0)).toBeGreaterThanOrEqual(INPUTS);
  for (const { target, inputs, refused } of reports) {
    // A target that refuses everything, or nothing, tests nothing.
    expect(refused, target).toBeLessThan(inputs);
    if (!NEVER_REFUSE.includes(target)) expect(refused, target).toBeGreaterThan(0);
  }
}, 300_000);
