import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateSentences, evaluateStream } from '../../src/evaluation/perplexity.js';
import { type LineScore, type ScoreRequest, type ScoreTotal, score } from '../../src/evaluation/score.js';
import type { OpenedRun } from '../../src/runs/opened-run.js';
import type { CheckpointName } from '../../src/runs/run-folder.js';
import { openRun } from '../../src/systems/open-run.js';
import { generateText } from '../small-corpus.js';
import { trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const TEXT = generateText(300, 7);
const LINES = TEXT.trimEnd().split('\n');

async function open(run: string): Promise<OpenedRun> {
  const checkpoint: CheckpointName = 'last';
  return openRun({ run, checkpoint, dataFolder: place.data, runsFolder: place.runs, backend: 'wasm' });
}

beforeAll(async () => {
  await trainSmall(place, { name: 'network', overrides: ['training.epochs=2'] });
});

/** The scores of some lines, and the total. */
async function scoresOf(
  opened: OpenedRun,
  lines: readonly string[],
  options: Partial<ScoreRequest> = {},
): Promise<{ lines: LineScore[]; total: ScoreTotal }> {
  const found: LineScore[] = [];
  const request = { lines, name: 'text', carryState: false, perToken: false, ...options };
  for await (const one of score(opened, request)) {
    if (one.type === 'total') return { lines: found, total: one };
    found.push(one);
  }
  throw new Error('no total');
}

/** The same text as a stream of token ids. */
function streamOf({ corpus }: OpenedRun, lines: readonly string[]) {
  const { vocabulary } = corpus;
  const ids = lines.flatMap((line) => [
    ...corpus.tokensOf(line).map((word) => vocabulary.id(word) ?? vocabulary.unk ?? -1),
    vocabulary.eos,
  ]);
  return {
    length: ids.length,
    read: (at: number, count: number) => Int32Array.from(ids.slice(at, at + count)),
  };
}

describe('scores of lines', () => {
  let opened: OpenedRun;
  beforeAll(async () => {
    opened = await open('network');
  });

  it('the scores of lines add up to an evaluation by sentences, with every token counted once', async () => {
    const { lines, total } = await scoresOf(opened, LINES);
    const stream = streamOf(opened, LINES);
    const expected = await evaluateSentences(opened.predictor, stream, opened.corpus.vocabulary.eos, {
      batch: 1,
    });
    expect(total).toMatchObject({ lines: LINES.length, tokens: stream.length });
    expect(total.perplexity).toBeCloseTo(expected.perplexity, 4);
    expect(lines.map(({ line }) => line)).toEqual(LINES.map((_, index) => index + 1));
    expect(lines.map(({ tokens }) => tokens)).toEqual(LINES.map((line) => line.split(' ').length + 1));
  });

  it('the score of a line does not depend on the lines beside it', async () => {
    const { lines } = await scoresOf(opened, LINES);
    for (const index of [0, 17, LINES.length - 1]) {
      const alone = await scoresOf(opened, [LINES[index]]);
      expect(alone.lines[0].nll).toBeCloseTo(lines[index].nll, 3);
    }
  });

  it('scores with a carried state are those of the stream that zlm eval reads', async () => {
    const { total, lines } = await scoresOf(opened, LINES, { carryState: true, perToken: true });
    const stream = streamOf(opened, LINES);
    const expected = await evaluateStream(opened.predictor, stream, { batch: 1 });
    expect(total.tokens).toBe(expected.predictions);
    expect(total.tokens).toBe(stream.length - 1);
    expect(total.nll / expected.nll).toBeCloseTo(1, 6);
    expect(lines[0].perToken?.[0].nll).toBeNull();
    expect(lines[1].perToken?.every(({ nll }) => nll !== null)).toBe(true);
    const alone = await scoresOf(opened, LINES);
    expect(lines[5].nll).not.toBeCloseTo(alone.lines[5].nll, 3);
  });

  it('the scores of tokens add up to the score of their line', async () => {
    const { lines } = await scoresOf(opened, LINES.slice(0, 9), { perToken: true });
    for (const [index, { nll, perToken = [] }] of lines.entries()) {
      expect(perToken.map(({ token }) => token)).toEqual([...LINES[index].split(' '), '<eos>']);
      expect(perToken.reduce((sum, one) => sum + (one.nll ?? Number.NaN), 0)).toBeCloseTo(nll, 10);
    }
  });

  it('unknown words are counted and named', async () => {
    const { lines, total } = await scoresOf(opened, ['the zebra saw a zebra', 'the quagga']);
    expect(lines.map(({ unknownWords }) => unknownWords)).toEqual([['zebra', 'saw'], ['quagga']]);
    expect(total).toMatchObject({ unknownTokens: 4 });
    expect(total.unknownWords[0]).toEqual({ word: 'zebra', count: 2 });
  });

  it('an empty line is scored for its end alone, and a text without lines has no scores', async () => {
    expect((await scoresOf(opened, [''])).lines).toMatchObject([{ tokens: 1 }]);
    expect((await scoresOf(opened, [])).total).toMatchObject({ lines: 0, tokens: 0, perplexity: null });
    const carried = await scoresOf(opened, [''], { carryState: true });
    expect(carried.lines).toMatchObject([{ tokens: 0, nll: 0, perplexity: null }]);
  });

  it('a line much longer than a window is scored the same beside short lines', async () => {
    const long = Array.from({ length: 4 }, () => LINES.join(' ')).join(' ');
    const { lines } = await scoresOf(opened, [...LINES.slice(0, 70), long]);
    const alone = await scoresOf(opened, [long]);
    expect(lines[70].tokens).toBe(long.split(' ').length + 1);
    expect(lines[70].nll / alone.lines[0].nll).toBeCloseTo(1, 5);
  });
});
