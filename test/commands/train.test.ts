import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import errorSchema from '../../schemas/output/error.schema.json' with { type: 'json' };
import trainSchema from '../../schemas/output/train.schema.json' with { type: 'json' };
import planSchema from '../../schemas/output/train-dry-run.schema.json' with { type: 'json' };
import Train from '../../src/commands/train.js';
import type { TrainingOutcome } from '../../src/systems/system.js';
import type { NetworkPlan } from '../../src/training/plan.js';
import { type CommandRun, redactPaths, runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { afterWindows, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

const train = <Result = TrainingOutcome>(...argv: string[]): Promise<CommandRun<Result>> =>
  runCommand<Result>(Train, [...argv, '--data', place.data, '--runs', place.runs]);

/** Does what Ctrl-C does as soon as a run has trained its first window. */
async function interrupt(name: string): Promise<void> {
  while (!existsSync(place.run(name).metrics)) await sleep(1);
  process.emit('SIGINT');
}

/** A command with all it printed, in the way of a terminal's copy; without what differs from time to time. */
function transcript(argv: readonly string[], { stdout, stderr, exitCode }: CommandRun): string {
  const text = [['$ zlm train', ...argv].join(' '), stderr.trim(), stdout.trim(), `[exit code ${exitCode}]`];
  const lines = redactPaths(text.filter((part) => part !== '').join('\n'));
  return `${lines
    // On a busy machine there are lines between the first and the last of an epoch.
    .replace(/^epoch .* (?!1\/|28\/)\d+\/28 windows.*\n/gm, '')
    .replace(/(?<=tokens|tokens\/s), [^\n]*(?=\n)/g, '')
    .replace(/[\d.,]+k? (?=tokens\/s)/g, '<speed> ')
    .replace(/\d+(\.\d)? s\b/g, '<time>')
    .replace(/(?<=after )\d+(?= windows)/g, '<some>')}\n`;
}

describe('the whole output of a training', () => {
  const golden = (name: string) => `../golden/cli/train-${name}.txt`;

  it('the output of a training, and of resuming a finished run, equals the golden file', async () => {
    const argv = [place.spec, '--name', 'success', '--backend', 'wasm'];
    const first = await train(...argv);
    expect(first.exitCode).toBe(0);
    const again = await train('--resume', 'success');
    expect(again.exitCode).toBe(0);
    const text = [transcript(argv, first), transcript(['--resume', 'success'], again)].join('\n');
    await expect(text).toMatchFileSnapshot(golden('success'));
  });

  it('the output of an interrupted training equals the golden file', async () => {
    const argv = [place.spec, '--name', 'interruption', '--set', 'training.epochs=40'];
    const [run] = await Promise.all([train(...argv), interrupt('interruption')]);
    expect(run.exitCode).toBe(130);
    await expect(transcript(argv, run).replace(/^epoch.*\n/gm, '')).toMatchFileSnapshot(
      golden('interruption'),
    );
  });

  it('the output of refused trainings equals the golden file', async () => {
    await trainSmall(place, { name: 'refused', interruptAt: afterWindows(30) });
    const refusals = [
      [],
      ['none.yaml'],
      [place.spec, '--set', 'training.epoch=5'],
      [place.spec, '--set', 'corpus=other'],
      [place.spec, '--set', 'training.bptt=1000'],
      [place.spec, '--name', 'refused'],
      [place.spec, '--name', 'latest'],
      [place.spec, '--name', 'a', '--resume', 'refused'],
      [place.spec, '--backend', 'vulkan'],
      ['--resume', 'refusde'],
      ['--resume', 'refused', '--set', 'training.seed=2', '--set', 'training.clipNorm=1'],
      [place.spec, '--name', 'hot', '--set', 'training.optimizer.sgd.learningRate=1e6'],
    ];
    const transcripts: string[] = [];
    for (const argv of refusals) {
      const run = await train(...argv);
      expect(run.stdout).toBe('');
      transcripts.push(transcript(argv, run));
    }
    await expect(transcripts.join('\n')).toMatchFileSnapshot(golden('refusals'));
  });

  it('the output of a planned training equals the golden file', async () => {
    const before = existsSync(place.runs) ? readdirSync(place.runs) : [];
    const argv = [place.spec, '--dry-run'];
    const run = await train<NetworkPlan>(...argv);
    const text = transcript(argv, run)
      .replace(/[\d.]+ GFLOP/, '<speed> GFLOP')
      .replace(/[\d.]+ [GM]B available/g, '<memory> available')
      .replace(/(?<!memory )about .*(s|h|min)$/gm, 'about <time>');
    await expect(text).toMatchFileSnapshot(golden('dry-run'));
    expect(existsSync(place.runs) ? readdirSync(place.runs) : []).toEqual(before);
  });
});

describe('--json', () => {
  it('train --json prints an outcome of its schema', async () => {
    const { stdout, result, exitCode } = await train(place.spec, '--name', 'json', '--json');
    expect(exitCode).toBe(0);
    expectSchema(trainSchema, stdout);
    expect(result).toMatchObject({
      outcome: 'finished',
      run: 'json',
      epochs: 3,
      windows: 84,
      backend: 'wasm',
    });
    const again = await train('--resume', 'json', '--json');
    expectSchema(trainSchema, again.stdout);
    expect(again.result).toMatchObject({ alreadyFinished: true, windows: 84, warnings: [] });
  });

  it('train --dry-run --json prints a plan of its schema', async () => {
    const { stdout, result } = await train<NetworkPlan>(place.spec, '--dry-run', '--json');
    expectSchema(planSchema, stdout);
    expect(result).toMatchObject({ windowsPerEpoch: 28, epochs: 3 });
  });

  it('train --json contains the warnings, which are shown as well', async () => {
    const decay = 'training.schedule={decay: {factor: 0.5, afterEpoch: 2}}';
    const argv = [place.spec, '--set', decay, '--set', 'training.epochs=1', '--json'];
    const warning = expect.stringMatching(/^--set training\.epochs=1 {2}Warning: Training ends with epoch 1/);
    const { stderr, stdout, result } = await train(...argv, '--name', 'short');
    expectSchema(trainSchema, stdout);
    expect(result).toMatchObject({ outcome: 'finished', epochs: 1, warnings: [warning] });
    expect(stderr).toContain('Warning: Training ends with epoch 1');
    const plan = await train<NetworkPlan>(...argv, '--dry-run');
    expectSchema(planSchema, plan.stdout);
    expect(plan.result).toMatchObject({ epochs: 1, warnings: [warning] });
    expect(plan.stderr).toContain('Warning: Training ends with epoch 1');
  });

  it('train --json prints an interruption as an error', async () => {
    const argv = [place.spec, '--name', 'json-interrupted', '--set', 'training.epochs=40', '--json'];
    const [{ stdout, exitCode }] = await Promise.all([train(...argv), interrupt('json-interrupted')]);
    expect(exitCode).toBe(130);
    expectSchema(errorSchema, stdout);
    expect(JSON.parse(stdout).error).toMatchObject({
      kind: 'interrupted',
      cures: [expect.stringContaining('zlm train --resume json-interrupted --runs')],
    });
  });
});

it('a plan of a run to resume can be made', async () => {
  await trainSmall(place, {
    name: 'planned',
    interruptAt: afterWindows(1),
    overrides: ['training.epochs=5'],
  });
  const status = readFileSync(place.run('planned').status, 'utf8');
  const { result } = await train<NetworkPlan>('--resume', 'planned', '--dry-run');
  expect(result).toMatchObject({ epochs: 5 });
  expect(readFileSync(place.run('planned').status, 'utf8')).toBe(status);
});
