/** What the fuzzer can be pointed at. */
import { writeFileSync } from 'node:fs';
import type { Chance } from './mutate.js';

/** A reader of input that people write or that may be damaged. */
export interface FuzzTarget {
  readonly name: string;
  /** Words that mean something to it, to be inserted. */
  readonly words?: readonly string[];
  /** Its part of all inputs, in proportion to those of the others: readers differ in what an input takes. */
  readonly share: number;
  /**
   * Prepares a folder of its own.
   *
   * @returns valid inputs, and the reader
   */
  open(folder: string): Promise<OpenTarget>;
}

export interface OpenTarget {
  readonly examples: readonly Buffer[];
  /**
   * Reads an input. It may refuse it by a UserError, and nothing else; it may check what it has read further.
   *
   * @param chance for choices besides the bytes
   */
  read(input: Buffer, chance: Chance): Promise<void>;
}

/**
 * Opens a target that reads a file: each input is written to it first.
 *
 * @param read what is done with the file then; see {@link OpenTarget.read}
 */
export function fromFile(
  path: string,
  examples: readonly Buffer[],
  read: (chance: Chance) => Promise<unknown>,
): OpenTarget {
  return {
    examples,
    read: async (input, chance) => {
      writeFileSync(path, input);
      await read(chance);
    },
  };
}

/** Throws unless two values are equal as JSON: what was read, and what is read again after it was written. */
export function assertSame(what: string, before: unknown, after: unknown): void {
  const [left, right] = [before, after].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`${what} differs when it is read again: ${left} and ${right}`);
}

/** Ends a file in an input that stands for several. */
const FILE_END = '\f';

/** Puts files into one input, to be damaged together. */
export function bundle(files: readonly string[]): Buffer {
  return Buffer.from(files.join(FILE_END));
}

/** Returns the files of a bundle; what damage has made of it, so there may be more or fewer. */
export function unbundle(input: Buffer): Buffer[] {
  const files: Buffer[] = [];
  let from = 0;
  for (let end = input.indexOf(FILE_END); end >= 0; end = input.indexOf(FILE_END, from)) {
    files.push(input.subarray(from, end));
    from = end + FILE_END.length;
  }
  return [...files, input.subarray(from)];
}
