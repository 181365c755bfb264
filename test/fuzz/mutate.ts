/** Damages bytes at random: each damage depends on a seed, a target and a number alone, so that any input can be made again. */
import { philoxWords } from '../../src/ops/philox.js';

/** The stream of the damages, apart from those of `STREAM`. */
const STREAM_OF_FUZZING = 1000;
/** Words of random bits for one input. */
const WORDS = 256;

/** Random choices for one input. */
export class Chance {
  readonly #words: Uint32Array;
  #used = 0;

  constructor(seed: number, target: number, input: number) {
    this.#words = philoxWords({ seed, stream: STREAM_OF_FUZZING, site: target, step: input }, WORDS);
  }

  /** Returns a whole number in [0, n). */
  below(n: number): number {
    return this.#words[this.#used++ % WORDS] % n;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** What a mutation may draw on. */
export interface Material {
  /** Other valid inputs, to take pieces from. */
  readonly examples: readonly Buffer[];
  /** Words that mean something to the target. */
  readonly words: readonly string[];
}

type Mutation = (bytes: Buffer, chance: Chance, material: Material) => Buffer;

/** Numbers at the edges of what programs expect, as text. */
const NUMBERS = ['', '-1', '0', '-0', '1', '255', '65536', '2147483648', '4294967295', '9007199254740993']
  .concat(['1e309', '1e-320', '-60', '0x10', '1e5', '.5', 'NaN', 'Infinity', '007', '99999999999999999999'])
  .map((text) => Buffer.from(text));
/** The same as binary, little-endian. */
const INTEGERS = [0, 1, -1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0];
/** Bytes that end, begin or escape something. */
const BYTES = [
  0, 9, 10, 13, 27, 32, 34, 35, 39, 44, 45, 46, 48, 58, 60, 91, 92, 123, 127, 128, 192, 239, 255,
];
/** Texts that are hard to show or to decode. */
const TEXTS = [
  '\u001b[2J',
  '\u202e',
  '\ufeff',
  '\u0000',
  '\r\n',
  '\u2028',
  '\ud83d\ude00',
  'e\u0301',
  '<unk>',
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xc3]), Buffer.from([0xf0, 0x9f]), Buffer.from([0xff, 0xfe])]);
/** Longest piece that one mutation moves. */
const LONGEST_PIECE = 64;

/** Puts `piece` in the place of the bytes [from, to). */
function replaced(bytes: Buffer, from: number, to: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);
}

function anyPiece(bytes: Buffer, chance: Chance): Buffer {
  const from = chance.below(bytes.length + 1);
  return bytes.subarray(from, from + 1 + chance.below(LONGEST_PIECE));
}

function written(bytes: Buffer, write: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) write(copy);
  return copy;
}

/** Returns the range of one of the numbers in a text, or an empty range at any place. */
function anyNumber(bytes: Buffer, chance: Chance): [from: number, to: number] {
  const from = chance.below(bytes.length + 1);
  const match = /-?\d[\d.e]*/.exec(bytes.subarray(from, from + 4096).toString('latin1'));
  return match ? [from + match.index, from + match.index + match[0].length] : [from, from];
}

/** Returns the range of one line with its end. */
function anyLine(bytes: Buffer, chance: Chance): [from: number, to: number] {
  const at = chance.below(bytes.length + 1);
  const end = bytes.indexOf(10, at);
  return [at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1, end < 0 ? bytes.length : end + 1];
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, chance) {
    return written(bytes, (copy) => {
      copy[chance.below(copy.length)] ^= 1 << chance.below(8);
    });
  },
  function setByte(bytes, chance) {
    return written(bytes, (copy) => {
      copy[chance.below(copy.length)] = chance.pick(BYTES);
    });
  },
  function setInteger(bytes, chance) {
    return written(bytes, (copy) => {
      const width = Math.min(chance.pick([1, 2, 4]), copy.length);
      const at = chance.below(copy.length - width + 1);
      copy.writeUIntLE(chance.pick(INTEGERS) >>> (32 - 8 * width), at, width);
    });
  },
  function setNumber(bytes, chance) {
    return replaced(bytes, ...anyNumber(bytes, chance), chance.pick(NUMBERS));
  },
  function remove(bytes, chance) {
    const from = chance.below(bytes.length + 1);
    return replaced(bytes, from, from + 1 + chance.below(LONGEST_PIECE), Buffer.alloc(0));
  },
  function cutOff(bytes, chance) {
    return bytes.subarray(0, chance.below(bytes.length + 1));
  },
  function repeat(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const times = chance.pick([1, 2, 8, 100]);
    return replaced(bytes, at, at, Buffer.concat(Array<Buffer>(times).fill(anyPiece(bytes, chance))));
  },
  function takeFromOther(bytes, chance, { examples }) {
    const [at, other] = [chance.below(bytes.length + 1), chance.pick(examples)];
    if (chance.below(2) === 0) return replaced(bytes, at, at, anyPiece(other, chance));
    return Buffer.concat([bytes.subarray(0, at), other.subarray(chance.below(other.length + 1))]);
  },
  function insertWord(bytes, chance, { words }) {
    const at = chance.below(bytes.length + 1);
    return replaced(bytes, at, at, words.length > 0 ? Buffer.from(chance.pick(words)) : chance.pick(TEXTS));
  },
  function insertText(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    return replaced(bytes, at, at, chance.pick(TEXTS));
  },
  function dropLine(bytes, chance) {
    return replaced(bytes, ...anyLine(bytes, chance), Buffer.alloc(0));
  },
  function moveLine(bytes, chance) {
    const [from, to] = anyLine(bytes, chance);
    const [at] = anyLine(bytes, chance);
    return replaced(bytes, at, at, bytes.subarray(from, to));
  },
];

/** Most mutations of one input. */
const MOST_MUTATIONS = 6;
/** Repetitions end here. */
const LONGEST_INPUT = 2 ** 20;

/** Makes an input: one of the examples with one to six mutations; now and then the example itself, which must be taken. */
export function mutate(chance: Chance, material: Material): Buffer {
  let bytes = chance.pick(material.examples);
  for (let left = chance.below(MOST_MUTATIONS + 1); left > 0; left--)
    bytes = chance.pick(MUTATIONS)(bytes, chance, material).subarray(0, LONGEST_INPUT);
  return bytes;
}
