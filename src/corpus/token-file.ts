/** Token files: flat little-endian int32 ids, read piece by piece, so that a corpus may be larger than memory. */
import { endianness } from 'node:os';
import { UserError } from '../errors.js';
import { PositionedFile, RecordWriter } from '../storage/record-file.js';
import { prepareAgainCure } from './corpus-folder.js';
import type { SplitFacts } from './manifest.js';
import type { Vocabulary } from './vocabulary.js';

export const BYTES_PER_TOKEN = Int32Array.BYTES_PER_ELEMENT;

const HOST_IS_BIG_ENDIAN = endianness() === 'BE';

/** Turns ids in this machine's byte order into file order or back, in place. */
export function swapToFileOrder(bytes: Buffer): Buffer {
  return HOST_IS_BIG_ENDIAN ? bytes.swap32() : bytes;
}

/** Returns the bytes of 32-bit numbers in file order. On a big-endian machine the numbers themselves are swapped. */
export function fileOrder({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Buffer {
  return swapToFileOrder(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
}

/** The ids of one split, opened for reading; {@link close} it when done. */
export class TokenFile {
  /** Tokens in the file. */
  readonly length: number;
  readonly path: string;
  readonly #vocabularySize: number;
  readonly #file: PositionedFile;

  /**
   * @param vocabularySize ids outside [0, vocabularySize) are refused when they are read
   * @throws UserError('data') when the file cannot be opened, or its size is not a whole number of ids
   */
  constructor(path: string, vocabularySize: number) {
    this.path = path;
    this.#vocabularySize = vocabularySize;
    this.#file = new PositionedFile(path);
    const { bytes: size } = this.#file;
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
    const filled = this.#file.fill(bytes, position * BYTES_PER_TOKEN);
    if (filled < bytes.length) throw damaged(this.path, 'it became shorter while it was being read');
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
    this.#file.close();
  }
}

function damaged(path: string, fault: string): UserError {
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgainCure(path)]);
}

const BUFFER_TOKENS = 1 << 12;

/** Writes a new token file, counting and hashing as it goes. */
export class TokenWriter {
  readonly #vocabulary: Vocabulary;
  readonly #file: RecordWriter;
  readonly #buffer = new Int32Array(BUFFER_TOKENS);
  readonly #seen: Uint8Array;
  #buffered = 0;
  #tokens = 0;
  #lines = 0;
  #unknown = 0;

  /** @throws UserError('data') when the file cannot be created, or exists */
  constructor(path: string, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#seen = new Uint8Array(vocabulary.size);
    this.#file = new RecordWriter(path);
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
    return {
      tokens: this.#tokens,
      lines: this.#lines,
      types: this.#seen.reduce((sum, flag) => sum + flag, 0),
      unknown: this.#unknown,
      ...this.#file.finish(),
    };
  }

  close(): void {
    this.#file.close();
  }

  #flush(): void {
    this.#file.write(fileOrder(this.#buffer.subarray(0, this.#buffered)));
    this.#buffered = 0;
  }
}
