/** Shuffles the lines or paragraphs of texts in bounded memory. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted, UserError } from '../../errors.js';
import { philoxWords, STREAM } from '../../ops/philox.js';
import { describeFileError } from '../../storage/file-error.js';
import type { Unit } from '../manifest.js';
import type { Normalization } from '../normalize.js';
import { isSpace } from './long-word.js';
import { type Block, type BlockOptions, textBlocks } from './text-blocks.js';
import type { ReadOptions, Text } from './text-source.js';

/** The unit that stays together, and the seed of the order. */
export interface Shuffle {
  /** Lines, or paragraphs: lines up to and including the empty lines that follow. */
  readonly by: 'line' | 'paragraph';
  readonly seed: number;
}

const LINE_FEED = 0x0a;
const TWO_32 = 2 ** 32;

/** Approximate size of the text that is sorted in memory at once. */
const BUCKET_BYTES = 2 ** 26;
/** Most files that are open at once. */
const MOST_BUCKETS = 256;
const MAX_UNIT_BYTES = 2 ** 26;
/**
 * Gzip files are assumed to grow by this factor: text compresses to a third or a quarter, and the true size is not
 * known before the file is read.
 */
const GROWTH = 4;

/** key (2 × 4 bytes), line (8), text (4), length (4). */
const HEADER_BYTES = 24;

/**
 * The units of texts in the order of random keys; key n is a function only of the seed and n. The units are first
 * distributed to files by the upper part of their keys, and then each file is sorted in memory.
 */
export class ShuffledTexts {
  readonly #texts: readonly Text[];
  readonly #buckets: readonly Bucket[];
  #lines = 0;
  #units = 0;

  private constructor(
    texts: readonly Text[],
    folder: string,
    private readonly shuffle: Shuffle,
  ) {
    this.#texts = texts;
    const bytes = GROWTH * texts.reduce((sum, text) => sum + text.bytes, 0);
    const count = Math.min(MOST_BUCKETS, Math.ceil(bytes / BUCKET_BYTES));
    this.#buckets = Array.from(
      { length: count },
      (_, index) => new Bucket(join(folder, `.bucket-${index}.tmp`)),
    );
  }

  /**
   * Reads the texts once and distributes their units to files.
   *
   * @param folder for the files; {@link discard} removes them
   * @param onBytes called with the bytes read of all texts
   * @throws UserError('data') as {@link textBlocks} does, and for a unit that is too long
   */
  static async deal(
    texts: readonly Text[],
    form: Normalization & { readonly unit: Unit },
    shuffle: Shuffle,
    folder: string,
    { signal, onBytes, formIsGiven }: BlockOptions,
  ): Promise<ShuffledTexts> {
    const shuffled = new ShuffledTexts(texts, folder, shuffle);
    try {
      let before = 0;
      for (const [index, text] of texts.entries()) {
        const start = before;
        const options = { signal, onBytes: (bytes: number) => onBytes?.(start + bytes), formIsGiven };
        await shuffled.#deal(textBlocks(text, form, options), index);
        before += text.bytes;
      }
      for (const bucket of shuffled.#buckets) bucket.finish();
      return shuffled;
    } catch (error) {
      shuffled.discard();
      throw error;
    }
  }

  /** Number of lines of all texts. */
  get lines(): number {
    return this.#lines;
  }

  /** Size of the stored texts: the unit in which {@link units} reports its progress. */
  get bytes(): number {
    return this.#texts.reduce((sum, text) => sum + text.bytes, 0);
  }

  /** Yields each unit as a block, with the name of its text and its place there. */
  async *units({ signal, onBytes }: ReadOptions): AsyncGenerator<{ block: Block; name: string }> {
    for (const [index, bucket] of this.#buckets.entries()) {
      for (const { block, text } of await bucket.sorted()) yield { block, name: this.#texts[text].name };
      onBytes?.(((index + 1) / this.#buckets.length) * this.bytes);
      await nextTurn();
      stopIfAborted(signal);
    }
  }

  /** Removes the files. */
  discard(): void {
    for (const bucket of this.#buckets) bucket.discard();
  }

  async #deal(blocks: AsyncGenerator<Block>, text: number): Promise<void> {
    let parts: Buffer[] = [];
    let length = 0;
    let first = 1;
    let blankSeen = false;
    const end = () => {
      if (length > 0) this.#add(Buffer.concat(parts), first, text);
      [parts, length, blankSeen] = [[], 0, false];
    };
    const take = (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length > MAX_UNIT_BYTES) throw tooLong(this.#texts[text].name, first, this.shuffle.by);
    };
    for await (const { bytes, line: firstLine } of blocks) {
      let line = firstLine;
      let lineStart = 0;
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
        const part = bytes.subarray(lineStart, at + 1);
        const isBlank = parts.at(-1)?.at(-1) !== LINE_FEED && length > 0 ? false : part.every(isSpace);
        if (blankSeen && !isBlank) end();
        if (length === 0) first = line;
        take(part);
        blankSeen ||= isBlank;
        this.#lines++;
        line++;
        lineStart = at + 1;
        if (this.shuffle.by === 'line') end();
      }
      // The beginning of a line that continues in the next block, so the line is not empty.
      if (lineStart === bytes.length) continue;
      if (blankSeen) end();
      if (length === 0) first = line;
      take(Buffer.from(bytes.subarray(lineStart)));
    }
    end();
  }

  #add(bytes: Buffer, line: number, text: number): void {
    const site = Math.floor(this.#units / TWO_32);
    const address = { seed: this.shuffle.seed, stream: STREAM.shuffling, site, step: this.#units % TWO_32 };
    const [high, low] = philoxWords(address, 2);
    this.#units++;
    const bucket = this.#buckets[Math.floor((high / TWO_32) * this.#buckets.length)];
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(high, 0);
    header.writeUInt32LE(low, 4);
    header.writeDoubleLE(line, 8);
    header.writeUInt32LE(text, 16);
    header.writeUInt32LE(bytes.length, 20);
    bucket.add(header, bytes);
  }
}

const BUCKET_BUFFER_BYTES = 2 ** 18;

/** A file of units with neighboring keys. */
class Bucket {
  readonly #path: string;
  #descriptor: number | undefined;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(path: string) {
    this.#path = path;
  }

  add(header: Buffer, bytes: Buffer): void {
    this.#parts.push(header, bytes);
    this.#length += header.length + bytes.length;
    if (this.#length > BUCKET_BUFFER_BYTES) this.#flush();
  }

  finish(): void {
    this.#flush();
    this.#close();
  }

  async sorted(): Promise<{ block: Block; text: number }[]> {
    const bytes = await readFile(this.#path).catch((error) => {
      throw describeFileError(error, this.#path, 'read') ?? error;
    });
    const units: { block: Block; text: number; high: number; low: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const [high, low] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
      const [line, text] = [bytes.readDoubleLE(at + 8), bytes.readUInt32LE(at + 16)];
      const start = at + HEADER_BYTES;
      at = start + bytes.readUInt32LE(at + 20);
      units.push({ block: { bytes: bytes.subarray(start, at), line }, text, high, low });
    }
    // The sort is stable: units with the same key keep their order.
    return units.sort((a, b) => a.high - b.high || a.low - b.low);
  }

  discard(): void {
    this.#close();
    rmSync(this.#path, { force: true });
  }

  #flush(): void {
    try {
      this.#descriptor ??= openSync(this.#path, 'wx', 0o600);
      const bytes = Buffer.concat(this.#parts);
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written);
      }
    } catch (error) {
      throw describeFileError(error, this.#path, 'write') ?? error;
    }
    this.#parts = [];
    this.#length = 0;
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function tooLong(name: string, line: number, by: Shuffle['by']): UserError {
  const longest = `${MAX_UNIT_BYTES / 2 ** 20} MiB`;
  const cure =
    by === 'paragraph'
      ? 'Paragraphs end with an empty line. Where the text has none, shuffle its lines: --shuffle line.'
      : 'Break the text into lines, best a sentence on each, or leave out --shuffle.';
  return new UserError('data', `${name}:${line}: A ${by} of more than ${longest} cannot be shuffled`, [cure]);
}
