import { beforeAll, describe, expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { prepareRecall, recallLine } from '../../src/corpus/recall.js';
import { measureRecall } from '../../src/evaluation/recall.js';
import type { Predictor, Tokens } from '../../src/predictors/predictor.js';
import { sharedFolder } from '../temp-folder.js';

const TASK = {
  lags: [3, 6, 12],
  words: 4,
  distractors: 3,
  lines: { train: 200, valid: 60, test: 10 },
  seed: 3,
};
const dataFolder = sharedFolder();
let corpus: PreparedCorpus;

beforeAll(async () => {
  await prepareRecall({ name: 'memory', task: TASK, dataFolder });
  corpus = await PreparedCorpus.open(dataFolder, 'memory');
  return () => corpus.close();
});

/** What a column remembers: tokens since the end of the last line, the first of them the word. */
type Memory = readonly (readonly number[])[];

/** The probability that the rest of the vocabulary shares with the right word. */
const SURE = 0.9;

/**
 * A predictor written without any of the code under test: it gives the first word of the line the probability 0.9 everywhere,
 * unless the word was read more than `span` steps ago; then all words of the vocabulary are alike.
 */
function rememberingPredictor(span: number, streamStart: number | null): Predictor<Memory> {
  const { size: vocabularySize, eos } = corpus.vocabulary;
  const distribution = (line: readonly number[]) => {
    const isKnown = line.length > 0 && line.length <= span;
    const rest = isKnown ? (1 - SURE) / (vocabularySize - 1) : 1 / vocabularySize;
    return Array.from({ length: vocabularySize }, (_, id) =>
      Math.log(isKnown && id === line[0] ? SURE : rest),
    );
  };
  return {
    vocabularySize,
    streamStart,
    windowTokens: 17,
    widestBatch: 4,
    start: (batch) => Array.from({ length: batch }, () => []),
    async nll() {
      throw new Error('not used');
    },
    async logProbs({ inputs, steps, batch }: Tokens, state) {
      const lines = state.map((line) => [...line]);
      const rows: number[] = [];
      for (let row = 0; row < steps * batch; row++) {
        const line = lines[row % batch];
        if (inputs[row] === eos) line.length = 0;
        else line.push(inputs[row]);
        rows.push(...distribution(line));
      }
      return { logProbs: Float64Array.from(rows), state: lines };
    },
    repeat: (state) => state,
    release: () => {},
    dispose: () => {},
  };
}

describe.each([
  { protocol: 'stream', batch: 1, streamStart: null },
  { protocol: 'stream', batch: 1, streamStart: 0 },
  { protocol: 'sentences', batch: 1, streamStart: null },
  { protocol: 'sentences', batch: 7, streamStart: null },
] as const)('read as $protocol, batch $batch, first token $streamStart', ({ streamStart, ...how }) => {
  it('a predictor that remembers six steps recalls the words of lags up to six, and is at the uniform beyond', async () => {
    const start = streamStart === null ? null : corpus.vocabulary.eos;
    const report = await measureRecall(rememberingPredictor(6, start), corpus, { split: 'valid', ...how });
    const lengths = Array.from(
      { length: 60 },
      (_, line) => recallLine(TASK, 'valid', line).split(' ').length,
    );
    const uniform = Math.log(corpus.vocabulary.size);
    expect(report?.chance).toEqual({ nll: Math.log(4), accuracy: 1 / 4 });
    expect(report?.lags.map(({ lag, predictions }) => [lag, predictions])).toEqual(
      TASK.lags.map((lag) => [lag, lengths.filter((length) => length === lag + 1).length]),
    );
    const [three, six, twelve] = report?.lags ?? [];
    for (const near of [three, six]) {
      expect(near.nll).toBeCloseTo(-Math.log(SURE), 12);
      expect(near.accuracy).toBe(1);
    }
    expect(twelve.nll).toBeCloseTo(uniform, 12);
    expect(twelve.accuracy).toBeLessThan(0.9);
  });
});
