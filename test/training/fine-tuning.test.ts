/** Runs that begin with the parameters of another. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint } from '../../src/runs/checkpoint.js';
import { markLatest } from '../../src/runs/latest-link.js';
import { START } from '../../src/runs/training-progress.js';
import { generateText, prepareSmallCorpus } from '../small-corpus.js';
import { afterWindows, contentOf, type SmallTraining, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

const from = (run: string) => `model.init={from: ${run}}`;
/** Updates too small to change any parameter in float32: at the end they are those of the beginning. */
const STILL = ['training.optimizer={sgd: { learningRate: 1.0e-8 }}', 'training.clipNorm=1.0e-6'];
const FLAT = 'training.schedule={constant: {}}';

/** The failure of a training. */
const failure = (training: SmallTraining) =>
  trainSmall(place, training).then(
    () => expect.unreachable('it trained'),
    (error) => error,
  );

const refusal = (kind: string, ...parts: string[]) =>
  expect.objectContaining({ kind, message: expect.stringMatching(new RegExp(parts.join('.*'), 's')) });

async function checkpointOf(run: string, name: 'best' | 'last' = 'last'): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(place.run(run).checkpoint(name));
  if (!checkpoint) throw new Error(`Run ${run} has no ${name} checkpoint`);
  return checkpoint;
}

const valuesOf = (arrays: Checkpoint['parameters']) =>
  Object.fromEntries([...arrays].map(([name, { data }]) => [name, data]));

beforeAll(async () => {
  // Its best epoch is not its last, and its averages are not its parameters.
  const overrides = [FLAT, 'training.optimizer={averagedSgd: { learningRate: 1, startEpoch: 2 }}'];
  await trainSmall(place, { name: 'averaged', overrides });
  await trainSmall(place, { name: 'plain', overrides: ['training.epochs=2', 'model.forgetBias=1'] });
});

describe('a run with model.init.from', () => {
  it('a run with model.init.from begins with exactly the best parameters of that run, saved before the first window', async () => {
    const copy = join(place.root, 'first.safetensors');
    await trainSmall(place, {
      name: 'tuned',
      overrides: [from('plain')],
      interruptAt: afterWindows(1),
      onEvent: ({ kind }) => {
        if (kind === 'window') copyFileSync(place.run('tuned').checkpoint('last'), copy);
      },
    });
    const first = await readCheckpoint(copy);
    const source = valuesOf((await checkpointOf('plain', 'best')).parameters);
    expect(first?.position).toEqual({ ...START, row: null });
    expect(first && valuesOf(first.parameters)).toEqual(source);
    expect(valuesOf((await checkpointOf('tuned')).parameters)).not.toEqual(source);
  });

  it('a run with model.init.from begins with the averages of that run, if it has any', async () => {
    const source = await checkpointOf('averaged', 'best');
    const averages = [...source.optimizer].map(
      ([name, array]) => [name.replace(/^average\./, ''), array] as const,
    );
    expect(averages.length).toBe(source.parameters.size);
    await trainSmall(place, {
      name: 'from-averages',
      overrides: [from('averaged'), ...STILL, FLAT],
      interruptAt: afterWindows(1),
    });
    const { parameters, optimizer } = await checkpointOf('from-averages');
    expect(valuesOf(parameters)).toEqual(valuesOf(new Map(averages)));
    expect(valuesOf(parameters)).not.toEqual(valuesOf(source.parameters));
    expect(optimizer.size).toBe(0);
  });

  it('the source may be named as the latest or by its path, and differ in all that is not a parameter', async () => {
    const overrides = [
      from('latest'),
      'training.bptt=7',
      'training.batchSize=3',
      'dropout.output.rate=0.5',
      'training.optimizer={adam: {}}',
      'training.seed=5',
    ];
    await markLatest(place.run('plain'));
    await trainSmall(place, { name: 'other', overrides, interruptAt: afterWindows(2) });
    await trainSmall(place, {
      name: 'by-path',
      overrides: [from(place.run('averaged').path)],
      runsFolder: join(place.root, 'other-runs'),
      interruptAt: afterWindows(1),
    });
    const { sessions } = JSON.parse(readFileSync(place.run('other').environment, 'utf8'));
    expect(sessions[0].startedFrom).toBe(place.run('plain').path);
  });

  it('a run no longer needs its source once it has a checkpoint of its own', async () => {
    await trainSmall(place, { name: 'source', overrides: ['training.epochs=1', FLAT] });
    const overrides = [from('source')];
    await trainSmall(place, { name: 'heir-whole', overrides });
    await trainSmall(place, { name: 'heir', overrides, interruptAt: (event) => event.kind === 'window' });
    rmSync(place.run('source').path, { recursive: true });
    await trainSmall(place, { resume: 'heir', interruptAt: afterWindows(40) });
    await trainSmall(place, { resume: 'heir' });
    expect(await contentOf(place.run('heir'))).toEqual(await contentOf(place.run('heir-whole')));
  });

  it('a run takes the parameters again when it was stopped before its first checkpoint', async () => {
    await trainSmall(place, { name: 'early-whole', overrides: [from('plain')] });
    await trainSmall(place, { name: 'early', overrides: [from('plain')], interruptAt: afterWindows(5) });
    rmSync(join(place.run('early').path, 'checkpoints'), { recursive: true });
    await trainSmall(place, { resume: 'early' });
    expect(await contentOf(place.run('early'))).toEqual(await contentOf(place.run('early-whole')));
  });
});

describe('a run cannot begin', () => {
  const refused = async (overrides: readonly string[], more: Partial<SmallTraining> = {}) => {
    const before = readdirSync(place.runs);
    const error = await failure({ name: 'refused', overrides: [...overrides], ...more });
    expect(readdirSync(place.runs)).toEqual(before);
    return error;
  };

  it('a run cannot begin with a run that is not there', async () => {
    const error = await refused([from('plian')]);
    expect(error).toEqual(refusal('data', 'model.init.from: There is no run "plian" in', 'the newest are'));
    expect(await refused([from('plain')], { runsFolder: join(place.root, 'empty') })).toEqual(
      refusal('data', 'model.init.from: There is no run in', 'empty'),
    );
    expect(existsSync(join(place.root, 'empty'))).toBe(false);
  });

  it('a run cannot begin with a run of another network, and every key that differs is named', async () => {
    const error = await refused([
      from('plain'),
      'model.embedding=9',
      'model.layers.1={gru: 8}',
      'dropout.output.rate=0',
    ]);
    expect(error).toEqual(refusal('spec', 'model.init.from: Run plain has another network'));
    expect(error.message.split('\n').slice(1)).toEqual([
      '  model.embedding: 8 in the run, 9 here',
      '  model.layers.1: {"lstm":8} in the run, {"gru":8} here',
    ]);
    expect(await refused([from('plain'), 'model.tieEmbedding=true'])).toEqual(
      refusal('spec', 'model.tieEmbedding: false in the run, true here'),
    );
    expect(await refused([from('plain'), 'model.layers=[{ lstm: 8 }, { lstm: 8 }, { lstm: 8 }]'])).toEqual(
      refusal('spec', 'model.layers:'),
    );
  });

  it('a run cannot begin with the run of an n-gram model', async () => {
    const run = place.run('kn5');
    mkdirSync(run.path);
    writeFileSync(run.spec, 'corpus: small\nmodel: { ngram: {} }\n');
    expect(await refused([from('kn5')])).toEqual(
      refusal('spec', 'model.init.from: Run kn5 is that of an n-gram model'),
    );
  });

  it('a run cannot begin with a run of another vocabulary', async () => {
    const dataFolder = join(place.root, 'other-data');
    await prepareSmallCorpus(dataFolder, { train: `${generateText(99, 1)}the zebra waits\n` });
    expect(await refused([from('plain')], { dataFolder })).toEqual(
      refusal('data', 'model.init.from: Run plain was trained with another vocabulary', dataFolder),
    );
  });

  it('a run cannot begin with a run that has validated nothing yet', async () => {
    await trainSmall(place, { name: 'young', interruptAt: afterWindows(2) });
    const error = await refused([from('young')]);
    expect(error).toEqual(refusal('data', 'model.init.from: Run young has no best checkpoint'));
    expect(error.cures.join()).toContain('zlm train --resume young');
  });

  it('a run cannot begin with itself', async () => {
    await markLatest(place.run('plain'));
    await trainSmall(place, { name: 'lonely', overrides: [from('latest')], interruptAt: afterWindows(1) });
    rmSync(join(place.run('lonely').path, 'checkpoints'), { recursive: true });
    const error = await failure({ resume: 'lonely' });
    expect(error).toEqual(
      refusal('spec', 'model.init.from: Run lonely cannot begin with its own parameters'),
    );
  });
});
