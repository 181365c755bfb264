/** Trains translators inside this process: exact resume, the estimate of memory, and what may not be combined. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateTranslation } from '../../src/decoding/evaluate-translation.js';
import { translate } from '../../src/decoding/translate.js';
import { readStatus } from '../../src/runs/status.js';
import { loadSpec } from '../../src/spec/load.js';
import { openTranslator, runOpener } from '../../src/systems/open-run.js';
import { readMetrics } from '../../src/training/metrics.js';
import { prepareTinyParallel } from '../corpus/parallel/tiny-parallel.js';
import { numberPairs } from '../number-words.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const SPEC = `
corpus: tiny
task: { translation: { stack: separate } }
model:
  embedding: 16
  layers: [{ lstm: 24 }, { lstm: 24 }]
dropout:
  input: { rate: 0.1 }
  between: { rate: 0.1, mask: sequence }
  recurrent: { rate: 0.1, mask: sequence }
training:
  batchSize: 8
  epochs: 2
  optimizer: { adam: { learningRate: 0.01 } }
`;

const place = useWorkplace();
const spec = join(place.root, 'translation.yaml');

beforeAll(async () => {
  const pairs = numberPairs(150, 1);
  const split = { train: pairs.slice(0, 110), valid: pairs.slice(110, 130), test: pairs.slice(130) };
  await prepareTinyParallel(place.root, {}, split);
  writeFileSync(spec, SPEC);
});

const requestOf = (run: string) => ({
  run,
  runsFolder: place.runs,
  dataFolder: place.data,
  checkpoint: 'best' as const,
  backend: 'auto' as const,
});

describe.each([
  ['shared', 'none'],
  ['separate', 'none'],
  ['separate', 'general'],
])('a translator with a %s stack and attention %s', (stack, attention) => {
  const overrides = [`task.translation={ stack: ${stack}, attention: ${attention} }`];

  it.each([1, 30])('resumes byte-equal after %d batches', async (windows) => {
    const whole = `${stack}-${attention}-whole`;
    if (windows === 1) await trainSmall(place, { spec, name: whole, overrides });
    const name = `${stack}-${attention}-after-${windows}`;
    const first = await trainSmall(place, { spec, name, overrides, interruptAt: afterWindows(windows) });
    expect(first).toMatchObject({ outcome: 'interrupted', windows });
    await trainSmall(place, { resume: name });
    expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run(whole)));
  });
});

describe.each(['none', 'general'])(
  'a translator with attention %s that is trained to the end',
  (attention) => {
    const RUN = `learned-${attention}`;

    beforeAll(async () => {
      const easy = [
        'training.epochs=30',
        'model.init={ uniform: 0.4 }',
        `task.translation.attention=${attention}`,
        'dropout={}',
        'training.optimizer.adam.learningRate=0.01',
      ];
      await trainSmall(place, { spec, name: RUN, overrides: easy, backend: 'auto' });
    });

    it('translates unseen sentences, and reports BLEU, chrF2 and the counted words of the targets', async () => {
      const opened = await openTranslator(requestOf(RUN));
      try {
        const decoding = { beam: 3, lengthPenalty: 1, longest: null };
        const texts: string[] = [];
        const onTranslations = (found: readonly string[]) => void texts.push(...found);
        const report = await evaluateTranslation(opened, { split: 'test', decoding, onTranslations });
        const references = await opened.corpus.text('test', 'target');
        const words = references.reduce((sum, text) => sum + text.split(' ').length + 1, 0);
        expect(report).toMatchObject({ system: 'translation', pairs: 20, predictions: words });
        expect(report.perplexity).toBeLessThan(2);
        const right = texts.filter((text, pair) => text === references[pair]).length;
        expect(right).toBeGreaterThan(5);
        expect(report.translations?.bleu.score).toBeGreaterThan(40);
      } finally {
        opened.dispose();
      }
    });

    it('gives translations in the order of the sentences, an empty one for an empty line', async () => {
      const opened = await openTranslator(requestOf(RUN));
      try {
        const sentences = ['one.', '', 'two three four.', 'seven.'];
        const search = { beam: 2, lengthPenalty: 1, longest: null, nBest: 2, readAhead: 3 };
        const results = [];
        for await (const result of translate(opened, { ...search, sentences })) results.push(result);
        expect(results.map((result) => ('line' in result ? result.source : result.type))).toEqual([
          ...sentences,
          'total',
        ]);
        expect(results[1]).toMatchObject({ translations: [{ text: '', ended: true }] });
        expect(results[3]).toMatchObject({ unknownWords: 1 });
        expect(results[4]).toMatchObject({ sentences: 4, unknownWords: 1, run: RUN });
      } finally {
        opened.dispose();
      }
    });

    it('gives each sentence the translation that it has alone, beside sentences of other lengths', async () => {
      const opened = await openTranslator(requestOf(RUN));
      try {
        const sentences = ['one.', 'two three four.', 'five six.', 'three.', 'one two three four five.'];
        const search = { beam: 4, lengthPenalty: 1, longest: null, nBest: 1, readAhead: 8 };
        const textsOf = async (given: readonly string[]) => {
          const texts: (readonly [string, number])[] = [];
          for await (const result of translate(opened, { ...search, sentences: given })) {
            if (result.type !== 'translation') continue;
            for (const { text, logProb } of result.translations)
              texts.push([text, Number(logProb.toFixed(4))]);
          }
          return texts;
        };
        const alone = [];
        for (const sentence of sentences) alone.push(...(await textsOf([sentence])));
        expect(await textsOf(sentences)).toEqual(alone);
      } finally {
        opened.dispose();
      }
    });

    it('is refused where a language model is needed', async () => {
      await expect(runOpener(requestOf).open(RUN)).rejects.toThrow(`Run ${RUN} translates`);
    });
  },
);

it('a corpus of another kind is refused in both directions', async () => {
  await expect(trainSmall(place, { spec, overrides: ['corpus=small'] })).rejects.toThrow('small');
  await expect(trainSmall(place, { overrides: ['corpus=tiny'] })).rejects.toThrow('tiny');
});

it('a language model does not translate', async () => {
  await trainSmall(place, { name: 'text', overrides: ['training.epochs=1', 'training.windowsPerEpoch=2'] });
  await expect(openTranslator(requestOf('text'))).rejects.toThrow('Run text is a language model');
});

it('BLEU of valid is measured every second epoch and after the last, and chooses the best epoch', async () => {
  const bleu = '{ everyEpochs: 2, beam: 2 }';
  const overrides = [
    'training.epochs=5',
    `task.translation.validation.bleu=${bleu}`,
    'model.init={ uniform: 0.4 }',
  ];
  const whole = await trainSmall(place, { spec, name: 'bleu', overrides });
  const rows = (await readMetrics(place.run('bleu'))).filter((row) => row.kind === 'epoch');
  expect(rows.map(({ validBleu }) => validBleu !== undefined)).toEqual([false, true, false, true, true]);
  const values = rows.map(({ validBleu = -1 }) => validBleu);
  const best = 1 + values.indexOf(Math.max(...values));
  expect((await readStatus(place.run('bleu'))).best).toMatchObject({ epoch: best, bleu: values[best - 1] });
  expect(whole).toMatchObject({ outcome: 'finished' });
  await trainSmall(place, { spec, name: 'bleu-cut', overrides, interruptAt: afterWindows(35) });
  await trainSmall(place, { resume: 'bleu-cut' });
  expect(await contentOf(place.run('bleu-cut'))).toEqual(await contentOf(place.run('bleu')));
});

it('batches by tokens have as many pairs as fit, and resume byte-equal', async () => {
  const overrides = ['training.batchTokens=24', 'training.batchSize=100'];
  const whole = await trainSmall(place, { spec, name: 'tokens', overrides });
  await trainSmall(place, { spec, name: 'tokens-cut', overrides, interruptAt: afterWindows(7) });
  await trainSmall(place, { resume: 'tokens-cut' });
  expect(await contentOf(place.run('tokens-cut'))).toEqual(await contentOf(place.run('tokens')));
  // 110 targets of at most four tokens with their ends and marks: no batch of 24 tokens has fewer than four pairs, or more than 12.
  expect('windows' in whole && whole.windows).toBeGreaterThan((2 * 110) / 12);
});

it('batches by tokens are refused where a batch is not of pairs', async () => {
  await expect(loadSpec(place.spec, ['training.batchTokens=100'])).rejects.toMatchObject({
    faults: [{ key: 'training.batchTokens' }],
  });
});

it.each([
  ['model.context={}', 'model.context'],
  ['training.sentences=true', 'training.sentences'],
  ['training.randomBptt={}', 'training.randomBptt'],
  ['training.tokens=100', 'training.tokens'],
  ['task.translation={ stack: shared, attention: dot }', 'task.translation.attention'],
])('%s is refused beside a translation', async (override, key) => {
  await expect(loadSpec(spec, [override])).rejects.toMatchObject({ faults: [{ key }] });
});
