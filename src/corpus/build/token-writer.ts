import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { describeFileError } from '../../storage/atomic-write.js';
import { syncDescriptor } from '../../storage/sync.js';
import type { SplitFacts } from '../manifest.js';
import { BYTES_PER_TOKEN, swapToFileOrder } from '../token-file.js';
import type { Vocabulary } from '../vocabulary.js';

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

  /** Forces everything to the disk and says what was written. */
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
