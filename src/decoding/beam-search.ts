/**
 * Beam search: the likeliest translations that a translator can be found to give, kept a few at a time (Sutskever et al. 2014,
 * section 3.2). With a beam of 1 it is greedy decoding.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sideBySide } from '../corpus/pairs.js';
import { likeliestWords } from '../ops/draw.js';
import { rowOf } from '../predictors/predictor.js';
import type { Translator } from '../predictors/translator.js';

/** How translations are searched. */
export interface BeamSettings {
  /** Hypotheses of a sentence that are kept side by side. */
  readonly beam: number;
  /**
   * α: hypotheses are compared by log-probability / ((5 + length) / 6)^α (Wu et al. 2016, section 7), where the length counts
   * `<eos>`. 0 compares the probabilities themselves, which prefers short translations.
   */
  readonly lengthPenalty: number;
  /** Words of a translation, at most; the search ends there. */
  readonly longest: (sourceLength: number) => number;
  /** Id of `<eos>`, which begins and ends a translation. */
  readonly eos: number;
  readonly signal?: AbortSignal;
}

/** A translation. */
export interface Hypothesis {
  /** Word ids, without `<eos>`. */
  readonly ids: readonly number[];
  /** Natural logarithm of its probability, with that of `<eos>` where it has ended. */
  readonly logProb: number;
  /** What hypotheses are compared by. */
  readonly score: number;
  /** Whether it ended with `<eos>`; otherwise the longest length cut it off. */
  readonly ended: boolean;
}

/** A hypothesis that goes on. */
interface Open {
  readonly ids: readonly number[];
  readonly logProb: number;
  /** Column of the decoder's state. */
  readonly column: number;
}

/** The search for the translations of one sentence. */
interface Search {
  open: readonly Open[];
  /** The best first, at most `beam`. */
  ended: readonly Hypothesis[];
}

/**
 * Translates sentences side by side.
 *
 * @param sources word ids of equal length, in the order in which the model reads them
 * @returns for each sentence at most `beam` translations, the best first
 * @throws the signal's reason when it is aborted
 */
export async function beamSearch<State>(
  translator: Translator<State>,
  sources: readonly Int32Array[],
  settings: BeamSettings,
): Promise<Hypothesis[][]> {
  const { eos, signal } = settings;
  const { decoder } = translator;
  const longest = settings.longest(sources[0].length);
  const searches: Search[] = sources.map((_, column) => ({
    open: [{ ids: [], logProb: 0, column }],
    ended: [],
  }));
  let state = translator.read(sideBySide(sources), sources.length);
  const moveTo = (after: State) => {
    decoder.release(state);
    state = after;
  };
  try {
    for (let length = 0; length < longest; length++) {
      signal?.throwIfAborted();
      const open = searches.flatMap((search) => search.open);
      if (open.length === 0) break;
      const inputs = Int32Array.from(open, ({ ids }) => ids.at(-1) ?? eos);
      const step = await decoder.logProbs({ inputs, steps: 1, batch: inputs.length }, state, 'last');
      moveTo(step.state);
      let row = 0;
      for (const search of searches) {
        const rows = search.open.map((hypothesis) => ({
          hypothesis: { ...hypothesis, column: row },
          logProbs: rowOf(step.logProbs, row++, decoder.vocabularySize),
        }));
        if (rows.length > 0) advance(search, rows, longest, settings);
      }
      const columns = searches.flatMap((search) => search.open.map(({ column }) => column));
      renumber(searches);
      if (columns.length > 0) moveTo(translator.select(state, Int32Array.from(columns)));
      await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
    }
  } finally {
    decoder.release(state);
  }
  return searches.map((search) =>
    ranked([...search.ended, ...search.open.map((open) => cutOff(open, settings))], settings),
  );
}

/** Extends the open hypotheses of a sentence by a word, and keeps the likeliest. */
function advance(
  search: Search,
  rows: readonly { readonly hypothesis: Open; readonly logProbs: Float64Array }[],
  longest: number,
  settings: BeamSettings,
): void {
  const { beam, eos } = settings;
  const open: Open[] = [];
  const ended = [...search.ended];
  // Of twice as many candidates, no more than half end.
  for (const { from, id, logProb } of likeliestExtensions(rows, 2 * beam)) {
    if (open.length === beam) break;
    const ids = [...from.ids, id];
    if (id !== eos) open.push({ ids, logProb, column: from.column });
    else ended.push({ ids: from.ids, logProb, score: scoreOf(logProb, ids.length, settings), ended: true });
  }
  search.ended = ranked(ended, settings);
  search.open = canImprove(search.ended, open, longest, settings) ? open : [];
}

/** Returns whether an open hypothesis may still be among the best: its probability only falls, and its length is bounded. */
function canImprove(
  ended: readonly Hypothesis[],
  open: readonly Open[],
  longest: number,
  settings: BeamSettings,
): boolean {
  if (ended.length < settings.beam) return true;
  return open.some(({ logProb }) => scoreOf(logProb, longest + 1, settings) > ended[ended.length - 1].score);
}

/** The likeliest extensions by one word, the likeliest first; equal ones in the order of their hypotheses, then of ids. */
function likeliestExtensions(
  rows: readonly { readonly hypothesis: Open; readonly logProbs: Float64Array }[],
  count: number,
): { readonly from: Open; readonly id: number; readonly logProb: number }[] {
  const candidates = rows.flatMap(({ hypothesis, logProbs }, row) =>
    Array.from(firstWords(logProbs, count), (id) => ({
      from: hypothesis,
      row,
      id,
      logProb: hypothesis.logProb + logProbs[id],
    })),
  );
  candidates.sort((a, b) => b.logProb - a.logProb || a.row - b.row || a.id - b.id);
  return candidates.slice(0, count);
}

function firstWords(logProbs: Float64Array, count: number): Int32Array {
  const ids = Int32Array.from(logProbs.keys());
  return count < ids.length ? likeliestWords(ids, logProbs, count) : ids;
}

function scoreOf(logProb: number, length: number, { lengthPenalty }: BeamSettings): number {
  return logProb / ((5 + length) / 6) ** lengthPenalty;
}

function cutOff({ ids, logProb }: Open, settings: BeamSettings): Hypothesis {
  return { ids, logProb, score: scoreOf(logProb, ids.length, settings), ended: false };
}

/** Returns the best hypotheses, those that have ended before those that were cut off. */
function ranked(hypotheses: readonly Hypothesis[], { beam }: BeamSettings): Hypothesis[] {
  const order = (a: Hypothesis, b: Hypothesis) => Number(b.ended) - Number(a.ended) || b.score - a.score;
  return [...hypotheses].sort(order).slice(0, beam);
}

/** Numbers the open hypotheses as the columns of a state that was selected for them. */
function renumber(searches: readonly Search[]): void {
  let column = 0;
  for (const search of searches) {
    search.open = search.open.map((hypothesis) => ({ ...hypothesis, column: column++ }));
  }
}
