/** An n-gram table as named arrays, the form that a checkpoint has. */
import type { NamedArray } from '../storage/safetensors.js';
import type { NgramLevel, NgramTable } from './ngram-table.js';

const PARTS = ['offsets', 'words', 'counts'] as const;

/** What is wrong with arrays that are no table of the wanted size, as a clause: "it lacks ngrams.2.words". */
export class NgramTableFault extends Error {}

/** The arrays of a table: `ngrams.K.offsets`, `ngrams.K.words` and `ngrams.K.counts` of each level K, all int32. */
export function tableToArrays(table: NgramTable): NamedArray[] {
  return table.flatMap((level, index) =>
    PARTS.map((part) => ({ name: arrayName(index, part), shape: [level[part].length], data: level[part] })),
  );
}

/**
 * The table that arrays hold; they are not copied.
 *
 * @throws NgramTableFault when an array is missing or too many, or they could not have been counted from a text
 */
export function tableFromArrays(
  arrays: ReadonlyMap<string, NamedArray>,
  { order, vocabularySize }: { readonly order: number; readonly vocabularySize: number },
): NgramTable {
  const levels = Array.from({ length: order }, (_, index) => levelFromArrays(arrays, index));
  const expected = new Set(levels.flatMap((_, index) => PARTS.map((part) => arrayName(index, part))));
  const foreign = [...arrays.keys()].find((name) => !expected.has(name));
  if (foreign !== undefined) throw new NgramTableFault(`an n-gram model of order ${order} has no ${foreign}`);
  if (levels[0].words.length !== vocabularySize) {
    throw new NgramTableFault(
      `it has ${levels[0].words.length} words where the vocabulary has ${vocabularySize}`,
    );
  }
  for (const [index, level] of levels.entries()) {
    checkOffsets(level, index, index === 0 ? 1 : levels[index - 1].words.length);
    checkWords(level, index, vocabularySize);
    const least = index === 0 ? 0 : 1;
    if (level.counts.some((count) => count < least)) {
      throw new NgramTableFault(`its ${arrayName(index, 'counts')} holds counts that no text has`);
    }
  }
  return levels;
}

function arrayName(index: number, part: (typeof PARTS)[number]): string {
  return `ngrams.${index + 1}.${part}`;
}

function levelFromArrays(arrays: ReadonlyMap<string, NamedArray>, index: number): NgramLevel {
  const [offsets, words, counts] = PARTS.map((part) => {
    const name = arrayName(index, part);
    const array = arrays.get(name);
    if (array === undefined) throw new NgramTableFault(`it lacks ${name}`);
    if (!(array.data instanceof Int32Array)) throw new NgramTableFault(`its ${name} holds no whole numbers`);
    return array.data;
  });
  if (words.length !== counts.length) {
    const message = `${words.length} words and ${counts.length} counts of n-grams of ${index + 1} tokens`;
    throw new NgramTableFault(`it has ${message}`);
  }
  return { offsets, words, counts };
}

/** Every row ends where the next begins, and the last where the entries end. */
function checkOffsets({ offsets, words }: NgramLevel, index: number, rows: number): void {
  const whole = offsets.length === rows + 1 && offsets[0] === 0 && offsets[rows] === words.length;
  const ascending = offsets.every((offset, row) => row === 0 || offset >= offsets[row - 1]);
  if (!whole || !ascending) {
    throw new NgramTableFault(`its ${arrayName(index, 'offsets')} do not divide its n-grams into rows`);
  }
}

/** Bisection needs them to ascend within each row. */
function checkWords({ offsets, words }: NgramLevel, index: number, vocabularySize: number): void {
  for (let row = 0; row < offsets.length - 1; row++) {
    for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
      const least = entry === offsets[row] ? 0 : words[entry - 1] + 1;
      if (words[entry] < least || words[entry] >= vocabularySize) {
        throw new NgramTableFault(
          `its ${arrayName(index, 'words')} holds words in no order or of no vocabulary`,
        );
      }
    }
  }
}
