/**
 * Corpus chrF2 (Popović 2015, *chrF: character n-gram F-score for automatic MT evaluation*) exactly as sacreBLEU computes
 * it by default: character n-grams up to 6 without white space, recall weighted twice, orders that no text has left out.
 */
import { SACREBLEU_VERSION } from './bleu.js';
import { addPairs, countCommon, countNgrams, ngramsIn } from './ngrams.js';
import { fixed, splitWords } from './python-text.js';

const MAX_ORDER = 6;
/** Weight of recall relative to precision. */
const BETA = 2;

export interface ChrfOptions {
  /** Ignore case. */
  readonly lowerCase?: boolean | undefined;
}

export interface ChrfScore {
  /** Between 0 and 100. */
  readonly score: number;
  /** The settings in sacreBLEU's form, to be reported with the score. */
  readonly signature: string;
}

/** Sums the character statistics of a corpus, sentence by sentence; its memory does not grow. */
export class ChrfStatistics {
  /** By order: n-grams of the hypotheses, of the references, and of both. */
  readonly #sums = Array.from({ length: MAX_ORDER }, () => ({ hypothesis: 0, reference: 0, common: 0 }));
  readonly #lowerCase: boolean;

  constructor({ lowerCase = false }: ChrfOptions = {}) {
    this.#lowerCase = lowerCase;
  }

  /** Adds a translation and its reference, both as plain text. */
  add(hypothesis: string, reference: string): void {
    const [found, wanted] = [this.#characters(hypothesis), this.#characters(reference)];
    for (const [order, sums] of this.#sums.entries()) {
      const n = order + 1;
      const references = ngramsIn(wanted.length, n);
      // Without n-grams in the reference, those of the hypothesis are not counted either.
      if (references > 0) sums.hypothesis += ngramsIn(found.length, n);
      sums.reference += references;
      sums.common += countCommon(countNgrams(found, n), countNgrams(wanted, n));
    }
  }

  /** Returns the score of all sentences so far. */
  score(): ChrfScore {
    return {
      score: this.#fScore(),
      signature: [
        'nrefs:1',
        `case:${this.#lowerCase ? 'lc' : 'mixed'}`,
        'eff:yes',
        `nc:${MAX_ORDER}`,
        'nw:0',
        'space:no',
        `version:${SACREBLEU_VERSION}`,
      ].join('|'),
    };
  }

  /** Returns the F-score of the mean precision and the mean recall over the orders that both texts have. */
  #fScore(): number {
    const orders = this.#sums.filter(({ hypothesis, reference }) => hypothesis > 0 && reference > 0);
    if (orders.length === 0) return 0;
    const mean = (text: 'hypothesis' | 'reference') =>
      orders.reduce((sum, order) => sum + order.common / order[text], 0) / orders.length;
    const [precision, recall] = [mean('hypothesis'), mean('reference')];
    if (precision + recall === 0) return 0;
    const factor = BETA ** 2;
    return (100 * ((1 + factor) * precision * recall)) / (factor * precision + recall);
  }

  #characters(text: string): string[] {
    return Array.from(splitWords(this.#lowerCase ? text.toLowerCase() : text).join(''));
  }
}

/** Returns the corpus chrF2 of translations, one reference each, in the same order. */
export function corpusChrf(
  hypotheses: readonly string[],
  references: readonly string[],
  options: ChrfOptions = {},
): ChrfScore {
  return addPairs(new ChrfStatistics(options), hypotheses, references).score();
}

/** Returns a score as sacreBLEU prints it: `chrF2|SIGNATURE = 54.12`. */
export function formatChrf({ score, signature }: ChrfScore): string {
  return `chrF2|${signature} = ${fixed(score, 2)}`;
}
