/** What the file system says of a file's content without reading it. */
import { stat } from 'node:fs/promises';

/** A file as it is now. */
export interface FileState {
  readonly bytes: number;
  /**
   * Size, times of change and inode. An equal text means equal content: every write and every replacement changes one of
   * them, except a write within the same tick of the file system's clock (see `settled`).
   */
  readonly identity: string;
  /** Whether the last change is so long ago that a further one would get another time. */
  readonly settled: boolean;
}

/** The coarsest clock of a file system in use (FAT) counts two seconds. */
const COARSEST_TICK_MS = 2000;

/** @throws the error of the file system */
export async function fileState(path: string): Promise<FileState> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return {
    bytes: Number(size),
    identity: [size, mtimeNs, ctimeNs, ino].join('-'),
    settled: Date.now() - changed > COARSEST_TICK_MS,
  };
}
