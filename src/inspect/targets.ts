/** The targets that an inspection measures at, and how much text before each the network reads. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { Sentences } from '../corpus/sentences.js';
import type { TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';

/** Targets to measure at, and the text before each that a network reads. */
export interface Targets {
  /** Indices of the targets in the split. */
  readonly positions: readonly number[];
  /** Tokens before each that are read from the zero state: more than the largest lag. */
  readonly before: number;
  /** One stream, or each line by itself from the zero state. */
  readonly protocol: 'stream' | 'sentences';
  /** Id of `<eos>`, which ends a line. */
  readonly eos: number;
}

/**
 * Returns targets evenly spaced over a stream. As many tokens again before the largest lag bring the state from zero to that of a
 * running text.
 *
 * @throws UserError when there is none
 */
export function targetsInStream(
  text: TokenSource,
  lags: number,
  wanted: number,
  { name, vocabulary }: PreparedCorpus,
): Targets {
  const before = 2 * lags;
  const possible = text.length - before;
  if (possible < 1) {
    const message = `The valid split of ${name} has ${text.length} tokens, too few for lags up to ${before / 2}, which need ${before + 1}`;
    throw new UserError('usage', message, [
      `Take --lags ${Math.max(1, Math.floor((text.length - 1) / 2))} or less.`,
    ]);
  }
  const count = Math.min(wanted, possible);
  const positions = Array.from({ length: count }, (_, i) => before + Math.floor((i * possible) / count));
  return { positions, before, protocol: 'stream', eos: vocabulary.eos };
}

/**
 * Returns targets `lags` words into their lines, of lines evenly spaced among those that are long enough. A network of single lines
 * begins each from the zero state with `<eos>`, the last token of the line before.
 *
 * @throws UserError when there is none
 */
export function targetsInLines(
  text: TokenSource,
  lags: number,
  wanted: number,
  { name, vocabulary }: PreparedCorpus,
): Targets {
  const sentences = new Sentences(text, vocabulary.eos);
  const possible: number[] = [];
  let [start, longest] = [0, 0];
  for (let line = 0; line < sentences.count; line++) {
    const length = sentences.lengthOf(line);
    // No token comes before the first line.
    if (line > 0 && length > lags) possible.push(start + lags);
    longest = Math.max(longest, length);
    start += length;
  }
  if (possible.length === 0) {
    const message = `No line of the valid split of ${name} after the first has more than ${lags} tokens, as lags up to ${lags} need; its longest has ${longest}`;
    throw new UserError('usage', message, [`Take --lags ${Math.max(1, longest - 1)} or less.`]);
  }
  const count = Math.min(wanted, possible.length);
  const positions = Array.from(
    { length: count },
    (_, i) => possible[Math.floor((i * possible.length) / count)],
  );
  return { positions, before: lags + 1, protocol: 'sentences', eos: vocabulary.eos };
}
