/** Remembers what was computed from files, for each state of a file, in a file of the cache folder. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { writeFileAtomically } from './atomic-write.js';
import type { FileState } from './file-identity.js';

/** A value with the identity of the state that it was computed from. */
interface Entry {
  readonly identity: string;
  readonly value: unknown;
}

/** Values by name; a value is only valid for the state of the file that it was computed from. */
export class FileMemory {
  #changed = false;

  private constructor(
    private readonly path: string | null,
    private readonly entries: Map<string, Entry>,
  ) {}

  /**
   * Loads a memory. A file that is missing, unreadable or damaged counts as an empty memory.
   *
   * @param path null for one that ends with this process
   */
  static async load(path: string | null): Promise<FileMemory> {
    const text = path === null ? '' : await readFile(path, 'utf8').catch(() => '');
    return new FileMemory(path, parseEntries(text));
  }

  /** Returns the value for a state of a file; undefined if it is not known. */
  recall(name: string, { identity }: FileState): unknown {
    const entry = this.entries.get(name);
    return entry?.identity === identity ? entry.value : undefined;
  }

  /** Remembers a value, which JSON can express, if the state is settled: any later change of the file is then another state. */
  remember(name: string, { identity, settled }: FileState, value: unknown): void {
    if (!settled) return;
    this.entries.set(name, { identity, value });
    this.#changed = true;
  }

  /** Forgets all other names. */
  keepOnly(names: Iterable<string>): void {
    const kept = new Set(names);
    for (const name of this.entries.keys()) {
      if (!kept.has(name)) this.#changed = this.entries.delete(name);
    }
  }

  /** Writes what has changed for later processes, if the cache folder can be written. */
  async save(): Promise<void> {
    if (this.path === null || !this.#changed) return;
    try {
      await writeFileAtomically(this.path, `${JSON.stringify(Object.fromEntries(this.entries))}\n`);
      this.#changed = false;
    } catch (error) {
      // The next command computes the values again; nothing else is lost.
      if (!(error instanceof UserError)) throw error;
    }
  }
}

function parseEntries(text: string): Map<string, Entry> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(Object.entries(value).filter((entry): entry is [string, Entry] => isEntry(entry[1])));
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'value' in value &&
    'identity' in value &&
    typeof value.identity === 'string'
  );
}
