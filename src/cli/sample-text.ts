/** Samples on stdout, each word as it is drawn. */
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import type { NextWordsResult } from '../sampling/next-words.js';
import { visibleLines } from '../visible.js';

/** The stream that text is written to. */
type TextStream = NodeJS.WritableStream & { readonly fd?: number };

/**
 * Writes samples one after the other, an empty line between two, and ends the last line. A line feed at the end of a piece waits
 * for what follows: at the end of a sample, as after `--stop "<eos>"`, it is the end of the line and not an empty line more.
 */
export class SampleText {
  readonly #stream: TextStream;
  #sample: number | undefined;
  /** The line feed that waits, or nothing. */
  #waiting = '';

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /**
   * Writes a piece of a sample, and waits while its reader is behind. Control characters are written in their visible form
   * also where the text is piped: a pipe may end at a terminal, too.
   *
   * @param sample the sample's number; no piece of one before it may follow
   */
  async write(piece: string, sample: number): Promise<void> {
    const isNext = this.#sample !== undefined && this.#sample !== sample;
    this.#sample = sample;
    const before = isNext ? '\n\n' : piece === '' ? '' : this.#waiting;
    if (before + piece === '') return;
    const text = before + visibleLines(piece);
    this.#waiting = piece.endsWith('\n') ? '\n' : '';
    const whole = this.#waiting === '' ? text : text.slice(0, -1);
    if (whole !== '') await this.#send(whole);
  }

  /** Ends the line, if anything was begun. */
  async end(): Promise<void> {
    if (this.#sample !== undefined) await this.#send('\n');
    this.#sample = undefined;
    this.#waiting = '';
  }

  async #send(text: string): Promise<void> {
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }
}

/** Whether a stream goes to a file while progress is shown on a terminal, so that the two do not mix. */
export function goesToFile({ fd }: TextStream): boolean {
  try {
    return process.stderr.isTTY === true && fd !== undefined && fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Renders the result of `zlm sample --next`: a line for each word, its probability first. */
export function renderNextWords({ next }: NextWordsResult): string {
  return next
    .map(({ prompt, words }) => {
      const lines = words.map(({ word, probability }) => `${probability.toFixed(4).padStart(8)}  ${word}`);
      return (next.length === 1 ? lines : [prompt, ...lines]).join('\n');
    })
    .join('\n\n');
}
