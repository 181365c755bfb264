/** Utterances as they are found in folders of any format, before features are made. */
import { relative, sep } from 'node:path';
import { UserError } from '../../../errors.js';
import type { SpokenPhones } from '../labels/label-formats.js';

/** An utterance whose audio and labels are known. */
export interface RawUtterance {
  /** Unique within its split. */
  readonly name: string;
  readonly speaker: string;
  /** Path of the audio. */
  readonly audio: string;
  /** The part of the audio, where it is not all of it. */
  readonly part?: AudioPart;
  /** Reads the labels. @param rate samples per second of the audio, in which times are given */
  readLabels(rate: number): Promise<SpokenPhones>;
}

/** A part of an audio file. */
export interface AudioPart {
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  /** File and line that name the part, for messages. */
  readonly place: string;
}

/** Utterances of one folder, in order. */
export interface RawFolder {
  readonly utterances: readonly RawUtterance[];
  /** Called when all labels were read. */
  close?(): void;
}

/** A format of folders. */
export interface FolderFormat {
  /** Lists the files on which the utterances depend, in order: they identify the corpus. */
  files(folder: string): Promise<string[]>;
  /**
   * Finds the utterances.
   *
   * @param scratch a folder in which files may be made that have names beginning with `prefix`
   * @throws UserError('data') for a file without its partner, two utterances of one name, or a damaged list
   */
  open(folder: string, scratch: string, prefix: string): Promise<RawFolder>;
}

/** Returns the path of a file relative to a folder, with slashes on every system. */
export function relativeTo(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** Error for a folder without any utterance. */
export function noUtterances(folder: string, expected: string): UserError {
  return new UserError('data', `${folder} has no utterances: ${expected}`, [
    'Check the folder and --format; `zlm prepare speech --help` describes the formats.',
  ]);
}
