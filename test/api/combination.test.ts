/** Methods at test time from a program: the functions of the public API, with the figures of each other. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate, evaluateCombination, openCombination, openRun, score } from '../../src/index.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  await train('tiny.yaml', '--name', 'second', '--set', 'training.seed=2', '--set', 'training.epochs=1');
});

afterAll(() => folder.remove());

it('a program evaluates an ensemble, and scores with it as one predictor', async () => {
  const options = { backend: 'cpu' } as const;
  const { perplexity, predictions, members } = await evaluateCombination([RUN, 'second'], {}, options);
  expect(members.map(({ run }) => run)).toEqual([RUN, 'second']);
  const { opened, combination } = await openCombination(RUN, { ensemble: ['second'] }, options);
  const lines = readFileSync('data/small-text/test', 'utf8').trimEnd().split('\n');
  for await (const scored of score(opened, lines, { carryState: true })) {
    if (scored.type !== 'total') continue;
    expect(scored.tokens).toBe(predictions);
    expect(scored.perplexity).toBeCloseTo(perplexity, 8);
  }
  expect(combination.method).toBe('ensemble of 2');
  opened.dispose();
});

it('a combination that is opened evaluates as a run does, and gives the parameters back', async () => {
  const options = { backend: 'cpu' } as const;
  const method = { dynamic: { learningRate: 1e-3, decay: 0.01 }, neuralCache: { flatness: 1, weight: 0.05 } };
  const { perplexity } = await evaluateCombination(RUN, method, options);
  const { opened } = await openCombination(RUN, method, options);
  expect((await evaluate(opened)).perplexity).toBeCloseTo(perplexity, 8);
  opened.dispose();
  const plain = await openRun(RUN, options);
  expect((await evaluate(plain)).perplexity).not.toBeCloseTo(perplexity, 3);
  plain.dispose();
});

it('a program is told that one run without a method is no combination, and of two with one name', async () => {
  await expect(evaluateCombination(RUN, {}, { backend: 'cpu' })).rejects.toMatchObject({
    kind: 'usage',
    message: 'No method is asked for, and there is no ensemble of one run',
  });
  await expect(evaluateCombination([RUN, RUN], {}, { backend: 'cpu' })).rejects.toMatchObject({
    kind: 'usage',
    message: `Run ${RUN} is named twice, and would count twice in the mean`,
  });
});
