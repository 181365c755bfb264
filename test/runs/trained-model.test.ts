import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { disposeLanguageModel } from '../../src/model/language-model.js';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { loadTrainedModel } from '../../src/runs/trained-model.js';
import { generateText, prepareSmallCorpus } from '../small-corpus.js';
import { afterWindows, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

beforeAll(async () => {
  await trainSmall(place, { name: 'run', interruptAt: afterWindows(30) });
});

it.each(['best', 'last'] as const)('gives the %s parameters and where they stood', async (name) => {
  const run = place.run('run');
  const { model, spec, corpus, position } = await loadTrainedModel(run, name, place.data);
  const checkpoint = await readCheckpoint(run.checkpoint(name));
  for (const [parameter, variable] of model.parameters) {
    expect(variable.dataSync(), parameter).toEqual(checkpoint?.parameters.get(parameter)?.data);
  }
  expect(position.windows).toBe(name === 'best' ? 28 : 30);
  expect(spec.training.bptt).toBe(5);
  expect(corpus.vocabulary.size).toBe(model.architecture.vocabularySize);
  disposeLanguageModel(model);
  corpus.close();
});

it('refuses another vocabulary', async () => {
  const data = join(place.root, 'other-data');
  await prepareSmallCorpus(data, { train: `${generateText(99, 1)}the zebra waits\n` });
  await expect(loadTrainedModel(place.run('run'), 'last', data)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringMatching(/run was trained with another vocabulary than that of .*other-data/),
  });
});

it('tells when a checkpoint that is missing is written', async () => {
  await trainSmall(place, { name: 'young', interruptAt: afterWindows(2) });
  const run = place.run('young');
  await expect(loadTrainedModel(run, 'best', place.data)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining('no best checkpoint; it is written when the first epoch is validated'),
    cures: [expect.stringContaining('--resume young'), expect.stringContaining('--checkpoint last')],
  });
  rmSync(run.checkpoint('last'));
  await expect(loadTrainedModel(run, 'last', place.data)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining('no last checkpoint'),
  });
});
