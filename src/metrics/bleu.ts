/**
 * Corpus BLEU (Papineni et al. 2002) exactly as sacreBLEU computes it by default (Post 2018, *A Call for Clarity in
 * Reporting BLEU Scores*): 13a tokenization of plain text, n-grams up to 4, exponential smoothing.
 */
import { addPairs, countCommon, countNgrams, ngramsIn } from './ngrams.js';
import { fixed, splitWords, trimEnd } from './python-text.js';

/** The version of sacreBLEU whose scores these are, for signatures. */
export const SACREBLEU_VERSION = '2.6.0';

const MAX_ORDER = 4;
const ORDERS = [1, 2, 3, 4] as const;

export interface BleuOptions {
  /** Ignore case. */
  readonly lowerCase?: boolean | undefined;
}

/** A BLEU score with everything it is computed from. */
export interface BleuScore {
  /** Between 0 and 100. */
  readonly score: number;
  /** Percentages by order, smoothed where no n-gram matches. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** Tokens of all hypotheses. */
  readonly hypothesisLength: number;
  /** Tokens of all references. */
  readonly referenceLength: number;
  /** Matching n-grams by order. */
  readonly matches: readonly number[];
  /** N-grams of all hypotheses by order. */
  readonly totals: readonly number[];
  /** The settings in sacreBLEU's form, to be reported with the score. */
  readonly signature: string;
}

/** Sums the n-gram statistics of a corpus, sentence by sentence; its memory does not grow. */
export class BleuStatistics {
  readonly #matches = [0, 0, 0, 0];
  readonly #totals = [0, 0, 0, 0];
  #hypothesisLength = 0;
  #referenceLength = 0;
  readonly #lowerCase: boolean;

  constructor({ lowerCase = false }: BleuOptions = {}) {
    this.#lowerCase = lowerCase;
  }

  /** Adds a translation and its reference, both as plain text: not tokenized, without subword marks. */
  add(hypothesis: string, reference: string): void {
    const [found, wanted] = [this.#tokens(hypothesis), this.#tokens(reference)];
    this.#hypothesisLength += found.length;
    this.#referenceLength += wanted.length;
    for (const n of ORDERS) {
      this.#matches[n - 1] += countCommon(countNgrams(found, n), countNgrams(wanted, n));
      this.#totals[n - 1] += ngramsIn(found.length, n);
    }
  }

  /** Returns the score of all sentences so far. */
  score(): BleuScore {
    const [matches, totals] = [[...this.#matches], [...this.#totals]];
    const brevityPenalty = brevityPenaltyOf(this.#hypothesisLength, this.#referenceLength);
    const precisions = precisionsOf(matches, totals);
    return {
      score: scoreOf(matches, precisions, brevityPenalty),
      precisions,
      brevityPenalty,
      hypothesisLength: this.#hypothesisLength,
      referenceLength: this.#referenceLength,
      matches,
      totals,
      signature: [
        'nrefs:1',
        `case:${this.#lowerCase ? 'lc' : 'mixed'}`,
        'eff:no',
        'tok:13a',
        'smooth:exp',
        `version:${SACREBLEU_VERSION}`,
      ].join('|'),
    };
  }

  #tokens(text: string): string[] {
    return tokenize13a(trimEnd(this.#lowerCase ? text.toLowerCase() : text));
  }
}

/** Returns the corpus BLEU of translations, one reference each, in the same order. */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly string[],
  options: BleuOptions = {},
): BleuScore {
  return addPairs(new BleuStatistics(options), hypotheses, references).score();
}

/** Returns a score as sacreBLEU prints it: `BLEU|SIGNATURE = 34.12 62.0/40.1/… (BP = 1.000 ratio = …)`. */
export function formatBleu(bleu: BleuScore): string {
  const { hypothesisLength, referenceLength } = bleu;
  const ratio = referenceLength > 0 ? hypothesisLength / referenceLength : 0;
  const precisions = bleu.precisions.map((precision) => fixed(precision, 1)).join('/');
  return (
    `BLEU|${bleu.signature} = ${fixed(bleu.score, 2)} ${precisions} ` +
    `(BP = ${fixed(bleu.brevityPenalty, 3)} ratio = ${fixed(ratio, 3)} ` +
    `hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`
  );
}

/** exp(1 − r/c) when the hypotheses have fewer tokens c than the references, r. */
function brevityPenaltyOf(hypothesis: number, reference: number): number {
  if (hypothesis >= reference) return 1;
  return hypothesis > 0 ? Math.exp(1 - reference / hypothesis) : 0;
}

/**
 * Returns the precisions in percent. The k-th order without a match counts as 1/2ᵏ of a match, the smoothing of
 * mteval-v13a. Nothing is smoothed when nothing at all matches.
 */
function precisionsOf(matches: readonly number[], totals: readonly number[]): number[] {
  if (matches.every((count) => count === 0)) return matches.map(() => 0);
  let divisor = 1;
  return matches.map((count, order) => {
    const total = totals[order];
    if (total === 0) return 0;
    if (count > 0) return (100 * count) / total;
    divisor *= 2;
    return 100 / (divisor * total);
  });
}

/** Returns the geometric mean of the precisions times the brevity penalty; 0 when an order has no n-grams. */
function scoreOf(matches: readonly number[], precisions: readonly number[], brevityPenalty: number): number {
  if (matches.every((count) => count === 0)) return 0;
  const logs = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
  return brevityPenalty * Math.exp(logs / MAX_ORDER);
}

/** Marks and symbols of ASCII except the period, the comma, the hyphen and the apostrophe. */
const SYMBOL = /([{-~[-` -&(-+:-@/])/g;

/**
 * Returns the tokens of a text by the rules of `mteval-v13a.pl`, which WMT used: ASCII symbols stand alone, and so do
 * periods and commas, except between digits, and a hyphen after a digit.
 */
export function tokenize13a(text: string): string[] {
  const joined = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  const plain = joined
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const separated = ` ${plain} `
    .replace(SYMBOL, ' $1 ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ');
  return splitWords(separated);
}
