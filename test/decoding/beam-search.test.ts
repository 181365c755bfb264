/** Compares beam search with the likeliest of all translations, on a made-up translator whose distribution is a table. */
import { describe, expect, it } from 'vitest';
import { type BeamSettings, beamSearch } from '../../src/decoding/beam-search.js';
import type { Translator } from '../../src/predictors/translator.js';
import { randomNumbers } from '../ops/arrays.js';

const EOS = 0;
const WORDS = 4;
const LONGEST = 4;

/** What the made-up translator remembers: the source and all words so far, column by column. */
type Columns = readonly string[];

/** Log-probabilities of the next word after some words: random, and always the same. */
function distribution(words: string): number[] {
  const seed = Array.from(words).reduce(
    (hash, character) => (hash * 31 + character.charCodeAt(0)) % 65_521,
    7,
  );
  const random = randomNumbers(seed);
  const weights = Array.from({ length: WORDS }, () => Math.exp(3 * random()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.log(weight / total));
}

/** Counts the states that are not released. */
let states = 0;
const made = (columns: Columns): Columns => {
  states++;
  return columns;
};

/** At most so many columns are searched side by side. */
let widestSearch = 1000;

const translator: Translator<Columns> = {
  vocabularySize: WORDS,
  get widestSearch() {
    return widestSearch;
  },
  nll: () => Promise.reject(new Error('Not used by a search')),
  read: (source, batch) =>
    made(
      Array.from({ length: batch }, (_, column) =>
        Array.from({ length: source.length / batch }, (_, t) => source[t * batch + column]).join(),
      ).map((words) => `source ${words}:`),
    ),
  async next(words, state, count) {
    const read = Array.from(words, (word, column) => `${state[column]} ${word}`);
    const ids = new Int32Array(read.length * count);
    const logProbs = new Float64Array(read.length * count);
    for (const [row, text] of read.entries()) {
      const all = distribution(text);
      const sorted = [...all.keys()].sort((a, b) => all[b] - all[a]).slice(0, count);
      ids.set(sorted, row * count);
      logProbs.set(
        sorted.map((id) => all[id]),
        row * count,
      );
    }
    return { likeliest: { ids, logProbs }, state: made(read) };
  },
  select: (state, columns) => made(Array.from(columns, (column) => state[column])),
  join: (first, second) => made([...first, ...second]),
  release() {
    states--;
  },
  dispose() {},
};

/** Every translation of a sentence that has ended, with its log-probability. */
function allTranslations(source: number): { ids: number[]; logProb: number }[] {
  const found: { ids: number[]; logProb: number }[] = [];
  const extend = (ids: number[], read: string, logProb: number) => {
    const next = distribution(read);
    found.push({ ids, logProb: logProb + next[EOS] });
    if (ids.length + 1 >= LONGEST) return;
    for (let id = 1; id < WORDS; id++) extend([...ids, id], `${read} ${id}`, logProb + next[id]);
  };
  extend([], `source ${source}: ${EOS}`, 0);
  return found;
}

function settings(beam: number, lengthPenalty = 0): BeamSettings {
  return { beam, lengthPenalty, longest: () => LONGEST, eos: EOS };
}

const SOURCES = [11, 12, 13, 14, 15].map((id) => Int32Array.of(id));

describe('a beam that keeps everything', () => {
  it.each([0, 1])(
    'finds the likeliest translations in their order, with a length penalty of %d',
    async (penalty) => {
      const found = await beamSearch(translator, SOURCES, settings(200, penalty));
      for (const [index, [source]] of SOURCES.entries()) {
        const scoreOf = ({ ids, logProb }: { ids: readonly number[]; logProb: number }) =>
          logProb / ((5 + ids.length + 1) / 6) ** penalty;
        const expected = allTranslations(source).sort((a, b) => scoreOf(b) - scoreOf(a));
        const ended = found[index].filter(({ ended }) => ended);
        expect(ended.slice(0, 5).map(({ ids }) => ids)).toEqual(expected.slice(0, 5).map(({ ids }) => ids));
        expect(ended[0].score).toBeCloseTo(scoreOf(expected[0]), 12);
      }
      expect(states).toBe(0);
    },
  );
});

it('a beam of 1 takes the likeliest word each time', async () => {
  const [[greedy]] = await beamSearch(translator, [SOURCES[0]], settings(1));
  const expected: number[] = [];
  let read = `source ${SOURCES[0][0]}: ${EOS}`;
  for (let length = 0; length < LONGEST; length++) {
    const next = distribution(read);
    const id = next.indexOf(Math.max(...next));
    if (id === EOS) break;
    expected.push(id);
    read += ` ${id}`;
  }
  expect(greedy.ids).toEqual(expected);
});

it('sentences side by side have the translations that each has by itself', async () => {
  const together = await beamSearch(translator, SOURCES, settings(3, 0.6));
  for (const [index, source] of SOURCES.entries()) {
    expect(together[index]).toEqual((await beamSearch(translator, [source], settings(3, 0.6)))[0]);
  }
});

it('sentences of any lengths have the same translations however many are searched side by side', async () => {
  const sources = [[11], [12, 13], [14], [15, 16, 17], [18, 19], [11, 12]].map((ids) => Int32Array.from(ids));
  const alone = [];
  for (const source of sources) alone.push((await beamSearch(translator, [source], settings(3, 0.6)))[0]);
  try {
    for (const width of [1, 4, 6, 9, 12]) {
      widestSearch = width;
      const done: number[] = [];
      const onTranslated = (sentences: number) => done.push(sentences);
      const found = await beamSearch(translator, sources, { ...settings(3, 0.6), onTranslated });
      expect(found).toEqual(alone);
      expect(done.at(-1)).toBe(sources.length);
      expect(done).toEqual([...done].sort((a, b) => a - b));
    }
  } finally {
    widestSearch = 1000;
  }
  expect(states).toBe(0);
});

it('a translator that finds no words at all gives the empty translation, cut off', async () => {
  const none: Translator<Columns> = {
    ...translator,
    async next(words, state, count) {
      const ids = new Int32Array(words.length * count).fill(-1);
      return { likeliest: { ids, logProbs: new Float64Array(ids.length) }, state: made(state) };
    },
  };
  const [[found]] = await beamSearch(none, [SOURCES[0]], settings(2));
  expect(found).toMatchObject({ ids: [], ended: false });
  expect(states).toBe(0);
});

it('a wider beam never finds a less likely best translation than greedy decoding here', async () => {
  const [narrow, wide] = [1, 8].map((beam) => beamSearch(translator, SOURCES, settings(beam)));
  for (const [index, [best]] of (await wide).entries()) {
    const [greedy] = (await narrow)[index];
    if (greedy.ended) expect(best.logProb).toBeGreaterThanOrEqual(greedy.logProb);
  }
});

it('an interrupted search releases its states and throws the reason', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(beamSearch(translator, SOURCES, { ...settings(2), signal })).rejects.toThrow('stopped');
  expect(states).toBe(0);
});
