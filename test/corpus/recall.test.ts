import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import {
  CUE,
  parseLags,
  prepareRecall,
  type RecallTask,
  recallLine,
  recallTask,
} from '../../src/corpus/recall.js';
import { tempFolder } from '../temp-folder.js';
import { faultOf } from './tiny-corpus.js';

const TASK: RecallTask = {
  lags: [2, 5, 9],
  words: 3,
  distractors: 2,
  lines: { train: 300, valid: 30, test: 20 },
  seed: 7,
};

/** Lines of a split as words. */
const linesOf = (task: RecallTask, split: 'train' | 'valid' | 'test') =>
  Array.from({ length: task.lines[split] }, (_, line) => recallLine(task, split, line).split(' '));

it('every line repeats its first word after one of the lags, and has nothing else but distractors and the cue', () => {
  for (const words of linesOf(TASK, 'train')) {
    const lag = words.length - 1;
    expect(TASK.lags).toContain(lag);
    expect(words[lag]).toBe(words[0]);
    expect(words[0]).toMatch(/^w[123]$/);
    expect(words[lag - 1]).toBe(CUE);
    for (const word of words.slice(1, lag - 1)) expect(word).toMatch(/^d[12]$/);
  }
});

it('lags, words and distractors are drawn with equal probability', () => {
  const lines = linesOf({ ...TASK, lines: { train: 9000, valid: 1, test: 1 } }, 'train');
  const share = (test: (words: string[]) => boolean) => lines.filter(test).length / lines.length;
  for (const lag of TASK.lags) expect(share((words) => words.length === lag + 1)).toBeCloseTo(1 / 3, 1);
  for (const word of ['w1', 'w2', 'w3']) expect(share(([first]) => first === word)).toBeCloseTo(1 / 3, 1);
  const distractors = lines.flat().filter((word) => word.startsWith('d'));
  expect(distractors.filter((word) => word === 'd1').length / distractors.length).toBeCloseTo(0.5, 1);
});

it('the lines depend on seed and split', () => {
  const texts = [
    linesOf(TASK, 'valid'),
    linesOf({ ...TASK, seed: 8 }, 'valid'),
    linesOf({ ...TASK, lines: { ...TASK.lines, test: 30 } }, 'test'),
  ].map((lines) => JSON.stringify(lines));
  expect(new Set(texts).size).toBe(3);
});

it('the prepared corpus has these lines, and its manifest has the recipe', async () => {
  const dataFolder = tempFolder();
  const { manifest } = await prepareRecall({ name: 'memory', task: TASK, dataFolder });
  expect(manifest.options).toEqual({
    recall: 1,
    lags: [2, 5, 9],
    words: 3,
    distractors: 2,
    lines: [300, 30, 20],
    seed: 7,
  });
  expect(recallTask(manifest)).toEqual({ lags: [2, 5, 9], words: 3 });
  const corpus = await PreparedCorpus.open(dataFolder, 'memory');
  const ids = corpus.split('valid').read(0, corpus.split('valid').length);
  const text = Array.from(ids, (id) => corpus.vocabulary.word(id)).join(' ');
  corpus.close();
  expect(text).toBe(
    linesOf(TASK, 'valid')
      .map((words) => `${words.join(' ')} <eos>`)
      .join(' '),
  );
  const again = await prepareRecall({ name: 'memory', task: TASK, dataFolder });
  expect(again.alreadyPrepared).toBe(true);
  const other = prepareRecall({ name: 'memory', task: { ...TASK, seed: 8 }, dataFolder });
  expect((await faultOf(other)).message).toContain('seed: 7, now 8');
});

it('lists that are not lags, and corpora that are too large, are refused', async () => {
  expect(parseLags('20, 5,10')).toEqual([5, 10, 20]);
  for (const text of ['', '5,', '1,5', '5,5', 'a', '5,2.5', '5,20000']) {
    expect(() => parseLags(text)).toThrow(`"${text}" is not a list of lags`);
  }
  const lines = { train: 1e7, valid: 1, test: 1 };
  const large = prepareRecall({ name: 'large', task: { ...TASK, lines }, dataFolder: join('not', 'used') });
  expect((await faultOf(large)).message).toBe('10,000,000 lines with up to 11 tokens are too many for train');
});
