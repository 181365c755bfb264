/** Renders scores: a row for each line as soon as it is scored, then the total; or a JSON object a line. */
import { once } from 'node:events';
import type { LineScore, ScoreTotal, TokenScore } from '../evaluation/score.js';
import { visible, visibleJson } from '../visible.js';
import { formatPerplexity } from './format.js';

/** Characters that are written at once. */
const BUFFERED = 2 ** 15;

/** Number of unknown words that are shown. */
const MOST_SHOWN = 10;

/** Writes scores to a stream, and waits while its reader is behind. */
export class ScoreOutput {
  #pending = '';
  #isEmpty = true;

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly format: 'text' | 'json',
  ) {}

  async write(score: LineScore | ScoreTotal): Promise<void> {
    if (this.#isEmpty && this.format === 'text') {
      this.#pending = `${row('line', 'tokens', 'nll', 'perplexity')}\n`;
    }
    this.#isEmpty = false;
    const text = this.format === 'json' ? visibleJson(JSON.stringify(score)) : textOf(score);
    this.#pending += `${text}\n`;
    if (this.#pending.length >= BUFFERED) await this.flush();
  }

  /** Writes what is pending. */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '' && !this.stream.write(text)) await once(this.stream, 'drain');
  }
}

/** The line about unknown words, or null where there are none. */
export function unknownWordsLine({ unknownTokens, unknownWords, tokens }: ScoreTotal): string | null {
  if (unknownTokens === 0) return null;
  const shown = unknownWords.slice(0, MOST_SHOWN).map(({ word, count }) => `"${word}" ${exact(count)}`);
  const more = unknownWords.length > MOST_SHOWN ? ', …' : '';
  const which = `${exact(unknownTokens)} of ${exact(tokens)} tokens`;
  return `Not in the vocabulary, read as <unk>: ${which}: ${shown.join(', ')}${more}`;
}

function textOf(score: LineScore | ScoreTotal): string {
  const { tokens, nll, perplexity } = score;
  const name = score.type === 'total' ? 'total' : String(score.line);
  const shown = perplexity === null ? '–' : formatPerplexity(perplexity);
  const line = row(name, String(tokens), nll.toFixed(3), shown);
  const perToken = score.type === 'line' ? (score.perToken ?? []) : [];
  return [line, ...perToken.map(tokenRow)].join('\n');
}

function tokenRow({ token, nll }: TokenScore): string {
  const figure = nll === null ? '–' : nll.toFixed(3);
  return `${row('', '', figure, '').trimEnd()}  ${visible(token)}`;
}

function row(name: string, tokens: string, nll: string, perplexity: string): string {
  return `${name.padStart(8)} ${tokens.padStart(8)} ${nll.padStart(12)} ${perplexity.padStart(12)}`;
}

function exact(count: number): string {
  return count.toLocaleString('en-US');
}
