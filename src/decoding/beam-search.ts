/**
 * Beam search: the likeliest translations that a translator can be found to give, kept a few at a time (Sutskever et al. 2014,
 * section 3.2). With a beam of 1 it is greedy decoding.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sideBySide } from '../corpus/pairs.js';
import { NO_WORD } from '../ops/draw.js';
import type { Likeliest } from '../ops/likeliest.js';
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
  /** Called with the number of sentences that are translated. */
  readonly onTranslated?: (sentences: number) => void;
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
  /** Place of the sentence among the sources. */
  readonly sentence: number;
  /** Words of a translation, at most. */
  readonly longest: number;
  open: readonly Open[];
  /** The best first, at most `beam`. */
  ended: readonly Hypothesis[];
}

/**
 * Translates sentences side by side, as many as the translator does well. A sentence whose search is over leaves; when half of the
 * places are free, those that wait take them, the longest first. What is beside a sentence does not change its translations.
 *
 * @param sources word ids of at least one word each, in the order in which the model reads them
 * @returns for each sentence at most `beam` translations, the best first
 * @throws the signal's reason when it is aborted
 */
export async function beamSearch<State>(
  translator: Translator<State>,
  sources: readonly Int32Array[],
  settings: BeamSettings,
): Promise<Hypothesis[][]> {
  const { signal, onTranslated } = settings;
  const places = Math.max(1, Math.floor(translator.widestSearch / settings.beam));
  const waiting = [...sources.keys()].sort((a, b) => sources[b].length - sources[a].length || a - b);
  const results: Hypothesis[][] = sources.map(() => []);
  let translated = 0;
  let searches: Search[] = [];
  let state: State | null = null;
  const moveTo = (after: State | null): void => {
    if (state !== null) translator.release(state);
    state = after;
  };
  try {
    while (waiting.length > 0 || searches.length > 0) {
      signal?.throwIfAborted();
      while (waiting.length > 0 && searches.length <= places / 2) {
        const group = nextGroup(waiting, sources, places - searches.length);
        const read = translator.read(sideBySide(group.map((sentence) => sources[sentence])), group.length);
        searches = [...searches, ...group.map((sentence) => begun(sentence, sources[sentence], settings))];
        moveTo(state === null ? read : joined(translator, state, read));
      }
      const columns = searches.reduce((sum, { open }) => sum + open.length, 0);
      moveTo(await extend(translator, searches, state as State, settings));
      const over = searches.filter(({ open }) => open.length === 0);
      for (const { sentence, ended } of over) results[sentence] = [...ended];
      searches = searches.filter(({ open }) => open.length > 0);
      const kept = searches.flatMap(({ open }) => open.map(({ column }) => column));
      if (kept.length === 0) moveTo(null);
      else if (!isWhole(kept, columns)) moveTo(translator.select(state as State, Int32Array.from(kept)));
      translated += over.length;
      if (over.length > 0) onTranslated?.(translated);
      await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
    }
  } finally {
    moveTo(null);
  }
  return results;
}

/** Takes the next sentences of one length from those that wait, at most `most`. */
function nextGroup(waiting: number[], sources: readonly Int32Array[], most: number): number[] {
  const { length } = sources[waiting[0]];
  const others = waiting.findIndex((sentence) => sources[sentence].length !== length);
  return waiting.splice(0, Math.min(most, others < 0 ? waiting.length : others));
}

/** Returns whether the columns are all that a state has, in order: then nothing need be copied. */
function isWhole(kept: readonly number[], columns: number): boolean {
  return kept.length === columns && kept.every((column, index) => column === index);
}

function begun(sentence: number, source: Int32Array, { longest }: BeamSettings): Search {
  return { sentence, longest: longest(source.length), open: [{ ids: [], logProb: 0, column: 0 }], ended: [] };
}

/** Joins the columns of two states, and releases the second; the caller releases the first. */
function joined<State>(translator: Translator<State>, first: State, second: State): State {
  try {
    return translator.join(first, second);
  } finally {
    translator.release(second);
  }
}

/**
 * Extends every open hypothesis by a word.
 *
 * @param state has a column for each of them, in order
 * @returns the state after the words that they ended with, whose columns the new hypotheses name
 */
async function extend<State>(
  translator: Translator<State>,
  searches: readonly Search[],
  state: State,
  settings: BeamSettings,
): Promise<State> {
  const open = searches.flatMap((search) => search.open);
  const words = Int32Array.from(open, ({ ids }) => ids.at(-1) ?? settings.eos);
  const count = Math.min(2 * settings.beam, translator.vocabularySize);
  const next = await translator.next(words, state, count);
  let row = 0;
  for (const search of searches) {
    const candidates = candidatesOf(search.open, row, count, next.likeliest);
    row += search.open.length;
    advance(search, candidates, settings);
  }
  return next.state;
}

/** A hypothesis with another word, which may be `<eos>`. */
interface Candidate {
  readonly from: Open;
  readonly id: number;
  readonly logProb: number;
  /** Column of the state that it continues from. */
  readonly column: number;
}

/**
 * Returns the likeliest extensions of the hypotheses of a sentence, the likeliest first; equal ones in the order of their hypotheses,
 * then of ids.
 *
 * @param first row of the first hypothesis
 */
function candidatesOf(
  open: readonly Open[],
  first: number,
  count: number,
  { ids, logProbs }: Likeliest,
): Candidate[] {
  const candidates = open.flatMap((from, index) => {
    const column = first + index;
    const ofRow: Candidate[] = [];
    for (let i = column * count; i < (column + 1) * count; i++) {
      if (ids[i] !== NO_WORD) ofRow.push({ from, id: ids[i], logProb: from.logProb + logProbs[i], column });
    }
    return ofRow;
  });
  candidates.sort((a, b) => b.logProb - a.logProb || a.column - b.column || a.id - b.id);
  return candidates;
}

/** Keeps the likeliest candidates of a sentence, and ends its search where nothing better can come. */
function advance(search: Search, candidates: readonly Candidate[], settings: BeamSettings): void {
  const { beam, eos } = settings;
  const before = search.open;
  const open: Open[] = [];
  const ended = [...search.ended];
  // Of twice as many candidates as the beam is wide, no more than half end.
  for (const { from, id, logProb, column } of candidates.slice(0, 2 * beam)) {
    if (open.length === beam) break;
    const ids = [...from.ids, id];
    if (id !== eos) open.push({ ids, logProb, column });
    else ended.push({ ids: from.ids, logProb, score: scoreOf(logProb, ids.length, settings), ended: true });
  }
  search.ended = ranked(ended, settings);
  search.open = canImprove(search.ended, open, search.longest, settings) ? open : [];
  // A model whose parameters are not numbers has no candidates; its hypotheses end as they are.
  const last = candidates.length === 0 ? before : search.open;
  if (candidates.length > 0 && last.every(({ ids }) => ids.length < search.longest)) return;
  search.ended = ranked([...ended, ...last.map((hypothesis) => cutOff(hypothesis, settings))], settings);
  search.open = [];
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
