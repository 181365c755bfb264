/** Checks the spec of a run folder: a run that began under wider bounds still opens, resumes and is evaluated. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { loadRunSpec, runSpec } from '../../src/runs/run-spec.js';
import { openRun } from '../../src/systems/open-run.js';
import { afterWindows, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

/** A run that was stopped before its first checkpoint, with another value in its spec. */
async function runWith(name: string, before: string, after: string) {
  await trainSmall(place, { name, interruptAt: afterWindows(1) });
  const run = place.run(name);
  rmSync(join(run.path, 'checkpoints'), { recursive: true });
  edit(run.spec, before, after);
  return run;
}

function edit(path: string, before: string, after: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(before);
  writeFileSync(path, text.replace(before, after));
}

const RATE = 'learningRate: 1';

describe('a number beyond a bound of float32', () => {
  it.each([
    [RATE, 'learningRate: 1.0e-12'],
    [RATE, 'learningRate: 1.0e+9'],
    ['clipNorm: 5', 'clipNorm: 1.0e+8'],
    ['weightDecay: 0', 'weightDecay: 3'],
    ['weightDecay: 0', 'weightDecay: 1.0e-60'],
    ['rate: 0.2,', 'rate: 0.9999,'],
  ])('%s → %s is accepted from a run folder', async (before, after) => {
    const run = await runWith(`taken-${after.replaceAll(/[^\w.-]/g, '_')}`, before, after);
    await expect(runSpec(run)).resolves.toBeDefined();
    await expect(loadRunSpec(run, ['training.epochs=2'])).resolves.toBeDefined();
  });

  it('a number beyond a bound of float32 is refused in an override', async () => {
    const run = await runWith('override', RATE, 'learningRate: 1.0e-12');
    const error = await loadRunSpec(run, ['training.clipNorm=1.0e+8']).catch((caught) => caught);
    expect(error.message).toContain('training.clipNorm must be a number from 0.000001 to 1000000');
    expect(error.message).not.toContain('learningRate');
    expect(error.cures.join()).not.toContain('Put back');
  });

  it('a run with a number beyond a bound of float32 can be resumed and evaluated', async () => {
    const run = await runWith('old', RATE, 'learningRate: 1.0e-12');
    expect(await trainSmall(place, { resume: 'old' })).toMatchObject({ outcome: 'finished', epochs: 3 });
    edit(run.spec, 'weightDecay: 0', 'weightDecay: 3');
    const folders = { dataFolder: place.data, runsFolder: place.runs };
    const opened = await openRun({ run: 'old', checkpoint: 'best', backend: 'wasm', ...folders });
    const report = await evaluate(opened, { split: 'test', batch: 1 });
    opened.dispose();
    expect(report).toMatchObject({ run: 'old', perplexity: expect.any(Number) });
  });
});

describe('a value that no bound ever allowed', () => {
  it.each([
    [RATE, 'learningRate: 0'],
    [RATE, 'learningRate: -1'],
    [RATE, 'learningRate: fast'],
    ['rate: 0.2,', 'rate: 1,'],
    ['weightDecay: 0', 'weightDecay: -1'],
    ['embedding: 8', 'embedding: 0'],
    ['embedding: 8', 'embedding: 8.5'],
  ])('%s → %s is refused, with the command that restores the spec', async (before, after) => {
    const run = await runWith(`refused-${after.replaceAll(/[^\w.-]/g, '_')}`, before, after);
    for (const read of [() => runSpec(run), () => loadRunSpec(run, [])]) {
      const error = await read().catch((caught) => caught);
      expect(error.kind).toBe('spec');
      expect(error.cures.join()).toContain('Put back what it was trained with');
    }
  });
});
