import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describeFileError } from './file-error.js';
import { makeFolder } from './make-folder.js';
import { scalarRecord, sessionRecord, versionRecord } from './tensorboard-records.js';

/**
 * Appends figures to a TensorBoard event file, `events.out.tfevents.SECONDS.HOST.PID`, one per writer, so that
 * a resumed run adds a file and TensorBoard joins them. Figures wait in memory until {@link flush}; the file
 * and its folder appear with the first one.
 */
export class EventWriter {
  /** The event file, whether it exists yet or not. */
  readonly path: string;
  readonly #folder: string;
  #pending: Uint8Array[];
  #file: FileHandle | undefined;
  /** Bytes of whole records in the file. */
  #length = 0;
  /** The last flush that was asked for; the next one waits for it. */
  #lastFlush: Promise<void> = Promise.resolve();

  /** @param folder where the event file is to be; TensorBoard's `--logdir` is it or a folder above it */
  constructor(folder: string) {
    const now = Date.now() / 1000;
    this.#folder = folder;
    this.path = join(folder, `events.out.tfevents.${Math.floor(now)}.${hostname()}.${process.pid}`);
    this.#pending = [versionRecord(now)];
  }

  /**
   * Notes that training goes on from a step, so that TensorBoard drops what an earlier session wrote beyond it.
   *
   * @param step the first step of which figures will come
   */
  beginSession(step: number, wallTimeSeconds = Date.now() / 1000): void {
    this.#pending.push(sessionRecord(step, wallTimeSeconds));
  }

  /**
   * Notes one figure, to be written by the next flush.
   *
   * @param tag             its name; a slash makes groups: "valid/perplexity"
   * @param step            position on the horizontal axis, a whole number from 0
   * @param wallTimeSeconds when it was measured, in seconds since 1970; now, when left out
   */
  scalar(tag: string, step: number, value: number, wallTimeSeconds = Date.now() / 1000): void {
    if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`step ${step} is not a count`);
    this.#pending.push(scalarRecord(tag, step, value, wallTimeSeconds));
  }

  /**
   * Writes what waits. After a failure the file ends with a whole record and the figures wait for the next call.
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
      // A reader gives up at a broken record, so the part that was written must go.
      await file.truncate(this.#length).catch(() => {});
      throw error;
    }
    this.#length += records.length;
  }
}
