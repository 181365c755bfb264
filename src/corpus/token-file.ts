/** Token files: flat little-endian int32 ids, read piece by piece, so that a corpus may be larger than memory. */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { UserError } from '../errors.js';
import { describeFileError, syncDescriptor } from '../storage/atomic-write.js';
import { prepareAgainCure } from './corpus-folder.js';
import type { SplitFacts } from './manifest.js';
import type { Vocabulary } from './vocabulary.js';

export const BYTES_PER_TOKEN = Int32Array.BYTES_PER_ELEMENT;

const HOST_IS_BIG_ENDIAN = endianness() === 'BE';

/** Turns ids in this machine's byte order into file order or back, in place. */
export function swapToFileOrder(bytes: Buffer): Buffer {
  return HOST_IS_BIG_ENDIAN ? bytes.swap32() : bytes;
}

/** The ids of one split, opened for reading; {@link close} it when done. */
export class TokenFile {
  /** Tokens in the file. */
  readonly length: number;
  readonly path: string;
  readonly #vocabularySize: number;
  readonly #descriptor: number;

  /**
   * @param vocabularySize ids outside [0, vocabularySize) are refused when they are read
   * @throws UserError('data') when the file cannot be opened, or its size is not a whole number of ids
   */
  constructor(path: string, vocabularySize: number) {
    this.path = path;
    this.#vocabularySize = vocabularySize;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw describeFileError(error, path, 'read') ?? error;
    }
    const { size } = fstatSync(this.#descriptor);
    if (size % BYTES_PER_TOKEN !== 0) {
      this.close();
      throw damaged(path, `its ${size} bytes are not a whole number of ${BYTES_PER_TOKEN}-byte ids`);
    }
    this.length = size / BYTES_PER_TOKEN;
  }

  /**
   * Reads the ids `position` … `position + count - 1`.
   *
   * @throws RangeError when they are outside the file
   * @throws UserError('data') when the file has shrunk meanwhile, or has an id outside the vocabulary
   */
  read(position: number, count: number): Int32Array {
    if (position < 0 || count < 0 || position + count > this.length) {
      throw new RangeError(
        `Tokens ${position} to ${position + count} are not in ${this.path}, which has ${this.length}`,
      );
    }
    const ids = new Int32Array(count);
    const bytes = Buffer.from(ids.buffer);
    let filled = 0;
    while (filled < bytes.length) {
      const offset = position * BYTES_PER_TOKEN + filled;
      const got = readSync(this.#descriptor, bytes, filled, bytes.length - filled, offset);
      if (got === 0) throw damaged(this.path, 'it became shorter while it was being read');
      filled += got;
    }
    swapToFileOrder(bytes);
    const bad = ids.findIndex((id) => id < 0 || id >= this.#vocabularySize);
    if (bad >= 0) {
      throw damaged(
        this.path,
        `token ${position + bad} has id ${ids[bad]}, but there are ${this.#vocabularySize} words`,
      );
    }
    return ids;
  }

  /** Yields all ids in order, at most `size` at a time. */
  *chunks(size = 1 << 18): Generator<Int32Array> {
    for (let position = 0; position < this.length; position += size) {
      yield this.read(position, Math.min(size, this.length - position));
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function damaged(path: string, fault: string): UserError {
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgainCure(path)]);
}

const BUFFER_TOKENS = 1 << 18;

/** Writes a new token file through a buffer of a megabyte, counting and hashing as it goes. */
export class TokenWriter {
  readonly #path: string;
  readonly #vocabulary: Vocabulary;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = new Int32Array(BUFFER_TOKENS);
  readonly #seen: Uint8Array;
  #buffered = 0;
  #tokens = 0;
  #lines = 0;
  #unknown = 0;

  /** @throws UserError('data') when the file cannot be created, or exists */
  constructor(path: string, vocabulary: Vocabulary) {
    this.#path = path;
    this.#vocabulary = vocabulary;
    this.#seen = new Uint8Array(vocabulary.size);
    this.#descriptor = this.#guarded(() => openSync(path, 'wx'));
  }

  /** Appends one id of the vocabulary; `<eos>` ends a line. */
  add(id: number): void {
    if (this.#buffered === BUFFER_TOKENS) this.#flush();
    this.#buffer[this.#buffered++] = id;
    this.#seen[id] = 1;
    this.#tokens++;
    if (id === this.#vocabulary.eos) this.#lines++;
    if (id === this.#vocabulary.unk) this.#unknown++;
  }

  /** Forces everything to the disk and returns the facts of the split. */
  finish(): SplitFacts {
    this.#flush();
    this.#guarded(() => syncDescriptor(this.#descriptor));
    return {
      tokens: this.#tokens,
      lines: this.#lines,
      types: this.#seen.reduce((sum, flag) => sum + flag, 0),
      unknown: this.#unknown,
      sha256: this.#hash.digest('hex'),
      bytes: this.#tokens * BYTES_PER_TOKEN,
    };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = swapToFileOrder(Buffer.from(this.#buffer.buffer, 0, this.#buffered * BYTES_PER_TOKEN));
    for (let written = 0; written < bytes.length; ) {
      written += this.#guarded(() => writeSync(this.#descriptor, bytes, written));
    }
    this.#hash.update(bytes);
    this.#buffered = 0;
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw describeFileError(error, this.#path, 'write') ?? error;
    }
  }
}
