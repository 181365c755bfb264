import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/evaluation.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import { readEvaluations } from '../../src/runs/evaluations.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { safetensorsChecksum } from '../../src/storage/safetensors.js';
import { runCommand } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;
let run: RunFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  run = new RunFolder(join('runs', RUN));
});

afterAll(() => folder.remove());

async function evaluate(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr, exitCode } = await runCommand(Eval, [...argv, '--backend', 'cpu']);
  expect(exitCode).toBe(0);
  return { stdout, stderr };
}

it('eval keeps one report of each protocol in the run folder, in the form of its schema', async () => {
  const { stdout } = await evaluate('--json');
  await evaluate('--split', 'valid', '--batch', '2', '--checkpoint', 'last');
  await evaluate();
  const report = JSON.parse(stdout);
  const kept = JSON.parse(readFileSync(join(run.evaluations, 'test-best-batch1.json'), 'utf8'));
  expect(kept).toEqual({
    ...report,
    seconds: expect.any(Number),
    checkpointSha256: await safetensorsChecksum(run.checkpoint('best')),
    evaluatedAt: expect.any(String),
  });
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(kept), JSON.stringify(validate.errors)).toBe(true);
  expect(await readEvaluations(run)).toMatchObject([
    { split: 'test', checkpoint: 'best', batch: 1, perplexity: report.perplexity, stale: false },
    { split: 'valid', checkpoint: 'last', batch: 2, stale: false },
  ]);
});

it('a kept evaluation is stale once its checkpoint is gone, damaged or replaced', async () => {
  const stale = async () => (await readEvaluations(run)).map((evaluation) => evaluation.stale);
  const aside = `${run.checkpoint('last')}.aside`;
  renameSync(run.checkpoint('last'), aside);
  expect(await stale()).toEqual([false, true]);
  writeFileSync(run.checkpoint('last'), 'no checkpoint');
  expect(await stale()).toEqual([false, true]);
  renameSync(aside, run.checkpoint('last'));
  expect(await stale()).toEqual([false, false]);
  await train('--resume', RUN, '--set', 'training.epochs=4');
  expect((await stale())[1]).toBe(true);
});

it('files that are not evaluations are ignored', async () => {
  const names = ['test-odd.json', 'empty.json', 'list.json', 'notes.txt'];
  const texts = ['{"split": "test"}', '', '[]', 'mine'];
  for (const [index, name] of names.entries()) writeFileSync(join(run.evaluations, name), texts[index] ?? '');
  expect(await readEvaluations(run)).toHaveLength(2);
  for (const name of names) rmSync(join(run.evaluations, name));
});

describe('where the run folder cannot be written', () => {
  it('eval prints the figure and a note where the run folder cannot be written', async () => {
    const aside = `${run.evaluations}.aside`;
    copyFileSync(join(run.evaluations, 'test-best-batch1.json'), aside);
    rmSync(run.evaluations, { recursive: true });
    writeFileSync(run.evaluations, 'a file in the way');
    const { stdout, stderr } = await evaluate();
    expect(stdout).toContain('test perplexity');
    expect(stderr).toContain("The report is not kept in the run's folder:");
    rmSync(run.evaluations);
    mkdirSync(run.evaluations);
    copyFileSync(aside, join(run.evaluations, 'test-best-batch1.json'));
  });

  it.skipIf(process.getuid?.() === 0)(
    'eval prints the figure and a note where permissions forbid writing',
    async () => {
      chmodSync(run.evaluations, 0o500);
      const { stdout, stderr } = await evaluate();
      chmodSync(run.evaluations, 0o700);
      expect(stdout).toContain('test perplexity');
      expect(stderr).toContain('is not kept');
    },
  );
});
