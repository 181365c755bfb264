import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { findRun } from '../../src/runs/list-runs.js';
import { readStatus } from '../../src/runs/status.js';
import { loadSpec } from '../../src/spec/load.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/storage/safetensors.js';
import { readMetrics } from '../../src/training/metrics.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';
import { mountTmpfs } from '../storage/tmpfs.js';

const place = useWorkplace();
const WINDOWS = 28;

const refusal = (kind: string, ...parts: string[]) =>
  expect.objectContaining({ kind, message: expect.stringMatching(new RegExp(parts.join('.*'), 's')) });

describe('a run folder', () => {
  it('a run folder contains everything of its run, and is the latest', async () => {
    const overrides = ['training.epochs=2', 'training.seed=7'];
    const outcome = await trainSmall(place, { overrides });
    expect(outcome.run).toMatch(/^\d{4}-\d\d-\d\d-\d{6}-tiny$/);
    const run = place.run(outcome.run);
    expect(readdirSync(run.path).sort()).toEqual([
      'checkpoints',
      'environment.json',
      'metrics.jsonl',
      'overrides.txt',
      'spec.yaml',
      'status.json',
      'tensorboard',
    ]);
    expect(readdirSync(join(run.path, 'checkpoints')).sort()).toEqual([
      'best.safetensors',
      'last.safetensors',
    ]);
    expect((await loadSpec(run.spec)).spec).toEqual((await loadSpec(place.spec, overrides)).spec);
    expect(readFileSync(run.overrides, 'utf8')).toBe('training.epochs=2\ntraining.seed=7\n');
    expect((await findRun(place.runs, 'latest')).name).toBe(outcome.run);
    expect(await readStatus(run)).toMatchObject({
      state: 'finished',
      corpus: 'small',
      epoch: 2,
      epochs: 2,
      best: outcome.best,
      seconds: outcome.seconds,
    });
    expect(await readMetrics(run)).toHaveLength(2 * WINDOWS + 2);
  });

  it('a run folder says that it is in training', async () => {
    const states: Promise<string>[] = [];
    await trainSmall(place, {
      name: 'states',
      interruptAt: afterWindows(2),
      onEvent: ({ kind }) => {
        if (kind === 'window' || kind === 'end')
          states.push(readStatus(place.run('states')).then(({ state }) => state));
      },
    });
    expect(await Promise.all(states)).toEqual(['running', 'running', 'interrupted']);
  });
});

describe('a seed', () => {
  it('a seed gives one run, and another seed another run', async () => {
    const overrides = ['training.windowsPerEpoch=5', 'training.epochs=2'];
    for (const [name, seed] of Object.entries({ a: 3, b: 3, c: 4 })) {
      await trainSmall(place, { name: `seed-${name}`, overrides: [...overrides, `training.seed=${seed}`] });
    }
    const content = await contentOf(place.run('seed-a'));
    expect(await contentOf(place.run('seed-b'))).toEqual(content);
    expect(await contentOf(place.run('seed-c'))).not.toEqual(content);
  });
});

it.each([
  'sgd: { learningRate: 1 }',
  'averagedSgd: { learningRate: 1, startEpoch: 1 }',
  'adam: {}',
  'rmsprop: {}',
])(
  'the number of tensors does not grow over hundreds of windows of a language model, with %s',
  async (optimizer) => {
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === 'window') counts.push(tf.memory().numTensors);
    };
    const overrides = ['training.epochs=11', `training.optimizer={${optimizer}}`];
    await trainSmall(place, { name: `long-${optimizer.split(':')[0]}`, overrides, onEvent });
    expect(counts).toHaveLength(11 * WINDOWS);
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  },
);

describe('the lock of a run', () => {
  it('the lock of a run keeps a second trainer out, and names the first', async () => {
    const second: Promise<unknown>[] = [];
    await trainSmall(place, {
      name: 'locked',
      interruptAt: afterWindows(4),
      onEvent: (event) => {
        if (event.kind !== 'window' || event.position.windows !== 2) return;
        second.push(trainSmall(place, { resume: 'locked' }).catch((error) => error));
      },
    });
    expect(await Promise.all(second)).toEqual([
      refusal('data', 'locked is in use by process', `${process.pid}`),
    ]);
    await trainSmall(place, { resume: 'locked', interruptAt: afterWindows(5) });
  });

  it('the lock of a dead trainer is taken over', async () => {
    await trainSmall(place, { name: 'orphan', interruptAt: afterWindows(2) });
    const { path } = place.run('orphan');
    const owner = { pid: 99_999_999, host: hostname(), since: '2026-01-31T12:00:00.000Z' };
    writeFileSync(join(path, 'lock.1000000000000.99999999.0123abcd.json'), JSON.stringify(owner));
    await trainSmall(place, { resume: 'orphan', interruptAt: afterWindows(3) });
    expect(readdirSync(path).filter((name) => name.startsWith('lock'))).toEqual([]);
  });
});

describe('a session that cannot begin', () => {
  const records = (name: string) => {
    const { overrides, environment, spec, metrics } = place.run(name);
    return [overrides, environment, spec, metrics].map((path) =>
      statSync(path).isFile() ? readFileSync(path, 'utf8') : 'a folder',
    );
  };

  it('a session whose checkpoint does not fit the model leaves the records as they were', async () => {
    await trainSmall(place, { name: 'misfit', interruptAt: afterWindows(3) });
    const path = place.run('misfit').checkpoint('last');
    const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
    const other = [...tensors.values()].filter(
      ({ name }) => !name.startsWith('optimizer') && !name.startsWith('state'),
    );
    writeFileSync(path, Buffer.concat(encodeSafetensors(other, metadata)));
    const before = records('misfit');
    const training = trainSmall(place, { resume: 'misfit', overrides: ['training.epochs=9'] });
    await expect(training).rejects.toEqual(refusal('data', 'last.safetensors'));
    expect(records('misfit')).toEqual(before);
  });

  it('a session whose records cannot all be written leaves them as they were', async () => {
    await trainSmall(place, { name: 'unrecorded', interruptAt: afterWindows(3) });
    const { environment } = place.run('unrecorded');
    rmSync(environment);
    mkdirSync(join(environment, 'mine'), { recursive: true });
    const before = records('unrecorded');
    const training = trainSmall(place, { resume: 'unrecorded', overrides: ['training.epochs=9'] });
    await expect(training).rejects.toEqual(refusal('data', 'environment.json'));
    expect(records('unrecorded')).toEqual(before);
    rmSync(environment, { recursive: true });
    await trainSmall(place, { resume: 'unrecorded', interruptAt: afterWindows(4) });
  });
});

describe('a training that diverges', () => {
  it.each([
    // A loss that stays too high; and a weight decay that overflows the weights within a few steps.
    [
      '1e6',
      'epoch 1, window \\d+: mean nll .* nats .*, gradient norm .*, learning rate 1000000',
      'training.weightDecay=0',
    ],
    ['1e6', 'Training diverged', 'training.weightDecay=1'],
  ])(
    'a training that diverges stops with the facts, and keeps the last good checkpoint (learning rate %s, %s, %s)',
    async (rate, message, decay) => {
      const name = `hot-${decay.at(-1)}`;
      const overrides = [
        `training.optimizer.sgd.learningRate=${rate}`,
        decay,
        'training.checkpoint.everyMinutes=0.00001',
      ];
      const windows: number[] = [];
      const training = trainSmall(place, {
        name,
        overrides,
        onEvent: (event) => event.kind === 'window' && windows.push(event.position.windows),
      });
      await expect(training).rejects.toEqual(refusal('diverged', message));
      const kept = [expect.stringMatching(/^The last checkpoint, after \d windows?, is kept\.$/)];
      await expect(training).rejects.toMatchObject({
        cures: [...kept, expect.stringContaining('lower training.optimizer.sgd.learningRate')],
      });
      expect(windows.length).toBeLessThan(WINDOWS);
      const run = place.run(name);
      expect(await readStatus(run)).toMatchObject({ state: 'diverged', epoch: 0 });
      const checkpoint = await readCheckpoint(run.checkpoint('last'));
      // The first step is what goes wrong; while there is evidence of that, no checkpoint is written.
      expect(checkpoint?.position.windows ?? 0).toBeGreaterThanOrEqual(1);
      expect(checkpoint?.position.windows ?? 0).toBeLessThan(6);
      for (const [parameter, { data }] of checkpoint?.parameters ?? []) {
        expect(data.every(Number.isFinite), parameter).toBe(true);
      }
      expect(readdirSync(run.path).filter((file) => file.startsWith('lock'))).toEqual([]);
    },
  );
});

describe('a disk', () => {
  it('a full disk stops the run, which continues from its last checkpoint when there is space', async ({
    skip,
  }) => {
    const runsFolder = mountTmpfs('size=256k');
    if (!runsFolder) return skip('cannot mount a small file system here');
    const ballast = join(runsFolder, 'ballast');
    const overrides = ['training.checkpoint.everyMinutes=0.00001'];
    const training = trainSmall(place, {
      name: 'full',
      runsFolder,
      overrides,
      onEvent: (event) => {
        if (event.kind === 'window' && event.position.windows === 40) fillDisk(ballast);
      },
    });
    const error = await training.catch((caught) => caught);
    expect(error).toEqual(refusal('data', runsFolder, 'no space left'));
    // The typed command would find that the name exists.
    expect(error.cures).toEqual([
      'Free some space on that disk, or choose a folder on another one.',
      'Then continue the run: `zlm train --resume full`.',
    ]);
    await expect(trainSmall(place, { name: 'new', runsFolder })).rejects.toEqual(
      refusal('data', 'no space left'),
    );
    expect(readdirSync(runsFolder)).not.toContain('new');
    const run = await findRun(runsFolder, 'full');
    expect(await contentOf(run)).toMatchObject({ position: { windows: expect.any(Number), epochs: 1 } });
    expect(await readStatus(run)).toMatchObject({ state: 'running', epoch: 1 });
    // With the disk still full it reports it again, and damages nothing.
    await expect(trainSmall(place, { resume: 'full', runsFolder })).rejects.toEqual(
      refusal('data', 'no space left'),
    );

    rmSync(ballast);
    expect(await trainSmall(place, { resume: 'full', runsFolder })).toMatchObject({ windows: 3 * WINDOWS });
    await trainSmall(place, { name: 'not-full', overrides });
    expect(await contentOf(run)).toEqual(await contentOf(place.run('not-full')));
    expect((await readMetrics(run)).filter(({ kind }) => kind === 'windows')).toHaveLength(3 * WINDOWS);
  });

  it('a read-only disk is named', async ({ skip }) => {
    const runsFolder = mountTmpfs('ro');
    if (!runsFolder) return skip('cannot mount a read-only file system here');
    await expect(trainSmall(place, { runsFolder })).rejects.toEqual(refusal('data', runsFolder, 'read-only'));
  });
});

describe('a runs folder', () => {
  it.skipIf(process.getuid?.() === 0)(
    'a runs folder that may not be written is named (skipped as root)',
    async () => {
      const runsFolder = join(place.root, 'forbidden');
      await trainSmall(place, { runsFolder, name: 'a', interruptAt: afterWindows(1) });
      chmodSync(runsFolder, 0o500);
      onTestFinished(() => chmodSync(runsFolder, 0o700));
      await expect(trainSmall(place, { runsFolder })).rejects.toEqual(
        refusal('data', runsFolder, 'permission'),
      );
    },
  );

  it('a file in the place of the runs folder is named, and nothing is made', async () => {
    const runsFolder = join(place.root, 'file');
    writeFileSync(runsFolder, 'precious');
    await expect(trainSmall(place, { runsFolder })).rejects.toEqual(refusal('data', runsFolder));
    expect(readFileSync(runsFolder, 'utf8')).toBe('precious');
  });

  it('no runs folder is made for a spec or a corpus that is not there', async () => {
    const runsFolder = join(place.root, 'unmade');
    await expect(trainSmall(place, { runsFolder, spec: 'none.yaml' })).rejects.toEqual(
      refusal('spec', 'none.yaml'),
    );
    await expect(trainSmall(place, { runsFolder, dataFolder: 'none' })).rejects.toEqual(
      refusal('data', 'none'),
    );
    await expect(trainSmall(place, { runsFolder, overrides: ['training.bptt=1000'] })).rejects.toEqual(
      refusal('spec', 'too long for corpus small'),
    );
    expect(existsSync(runsFolder)).toBe(false);
  });
});

/** Fills the disk to the last byte. */
function fillDisk(path: string): void {
  try {
    for (;;) writeFileSync(path, new Uint8Array(4096), { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
