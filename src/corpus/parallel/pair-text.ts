/** Texts of sentence pairs: two files whose lines correspond, or pairs in memory. */
import { UserError } from '../../errors.js';
import { textBlocks, textLines } from '../build/text-blocks.js';
import type { ReadOptions, Text } from '../build/text-source.js';

/** Two sentences as they were given, each on one line. */
export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

/** A text of pairs that can be read repeatedly and is the same each time. */
export interface PairText {
  /** Names of the two texts in messages. */
  readonly source: string;
  readonly target: string;
  /** Size of both, in the unit of `onBytes`. */
  readonly bytes: number;
  /** Yields the pairs; pair i is on line i + 1 of both texts. */
  pairs(options?: ReadOptions): AsyncIterable<SentencePair>;
}

/** The form in which sentences are read: as they are, since words are cut later. */
export const RAW = {
  unit: 'word',
  normalize: 'none',
  lowerCase: false,
  numbers: 'keep',
  punctuation: 'keep',
} as const;

/** Returns the pairs of two texts whose lines correspond, as those of the Moses tools. */
export function pairedTexts(source: Text, target: Text): PairText {
  return {
    source: source.name,
    target: target.name,
    bytes: source.bytes + target.bytes,
    async *pairs({ signal, onBytes } = {}) {
      const read = { source: 0, target: 0 };
      const linesOf = (text: Text, side: keyof typeof read) => {
        const meter = (bytes: number) => {
          read[side] = bytes;
          onBytes?.(read.source + read.target);
        };
        return textLines(textBlocks(text, RAW, { signal, onBytes: meter, formIsGiven: true }));
      };
      const [sources, targets] = [linesOf(source, 'source'), linesOf(target, 'target')];
      for (let line = 1; ; line++) {
        const [left, right] = [await sources.next(), await targets.next()];
        if (left.done && right.done) return;
        if (left.done) throw withoutPartner(target.name, source.name, line);
        if (right.done) throw withoutPartner(source.name, target.name, line);
        yield { source: left.value, target: right.value };
      }
    },
  };
}

/**
 * Returns pairs that are read into memory when they are asked for.
 *
 * @param bytes in the unit of `onBytes`
 */
export function textOfPairs(
  name: string,
  bytes: number,
  read: (options: ReadOptions) => Promise<readonly SentencePair[]>,
): PairText {
  return {
    source: name,
    target: name,
    bytes,
    async *pairs(options = {}) {
      yield* await read(options);
      options.onBytes?.(bytes);
    },
  };
}

function withoutPartner(longer: string, shorter: string, line: number): UserError {
  return new UserError(
    'data',
    `${longer}:${line}: The sentence has no partner: ${shorter} has only ${line - 1} lines`,
    ['Give two files of as many lines, in which the same line is the same sentence in two languages.'],
  );
}
