/** The manifest of a corpus whose kind is not known beforehand. */
import { type Manifest, readManifest } from './manifest.js';
import { WrongKindError } from './manifest-record.js';
import { type ParallelManifest, readParallelManifest } from './parallel/manifest.js';
import { readSpeechManifest, type SpeechManifest } from './speech/manifest.js';

export type AnyManifest = Manifest | ParallelManifest | SpeechManifest;

/**
 * Reads the manifest of a corpus of any kind.
 *
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws UserError('data') when the manifest is unreadable, damaged, or of another version or an unknown kind
 */
export async function readAnyManifest(folder: string): Promise<AnyManifest | undefined> {
  let otherKind: WrongKindError | undefined;
  for (const read of [readManifest, readParallelManifest, readSpeechManifest]) {
    try {
      return await read(folder);
    } catch (error) {
      if (!(error instanceof WrongKindError)) throw error;
      otherKind ??= error;
    }
  }
  throw otherKind;
}
