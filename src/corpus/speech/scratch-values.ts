/** Values that are kept on the disk while a corpus is prepared, so that memory stays small however many there are. */
import { PositionedFile, RecordWriter } from '../../storage/record-file.js';

/** Values by number, as JSON in one file. Memory has 8 bytes for each of them. */
export class ScratchValues<T> {
  readonly #path: string;
  readonly #writer: RecordWriter;
  #reader: PositionedFile | undefined;
  /** The first byte of each value, and last the end of the file. */
  readonly #starts: number[] = [0];

  /** @param path a new file */
  constructor(path: string) {
    this.#path = path;
    this.#writer = new RecordWriter(path);
  }

  /** Adds a value and returns its number. */
  add(value: T): number {
    const bytes = Buffer.from(JSON.stringify(value));
    this.#writer.write(bytes);
    this.#starts.push((this.#starts.at(-1) ?? 0) + bytes.length);
    return this.#starts.length - 2;
  }

  /** Ends the adding; values can be read from now on. */
  finish(): void {
    this.#writer.finish();
    this.#reader = new PositionedFile(this.#path);
  }

  read(number: number): T {
    const bytes = Buffer.alloc(this.#starts[number + 1] - this.#starts[number]);
    this.#reader?.fill(bytes, this.#starts[number]);
    return JSON.parse(bytes.toString('utf8')) as T;
  }

  close(): void {
    this.#writer.close();
    this.#reader?.close();
  }
}
