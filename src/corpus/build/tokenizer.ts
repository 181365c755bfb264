/** Turns blocks of text into the tokens of a draft. */
import { isAscii } from 'node:buffer';
import type { Unit } from '../manifest.js';
import { type Normalization, normalizeText, type PieceWords, wordsOfPiece } from '../normalize.js';
import type { Draft } from './draft.js';
import { isSpace } from './long-word.js';
import type { Block } from './text-blocks.js';
import type { TypeTable } from './type-table.js';

const LINE_FEED = 0x0a;

/** Splits text into tokens and appends them to a draft. */
export interface Tokenizer {
  /**
   * Reads a block. The blocks of a text come in order.
   *
   * @param name the name of the text
   */
  read(block: Block, name: string): void;
}

/**
 * Returns the tokenizer of a corpus. It gives the tokens that {@link normalizeLine} gives for a line, but each spelling
 * of a piece is normalized only once.
 */
export function createTokenizer(
  form: Normalization & { readonly unit: Unit },
  types: TypeTable,
  draft: Draft,
): Tokenizer {
  const isOfCharacters = form.unit === 'character' && form.punctuation === 'keep';
  return isOfCharacters ? new CharacterTokenizer(form, types, draft) : new PieceTokenizer(form, types, draft);
}

/** Marks a piece that is not always the same single token. */
const SEVERAL = -1;

/**
 * Reads a line piece by piece; pieces are separated by white space of ASCII. The words of a piece depend only on its
 * bytes and on whether it is the last of its line, so each spelling is decoded and normalized once.
 */
class PieceTokenizer implements Tokenizer {
  /** The value of a piece is the number of its one token, or {@link SEVERAL}. */
  readonly #cache = new PieceCache();
  /** By entry of the cache, where its value is {@link SEVERAL}. */
  readonly #meanings = new Map<number, PieceWords>();
  /** The last piece of the line so far that counts: its single token or its meaning. */
  #pendingId = SEVERAL;
  #pending: PieceWords | undefined;
  /** Whether the line has a token already, so that a space comes before the next word. */
  #lineBegun = false;
  readonly #space: boolean;

  constructor(
    private readonly form: Normalization & { readonly unit: Unit },
    private readonly types: TypeTable,
    private readonly draft: Draft,
  ) {
    this.#space = form.unit === 'character';
  }

  read({ bytes, line: firstLine }: Block, name: string): void {
    const cache = this.#cache;
    const draft = this.draft;
    const end = bytes.length;
    let line = firstLine;
    for (let at = 0; at < end; ) {
      let byte = bytes[at];
      if (isSpace(byte)) {
        if (byte === LINE_FEED) this.#endLine(name, line++);
        at++;
        continue;
      }
      const start = at;
      let hash = 0x811c9dc5;
      do {
        // FNV-1a.
        hash = Math.imul(hash ^ byte, 0x01000193);
        byte = bytes[++at];
      } while (at < end && !isSpace(byte));
      if (at - start > MAX_CACHED_BYTES) {
        this.#take(SEVERAL, this.#meaningOf(bytes, start, at), name, line);
        continue;
      }
      let entry = cache.find(bytes, start, at, hash);
      if (entry < 0) entry = this.#remember(bytes, start, at, hash, name, line);
      const id = cache.value(entry);
      if (id !== SEVERAL && this.#pendingId !== SEVERAL) {
        // The case of nearly all pieces.
        draft.add(this.#pendingId);
        this.#pendingId = id;
        continue;
      }
      this.#take(id, id === SEVERAL ? this.#meanings.get(entry) : undefined, name, line);
    }
  }

  /** Keeps a piece until it is known whether another one follows in its line, and writes the one before. */
  #take(id: number, meaning: PieceWords | undefined, name: string, line: number): void {
    if (meaning !== undefined && !meaning.counts) return;
    this.#release(false, name, line);
    this.#pendingId = id;
    this.#pending = meaning;
  }

  #release(last: boolean, name: string, line: number): void {
    if (this.#pendingId !== SEVERAL) {
      this.draft.add(this.#pendingId);
    } else if (this.#pending !== undefined) {
      this.#write(last ? this.#pending.last : this.#pending.usual, name, line);
    }
  }

  #write(words: readonly string[], name: string, line: number): void {
    for (const word of words) {
      if (!this.#space) {
        this.draft.add(this.types.number(word, name, line));
        continue;
      }
      if (this.#lineBegun) this.draft.add(this.types.number(' ', name, line));
      this.#lineBegun = true;
      for (const character of word) this.draft.add(this.types.number(character, name, line));
    }
  }

  #endLine(name: string, line: number): void {
    this.#release(true, name, line);
    this.#pendingId = SEVERAL;
    this.#pending = undefined;
    this.#lineBegun = false;
    this.draft.endLine();
  }

  #remember(bytes: Buffer, start: number, end: number, hash: number, name: string, line: number): number {
    const meaning = this.#meaningOf(bytes, start, end);
    const { usual, last } = meaning;
    const isSingle = !this.#space && usual.length === 1 && last.length === 1 && usual[0] === last[0];
    const value = isSingle ? this.types.number(usual[0], name, line) : SEVERAL;
    const entry = this.#cache.add(bytes, start, end, hash, value);
    if (entry === 0) this.#meanings.clear();
    if (!isSingle) this.#meanings.set(entry, meaning);
    return entry;
  }

  #meaningOf(bytes: Buffer, start: number, end: number): PieceWords {
    return wordsOfPiece(bytes.toString('utf8', start, end), this.form);
  }
}

const UNNUMBERED = -1;

/** Reads code points, white space included. */
class CharacterTokenizer implements Tokenizer {
  readonly #ids = new Int32Array(0x110000).fill(UNNUMBERED);
  /** Whether ASCII text needs no normalization. */
  readonly #plainAscii: boolean;

  constructor(
    private readonly form: Normalization & { readonly unit: Unit },
    private readonly types: TypeTable,
    private readonly draft: Draft,
  ) {
    this.#plainAscii = form.numbers === 'keep' && !form.lowerCase;
  }

  read({ bytes, line: firstLine }: Block, name: string): void {
    if (this.#plainAscii && isAscii(bytes)) {
      this.#readAscii(bytes, firstLine, name);
      return;
    }
    let line = firstLine;
    for (const character of normalizeText(bytes.toString('utf8'), this.form)) {
      if (character === '\n') {
        this.draft.endLine();
        line++;
      } else {
        this.draft.add(this.#number(character.codePointAt(0) as number, name, line));
      }
    }
  }

  #readAscii(bytes: Buffer, firstLine: number, name: string): void {
    let line = firstLine;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED) {
        this.draft.endLine();
        line++;
      } else {
        this.draft.add(this.#number(byte, name, line));
      }
    }
  }

  #number(codePoint: number, name: string, line: number): number {
    const known = this.#ids[codePoint];
    if (known !== UNNUMBERED) return known;
    const id = this.types.number(String.fromCodePoint(codePoint), name, line);
    this.#ids[codePoint] = id;
    return id;
  }
}

/** Longer pieces are rare and are not cached. */
export const MAX_CACHED_BYTES = 64;

const MAX_ENTRIES = 2 ** 19;
const SLOTS = 2 * MAX_ENTRIES;
const ARENA_BYTES = 2 ** 23;

/** The fields of an entry are adjacent, so one access brings all of them into the cache of the processor. */
const FIELDS = 4;
const [HASH, START, LENGTH, VALUE] = [0, 1, 2, 3];

/**
 * A hash table of byte strings with open addressing, about 20 MB. Entries are numbers from 0, for the caller's own
 * tables. When it is full, it is emptied; frequent pieces return soon.
 */
export class PieceCache {
  /** Entry + 1; 0 is an empty slot. */
  readonly #slots = new Int32Array(SLOTS);
  readonly #fields = new Int32Array(FIELDS * MAX_ENTRIES);
  readonly #arena = new Uint8Array(ARENA_BYTES);
  #entries = 0;
  #used = 0;

  /**
   * Returns the entry of `bytes[start … end)`, or -1.
   *
   * @param hash of these bytes, by any function
   */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const fields = this.#fields;
    const length = end - start;
    for (let slot = slotOf(hash); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = slots[slot] - 1;
      if (entry < 0) return -1;
      const field = FIELDS * entry;
      if (fields[field + HASH] !== hash || fields[field + LENGTH] !== length) continue;
      if (this.#isAt(fields[field + START], bytes, start, length)) return entry;
    }
  }

  /** Returns the value that {@link add} was given. */
  value(entry: number): number {
    return this.#fields[FIELDS * entry + VALUE];
  }

  /**
   * Adds bytes that {@link find} did not find, at most {@link MAX_CACHED_BYTES}, with a value.
   * @returns the entry; 0 means that the cache was emptied
   */
  add(bytes: Uint8Array, start: number, end: number, hash: number, value: number): number {
    if (this.#entries === MAX_ENTRIES || this.#used + MAX_CACHED_BYTES > ARENA_BYTES) this.#empty();
    const entry = this.#entries++;
    let slot = slotOf(hash);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = entry + 1;
    this.#fields.set([hash, this.#used, end - start, value], FIELDS * entry);
    this.#arena.set(bytes.subarray(start, end), this.#used);
    this.#used += end - start;
    return entry;
  }

  #isAt(first: number, bytes: Uint8Array, start: number, length: number): boolean {
    const arena = this.#arena;
    for (let at = 0; at < length; at++) {
      if (arena[first + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  #empty(): void {
    this.#slots.fill(0);
    this.#entries = 0;
    this.#used = 0;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
