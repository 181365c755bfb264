import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/runs.schema.json' with { type: 'json' };
import Runs from '../../src/commands/runs.js';
import type { RunStatus } from '../../src/runs/status.js';
import { runCommand, startZlm } from '../cli/capture.js';

const STATUS: RunStatus = {
  state: 'finished',
  corpus: 'ptb',
  epoch: 13,
  epochs: 13,
  best: { epoch: 13, perplexity: 119.8512 },
  seconds: 7500,
  updatedAt: '2026-11-02T12:00:00.000Z',
};

let runs: string;

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'zlm-runs-'));
});

afterEach(() => rm(runs, { recursive: true }));

async function writeRun(name: string, status: string | RunStatus): Promise<void> {
  await mkdir(join(runs, name));
  const text = typeof status === 'string' ? status : JSON.stringify(status);
  await writeFile(join(runs, name, 'status.json'), text);
}

it('runs lists runs newest first and marks the one that latest means', async () => {
  await writeRun('older', STATUS);
  await writeRun('newer', {
    ...STATUS,
    epoch: 2,
    best: null,
    state: 'interrupted',
    updatedAt: '2026-11-03T12:00:00.000Z',
  });
  await symlink('newer', join(runs, 'latest'));
  const { stdout, exitCode } = await runCommand(Runs, ['--runs', runs]);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    '   run    state        corpus     epoch   valid       time',
    '*  newer  interrupted  ptb      2 of 13       –  2 h 5 min',
    '   older  finished     ptb     13 of 13  119.85  2 h 5 min',
    '',
  ]);
});

it('runs prints JSON of its schema, with an unreadable run in it', async () => {
  await writeRun('good', STATUS);
  await writeRun('torn', '{"state": "runn');
  const { stdout } = await runCommand(Runs, ['--runs', runs, '--json']);
  const printed = JSON.parse(stdout);
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
  expect(printed.runs).toHaveLength(2);
  expect(printed.runs).toContainEqual(
    expect.objectContaining({ name: 'torn', state: 'unreadable', problem: expect.stringContaining('torn') }),
  );
});

it.each(['none', '.'])('runs says how to make the first run when there are none in %s', async (folder) => {
  const { stdout, exitCode } = await runCommand(Runs, ['--runs', join(runs, folder)]);
  expect(stdout).toMatch(/^No runs in <tmp>(\/none)? yet; `zlm train configs\/quickstart.yaml --runs <tmp>/);
  expect(exitCode).toBe(0);
});

it('runs refuses a file in place of the folder', async () => {
  await writeFile(join(runs, 'file'), '');
  const { stderr, exitCode } = await runCommand(Runs, ['--runs', join(runs, 'file')]);
  expect(stderr).toContain('<tmp>/file');
  expect(exitCode).toBe(4);
});

describe('--watch', () => {
  it('runs --watch prints the table again when a run has changed, and ends with exit code 0 on the first interrupt', async () => {
    await writeRun('first', STATUS);
    const { process: child, ended } = startZlm(['runs', '--runs', runs, '--watch', '--interval', '0.1']);
    let printed = '';
    child.stdout?.on('data', (text: string) => {
      printed += text;
    });
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await sleep(20);
    };
    await until(() => printed.includes('first'));
    await sleep(500);
    expect(printed.match(/first/g)).toHaveLength(1);
    await writeRun('second', { ...STATUS, state: 'interrupted' });
    await until(() => printed.includes('second'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: '', signal: null });
    expect(printed).not.toContain('\u001b');
    expect(printed.split('\n\n')).toHaveLength(2);
  });

  it('runs --watch refuses --json', async () => {
    const { stdout, exitCode } = await runCommand(Runs, ['--runs', runs, '--watch', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain('--json');
  });
});
