/** Networks with topics of the words so far: a table that is read once and then part of the run. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { prepareTopics } from '../../src/topics/prepare-topics.js';
import { readTopicTable, textIdentity } from '../../src/topics/topic-file.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const overrides = ['model.context={ topics: 3, decay: 0.9 }', 'training.epochs=2'];
const prepare = () =>
  prepareTopics({
    dataFolder: place.data,
    corpus: 'small',
    topics: 3,
    iterations: 5,
    sentences: 10,
    seed: 1,
    force: false,
  });

describe('a network with a context', () => {
  let file: string;
  beforeAll(async () => {
    ({ file } = await prepare());
    await trainSmall(place, { name: 'whole', overrides });
  });

  it('a network with a context keeps the topics of its corpus in its checkpoints', async () => {
    const corpus = await PreparedCorpus.open(place.data, 'small');
    const table = await readTopicTable(place.data, 'small', 3, textIdentity(corpus.manifest));
    for (const name of ['best', 'last'] as const) {
      const checkpoint = await readCheckpoint(place.run('whole').checkpoint(name));
      expect([...(checkpoint?.constants.keys() ?? [])]).toEqual(['topics']);
      expect(checkpoint?.constants.get('topics')).toMatchObject({
        shape: [corpus.vocabulary.size, 3],
        data: table.logProbability,
      });
    }
    corpus.close();
  });

  it('a network with a context can be resumed, and used as a start, without the topics', async () => {
    await trainSmall(place, { name: 'interrupted', overrides, interruptAt: afterWindows(31) });
    rmSync(file);
    await trainSmall(place, { resume: 'interrupted' });
    expect(await contentOf(place.run('interrupted'))).toEqual(await contentOf(place.run('whole')));
    const tuned = [...overrides, 'model.init={from: whole}'];
    await trainSmall(place, { name: 'tuned', overrides: tuned, interruptAt: afterWindows(1) });
    await prepare();
  });

  it('a training without its topics is refused, and no folder is made', async () => {
    const other = ['model.context={ topics: 4 }'];
    await expect(trainSmall(place, { name: 'without', overrides: other })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('There are no 4 topics of the corpus "small"'),
      cures: expect.arrayContaining([expect.stringContaining('zlm prepare topics small --topics 4')]),
    });
    expect(existsSync(join(place.runs, 'without'))).toBe(false);
  });

  it('a run with other topics cannot be used as a start', async () => {
    const other = ['model.context={ topics: 4 }', 'model.init={from: whole}'];
    await expect(trainSmall(place, { name: 'without', overrides: other })).rejects.toMatchObject({
      kind: 'spec',
      message: expect.stringContaining('model.context.topics: 3 in the run, 4 here'),
    });
  });
});
