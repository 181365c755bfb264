/**
 * TensorBoard event files: a writer, and the bytes of its records. The records are the protobuf messages `Event` and
 * `Summary` of TensorFlow's event.proto and summary.proto, as far as scalars need them, each framed as a TFRecord.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describeFileError } from './file-error.js';
import { makeFolder } from './files.js';

/**
 * Appends figures to a TensorBoard event file, `events.out.tfevents.SECONDS.HOST.PID`, one per writer, so that
 * a resumed run adds a file and TensorBoard joins them. Figures wait in memory until {@link flush}; the file
 * and its folder appear with the first one.
 */
export class EventWriter {
  /** Path of the event file, which may not exist yet. */
  readonly path: string;
  readonly #folder: string;
  #pending: Uint8Array[];
  #file: FileHandle | undefined;
  /** Bytes of whole records in the file. */
  #length = 0;
  /** The last flush that was requested; the next one waits for it. */
  #lastFlush: Promise<void> = Promise.resolve();

  /** @param folder folder of the event file; TensorBoard's `--logdir` is it or a folder above it */
  constructor(folder: string) {
    const now = Date.now() / 1000;
    this.#folder = folder;
    this.path = join(folder, `events.out.tfevents.${Math.floor(now)}.${hostname()}.${process.pid}`);
    this.#pending = [versionRecord(now)];
  }

  /**
   * Records that training continues from a step, so that TensorBoard drops later figures of an earlier session.
   *
   * @param step the first step whose figures will follow
   */
  beginSession(step: number, wallTimeSeconds = Date.now() / 1000): void {
    this.#pending.push(sessionRecord(step, wallTimeSeconds));
  }

  /**
   * Records one figure, which the next flush writes.
   *
   * @param tag             its name; a slash makes groups: "valid/perplexity"
   * @param step            position on the horizontal axis, a whole number from 0
   * @param wallTimeSeconds when it was measured, in seconds since 1970; now, when left out
   */
  scalar(tag: string, step: number, value: number, wallTimeSeconds = Date.now() / 1000): void {
    if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`Step ${step} is not a count`);
    this.#pending.push(scalarRecord(tag, step, value, wallTimeSeconds));
  }

  /**
   * Writes the pending figures. After a failure the file ends with a whole record, and the figures stay pending.
   *
   * @throws UserError('data') when the file cannot be written
   */
  flush(): Promise<void> {
    const flush = this.#lastFlush.then(() => this.#writePending());
    this.#lastFlush = flush.catch(() => {});
    return flush;
  }

  /** Flushes and closes the file. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file?.close();
      this.#file = undefined;
    }
  }

  async #writePending(): Promise<void> {
    const count = this.#pending.length;
    if (count === 0) return;
    const records = Buffer.concat(this.#pending);
    try {
      this.#file ??= await this.#open();
      await this.#append(this.#file, records);
    } catch (error) {
      throw describeFileError(error, this.path, 'write') ?? error;
    }
    this.#pending.splice(0, count);
  }

  async #open(): Promise<FileHandle> {
    await makeFolder(this.#folder);
    const file = await open(this.path, 'a');
    this.#length = (await file.stat()).size;
    return file;
  }

  async #append(file: FileHandle, records: Uint8Array): Promise<void> {
    try {
      await file.appendFile(records);
    } catch (error) {
      // A reader stops at a broken record, so the written part must be removed.
      await file.truncate(this.#length).catch(() => {});
      throw error;
    }
    this.#length += records.length;
  }
}

/** Protobuf wire types. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** `SessionLog.START`. */
const SESSION_START = 1;

/** Returns the record that every event file starts with. */
export function versionRecord(wallTimeSeconds: number): Uint8Array {
  const fileVersion = delimited(3, Buffer.from('brain.Event:2'));
  return frame(Buffer.concat([double(1, wallTimeSeconds), fileVersion]));
}

/**
 * Returns the record of a session that begins at a step. TensorBoard then drops the figures of that step and later ones
 * from earlier sessions, which were trained but not saved before they were killed.
 */
export function sessionRecord(step: number, wallTimeSeconds: number): Uint8Array {
  const sessionLog = delimited(7, integer(1, SESSION_START));
  return frame(Buffer.concat([double(1, wallTimeSeconds), integer(2, step), sessionLog]));
}

/**
 * Returns the record of one figure.
 *
 * @param tag             its name; a slash makes groups: "valid/perplexity"
 * @param step            position on the horizontal axis, a whole number from 0
 * @param wallTimeSeconds when it was measured, in seconds since 1970
 */
export function scalarRecord(tag: string, step: number, value: number, wallTimeSeconds: number): Uint8Array {
  const summaryValue = Buffer.concat([delimited(1, Buffer.from(tag)), float(2, value)]);
  const summary = delimited(1, summaryValue);
  return frame(Buffer.concat([double(1, wallTimeSeconds), integer(2, step), delimited(5, summary)]));
}

/** Frames content as a TFRecord: length, checksum of the length, content, checksum of the content. */
function frame(content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, checksum(length), content, checksum(content)]);
}

function checksum(bytes: Uint8Array): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(maskedCrc32c(bytes));
  return crc;
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED64), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), bytes]);
}

function delimited(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([key(field, LENGTH_DELIMITED), varint(content.length), content]);
}

function key(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

/** Encodes seven bits per byte, lowest first. Arithmetic instead of bit operations, so that 2^53 steps fit. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** CRC-32C of bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Returns the checksum as TFRecord stores it: rotated and shifted, so that a CRC of data that contains CRCs stays
 * reliable.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
