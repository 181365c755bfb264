/** Flat binary files that are written once through a buffer, and read by position. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { syncDescriptor } from './atomic-write.js';
import { describeFileError } from './file-error.js';

const BUFFER_BYTES = 2 ** 20;

/** Writes a new file through a buffer of a megabyte, hashing as it goes; {@link close} it when done. */
export class RecordWriter {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #buffered = 0;
  #bytes = 0;

  /** @throws UserError('data') when the file cannot be created, or exists */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = this.#guarded(() => openSync(path, 'wx'));
  }

  /** Appends bytes. */
  write(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + BUFFER_BYTES - this.#buffered);
      this.#buffer.set(part, this.#buffered);
      this.#buffered += part.length;
      taken += part.length;
      if (this.#buffered === BUFFER_BYTES) this.#flush();
    }
  }

  /** Forces everything to the disk and returns size and SHA-256 (hex) of the file. */
  finish(): { readonly bytes: number; readonly sha256: string } {
    this.#flush();
    this.#guarded(() => syncDescriptor(this.#descriptor));
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    for (let written = 0; written < bytes.length; ) {
      written += this.#guarded(() => writeSync(this.#descriptor, bytes, written));
    }
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
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

/** A file opened for reading by position; {@link close} it when done. */
export class PositionedFile {
  readonly #descriptor: number;
  /** Size when it was opened. */
  readonly bytes: number;

  /** @throws UserError('data') when the file cannot be opened */
  constructor(readonly path: string) {
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw describeFileError(error, path, 'read') ?? error;
    }
    this.bytes = fstatSync(this.#descriptor).size;
  }

  /**
   * Fills `bytes` from a position on.
   *
   * @returns the number of bytes read: fewer than fit when the file ends before
   * @throws UserError('data') when the file cannot be read
   */
  fill(bytes: Uint8Array, position: number): number {
    let filled = 0;
    try {
      while (filled < bytes.length) {
        const got = readSync(this.#descriptor, bytes, filled, bytes.length - filled, position + filled);
        if (got === 0) break;
        filled += got;
      }
    } catch (error) {
      throw describeFileError(error, this.path, 'read') ?? error;
    }
    return filled;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
