import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { generateText, prepareSmallCorpus } from '../small-corpus.js';
import { afterWindows, contentOf, type SmallTraining, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const WINDOWS = 28;

/** The failure of a training. */
const failure = (training: SmallTraining) =>
  trainSmall(place, training).then(
    () => expect.unreachable('it trained'),
    (error) => error,
  );

const refusal = (kind: string, ...parts: string[]) =>
  expect.objectContaining({ kind, message: expect.stringMatching(new RegExp(parts.join('.*'), 's')) });

beforeAll(async () => {
  await trainSmall(place, { name: 'whole' });
});

describe('a run is not resumed', () => {
  beforeAll(async () => {
    await trainSmall(place, { name: 'base', interruptAt: afterWindows(WINDOWS + 2) });
  });

  it('a run is not resumed with a changed spec, and every key is named with both values', async () => {
    const overrides = [
      'training.optimizer.sgd.learningRate=2',
      'model.layers.0.lstm=9',
      'dropout.input.rate=0',
    ];
    const error = await failure({ resume: 'base', overrides });
    expect(error).toEqual(refusal('spec', 'Run base was begun with another spec'));
    expect(error.message.split('\n').slice(1)).toEqual([
      '  model.layers.0.lstm: 8 in the run, 9 now',
      '  dropout.input.rate: 0.2 in the run, 0 now',
      '  training.optimizer.sgd.learningRate: 1 in the run, 2 now',
    ]);
    expect(error.cures.join()).toContain('zlm train --resume base');
  });

  it('a run is not resumed with another spec file', async () => {
    const other = join(place.root, 'other.yaml');
    writeFileSync(other, readFileSync(place.spec, 'utf8').replace('bptt: 5', 'bptt: 6'));
    expect(await failure({ resume: 'base', spec: other })).toEqual(
      refusal('spec', 'training.bptt: 5 in the run, 6 now'),
    );
  });

  it('a run is not resumed when its spec.yaml was edited by hand', async () => {
    await trainSmall(place, { name: 'edited', interruptAt: afterWindows(2) });
    const { spec } = place.run('edited');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace('seed: 1', 'seed: 2'));
    expect(await failure({ resume: 'edited' })).toEqual(refusal('spec', 'edited/spec.yaml was edited'));
    writeFileSync(spec, 'corpus: [small');
    expect(await failure({ resume: 'edited' })).toEqual(refusal('spec', 'spec.yaml:1'));
  });

  it('a run is not resumed with fewer epochs than it has begun', async () => {
    expect(await failure({ resume: 'base', overrides: ['training.schedule={constant: {}}'] })).toEqual(
      refusal('spec', 'training.schedule'),
    );
    await trainSmall(place, {
      name: 'second-epoch',
      overrides: ['training.schedule={constant: {}}'],
      interruptAt: afterWindows(WINDOWS + 2),
    });
    const error = await failure({ resume: 'second-epoch', overrides: ['training.epochs=1'] });
    expect(error).toEqual(refusal('spec', 'has begun epoch 2, but training.epochs is 1'));
    expect(error.cures.join()).toContain('training.epochs=2');
  });

  it('a run is not resumed with other epochs than its cosine schedule was made for', async () => {
    const overrides = ['training.schedule={cosine: {}}'];
    await trainSmall(place, { name: 'cosine', overrides, interruptAt: afterWindows(2) });
    const error = await failure({ resume: 'cosine', overrides: ['training.epochs=5'] });
    expect(error).toEqual(refusal('spec', 'training.epochs: 3 in the run, 5 now'));
    expect(error.cures.join()).toContain(
      'Only training.earlyStopping and training.checkpoint.everyMinutes may change',
    );
    expect(await trainSmall(place, { resume: 'cosine' })).toMatchObject({ longer: null });
    // The hash shows it too: another spec.yaml is not the run's.
    const { spec } = place.run('cosine');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace('epochs: 3', 'epochs: 5'));
    expect(await failure({ resume: 'cosine' })).toEqual(refusal('spec', 'cosine/spec.yaml was edited'));
  });

  it('a run is not resumed with another optimizer, and the message names both', async () => {
    const error = await failure({ resume: 'base', overrides: ['training.optimizer={adam: {}}'] });
    expect(error).toEqual(refusal('spec', 'training.optimizer: {"sgd":', 'in the run, {"adam":', 'now'));
    expect(error.cures.join()).toContain(
      'Only training.epochs, training.earlyStopping and training.checkpoint.everyMinutes may change',
    );
  });

  it.each([
    ['vocabulary', { train: `${generateText(99, 1)}the zebra waits\n` }],
    ['training split', { train: generateText(100, 1).split('\n').reverse().join('\n').trimStart() }],
    ['valid split', { valid: generateText(20, 9) }],
  ])('a run is not resumed with another %s', async (part, texts) => {
    const dataFolder = join(place.root, `data-${part.replace(' ', '-')}`);
    await prepareSmallCorpus(dataFolder, texts);
    expect(await failure({ resume: 'base', dataFolder })).toEqual(
      refusal('data', `base was trained with another ${part}`, dataFolder),
    );
  });

  it('a run is not resumed without its corpus, or when there is no such run', async () => {
    const dataFolder = join(place.root, 'empty');
    expect(await failure({ resume: 'base', dataFolder })).toEqual(
      refusal('data', 'no prepared corpus "small"'),
    );
    expect(await failure({ resume: 'bsae' })).toEqual(refusal('data', 'no run "bsae"', 'base'));
    const runsFolder = join(place.root, 'no-runs');
    expect(await failure({ resume: 'latest', runsFolder })).toEqual(refusal('data', 'no run in', 'no-runs'));
  });

  it('a run is left unchanged by all these refusals', async () => {
    const { path } = place.run('base');
    expect(readdirSync(path).filter((name) => name.startsWith('lock'))).toEqual([]);
    expect(readFileSync(place.run('base').overrides, 'utf8')).toBe('');
    await trainSmall(place, { resume: 'base' });
    expect(await contentOf(place.run('base'))).toEqual(await contentOf(place.run('whole')));
  });
});

describe('a run that has lost its last checkpoint', () => {
  const lose = (name: string, ...checkpoints: ('last' | 'best')[]) => {
    for (const checkpoint of checkpoints) rmSync(place.run(name).checkpoint(checkpoint));
  };

  it('a run that has lost its last checkpoint is left as it is when it has trained an epoch', async () => {
    await trainSmall(place, { name: 'lost', interruptAt: afterWindows(WINDOWS + 1) });
    lose('lost', 'last');
    const metrics = readFileSync(place.run('lost').metrics, 'utf8');
    const withBest = await failure({ resume: 'lost' });
    expect(withBest).toEqual(refusal('data', 'Run lost has trained whole epochs'));
    expect(withBest.cures.join()).toContain('best.safetensors');
    lose('lost', 'best');
    const withoutBest = await failure({ resume: 'lost' });
    expect(withoutBest).toEqual(refusal('data', 'Run lost has trained whole epochs'));
    expect(withoutBest.cures.join()).not.toContain('best.safetensors');
    expect(readFileSync(place.run('lost').metrics, 'utf8')).toBe(metrics);
  });

  it('a run that has lost its last checkpoint starts again when it has trained no epoch', async () => {
    await trainSmall(place, { name: 'early', interruptAt: afterWindows(2) });
    lose('early', 'last');
    await trainSmall(place, { resume: 'early' });
    expect(await contentOf(place.run('early'))).toEqual(await contentOf(place.run('whole')));
  });
});

describe('a damaged checkpoint', () => {
  beforeAll(async () => {
    await trainSmall(place, { name: 'victim', interruptAt: afterWindows(WINDOWS + 1) });
  });

  it('a damaged checkpoint is refused with its path, whether it is cut off or has a bit flipped', async () => {
    const path = place.run('victim').checkpoint('last');
    const good = readFileSync(path);
    writeFileSync(path, good.subarray(0, good.length - 1));
    expect(await failure({ resume: 'victim' })).toEqual(refusal('data', path));
    const flipped = Buffer.from(good);
    flipped[good.length - 5] ^= 1;
    writeFileSync(path, flipped);
    expect(await failure({ resume: 'victim' })).toEqual(refusal('data', path, 'damaged'));
    writeFileSync(path, good);
    await trainSmall(place, { resume: 'victim', interruptAt: afterWindows(WINDOWS + 2) });
  });

  it('a damaged checkpoint may be replaced by the best one, by hand', async () => {
    const run = place.run('victim');
    renameSync(run.checkpoint('best'), run.checkpoint('last'));
    expect((await readCheckpoint(run.checkpoint('last')))?.position).toMatchObject({
      epochs: 1,
      windows: WINDOWS,
    });
    await trainSmall(place, { resume: 'victim' });
    expect(await contentOf(run)).toEqual(await contentOf(place.run('whole')));
  });

  it('a folder in the place of a checkpoint is refused', async () => {
    const path = place.run('victim').checkpoint('last');
    rmSync(path);
    mkdirSync(path);
    expect(await failure({ resume: 'victim' })).toEqual(refusal('data', path, 'folder'));
  });
});
