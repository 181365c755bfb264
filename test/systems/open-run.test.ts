import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { evaluateStream } from '../../src/evaluation/perplexity.js';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import type { CheckpointName, RunFolder } from '../../src/runs/run-folder.js';
import { openRun } from '../../src/systems/open-run.js';
import { generateText, prepareSmallCorpus } from '../small-corpus.js';
import { afterWindows, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

beforeAll(async () => {
  await trainSmall(place, { name: 'run', interruptAt: afterWindows(30) });
});

async function load(run: RunFolder, checkpoint: CheckpointName, dataFolder = place.data) {
  const request = { run: run.path, checkpoint, dataFolder, runsFolder: place.runs, backend: 'wasm' } as const;
  const opened = await openRun(request);
  const parameters = opened.predictor.network?.parameters;
  if (!parameters) throw new Error('a network without parameters');
  return { ...opened, parameters };
}

it.each(['best', 'last'] as const)(
  'openRun gives the %s parameters and their place in the training',
  async (name) => {
    const run = place.run('run');
    const { parameters, predictor, corpus, position, dispose } = await load(run, name);
    const checkpoint = await readCheckpoint(run.checkpoint(name));
    for (const [parameter, variable] of parameters) {
      expect(variable.dataSync(), parameter).toEqual(checkpoint?.parameters.get(parameter)?.data);
    }
    expect(position.windows).toBe(name === 'best' ? 28 : 30);
    expect(corpus.vocabulary.size).toBe(predictor.vocabularySize);
    dispose();
  },
);

it.each(['best', 'last'] as const)(
  'openRun gives the averages of the parameters when %s has any',
  async (name) => {
    const overrides = [
      'training.optimizer={averagedSgd: { learningRate: 1, startEpoch: 1 }}',
      'training.schedule={constant: {}}',
      'training.epochs=1',
    ];
    const run = place.run(`averaged-${name}`);
    await trainSmall(place, { name: run.name, overrides });
    const { parameters, predictor, corpus, dispose } = await load(run, name);
    const checkpoint = await readCheckpoint(run.checkpoint(name));
    for (const [parameter, variable] of parameters) {
      const average = checkpoint?.optimizer.get(`average.${parameter}`)?.data;
      expect(variable.dataSync(), parameter).toEqual(average);
      expect(average, parameter).not.toEqual(checkpoint?.parameters.get(parameter)?.data);
    }
    // Its perplexity is that of the validation in training.
    const valid = await evaluateStream(predictor, corpus.split('valid'), { batch: 4 });
    expect(valid.perplexity).toBe(checkpoint?.position.best?.perplexity);
    dispose();
  },
);

it('openRun refuses another vocabulary', async () => {
  const data = join(place.root, 'other-data');
  await prepareSmallCorpus(data, { train: `${generateText(99, 1)}the zebra waits\n` });
  await expect(load(place.run('run'), 'last', data)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringMatching(/run was trained with another vocabulary than that of .*other-data/),
  });
});

it('openRun says when a missing checkpoint is written', async () => {
  await trainSmall(place, { name: 'young', interruptAt: afterWindows(2) });
  const run = place.run('young');
  await expect(load(run, 'best')).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining('no best checkpoint; it is written when the first epoch is validated'),
    cures: [expect.stringContaining(`--resume ${run.path}`), expect.stringContaining('--checkpoint last')],
  });
  rmSync(run.checkpoint('last'));
  await expect(load(run, 'last')).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining('no last checkpoint'),
  });
});
