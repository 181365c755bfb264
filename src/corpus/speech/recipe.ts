/** Everything that determines the bytes of a speech corpus. */
import type { OnProgress } from '../../progress.js';
import type { SplitName } from '../manifest.js';
import type { Options, SourceFile } from '../manifest-record.js';
import type { FeatureFacts, Scoring } from './manifest.js';

/** One utterance, ready to be written. */
export interface Utterance {
  /** Unique within its split. */
  readonly name: string;
  readonly speaker: string;
  /** [frames, F], row by row, before normalization; at least one frame. */
  readonly features: Float32Array;
  /** [frames], a phone id each; null in a corpus without alignment. */
  readonly labels: Int32Array | null;
  /** The phones spoken, at least one. */
  readonly phones: Int32Array;
  /** Duration of the audio. */
  readonly seconds: number;
}

/** The utterances of one split. */
export interface UtteranceStream {
  /** Number of utterances, for the progress. */
  readonly count: number;
  /** Yields the utterances in order; called once. */
  utterances(): AsyncIterable<Utterance> | Iterable<Utterance>;
}

/** The utterances of a corpus, and what is known once their labels are. */
export interface SpeechUtterances {
  readonly phones: readonly string[];
  /** Whether every utterance has labels. */
  readonly aligned: boolean;
  readonly scoring: Scoring;
  readonly splits: Readonly<Record<SplitName, UtteranceStream>>;
  /** Called when all was read, or something failed. */
  close?(): void;
}

/** What the preparation offers while utterances are read. */
export interface OpenContext {
  /** An empty folder for files that are needed until the corpus is written. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface SpeechRecipe {
  /** Name of the corpus, which is the name of its folder. */
  readonly name: string;
  /** What is spoken by whom, for people. */
  readonly description: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  readonly features: FeatureFacts;
  /** Opens the utterances; called only when the corpus is not there yet. */
  open(context: OpenContext): Promise<SpeechUtterances>;
}
