/**
 * The tokens of a text before the vocabulary is known: numbers of a {@link TypeTable}, in a file that is read a second
 * time.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { describeFileError } from '../../storage/file-error.js';

const BUFFER_TOKENS = 2 ** 18;
const BYTES_PER_TOKEN = Int32Array.BYTES_PER_ELEMENT;

/** The number of `<eos>`. */
export const DRAFT_END_OF_LINE = 0;

/**
 * A draft of all splits in one file. It takes as much disk space as the corpus while the corpus is prepared, but the
 * text need not be read, decoded and tokenized a second time.
 */
export class Draft {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #buffer = new Int32Array(BUFFER_TOKENS);
  #buffered = 0;
  #flushed = 0;
  #lines = 0;

  /** Called at the end of each line. */
  onLine: () => void = () => {};

  /**
   * @param path a new file
   * @throws UserError('data') when the file cannot be created
   */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = this.#guarded(() => openSync(path, 'wx+', 0o600));
  }

  /** Appends one token. */
  add(id: number): void {
    if (this.#buffered === BUFFER_TOKENS) this.#flush();
    this.#buffer[this.#buffered++] = id;
  }

  /** Appends `<eos>`. */
  endLine(): void {
    this.add(DRAFT_END_OF_LINE);
    this.#lines++;
    this.onLine();
  }

  /** Tokens so far. */
  get tokens(): number {
    return this.#flushed + this.#buffered;
  }

  /** Lines so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Yields the tokens from `start` to, not including, `end`, a part at a time; the parts share one buffer. */
  *read(start: number, end: number): Generator<Int32Array> {
    this.#flush();
    const ids = new Int32Array(Math.min(BUFFER_TOKENS, end - start));
    for (let at = start; at < end; at += ids.length) {
      const part = ids.subarray(0, Math.min(ids.length, end - at));
      this.#fill(Buffer.from(part.buffer, 0, part.byteLength), at * BYTES_PER_TOKEN);
      yield part;
    }
  }

  /** Removes the file. */
  discard(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }

  #fill(bytes: Buffer, position: number): void {
    for (let filled = 0; filled < bytes.length; ) {
      const got = this.#guarded(() =>
        readSync(this.#descriptor, bytes, filled, bytes.length - filled, position + filled),
      );
      if (got === 0)
        throw new Error(`${this.#path} ends before token ${(position + filled) / BYTES_PER_TOKEN}`);
      filled += got;
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer.buffer, 0, this.#buffered * BYTES_PER_TOKEN);
    const position = this.#flushed * BYTES_PER_TOKEN;
    for (let written = 0; written < bytes.length; ) {
      written += this.#guarded(() =>
        writeSync(this.#descriptor, bytes, written, bytes.length - written, position + written),
      );
    }
    this.#flushed += this.#buffered;
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
