/** What tar and zip archives have in common. */

export interface ArchiveEntry {
  /** As written in the archive: it may be absolute or climb with "..", so it is never a path to write to. */
  readonly path: string;
  /** Size of the contents in bytes, as the archive claims. */
  readonly size: number;
  /** False for folders, links, devices and everything else without contents of its own. */
  readonly isFile: boolean;
}

/** What is wrong with an archive, as the rest of a sentence "Cannot read x.tgz: …". */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
}
