/** Everything that determines the bytes of a speech corpus. */
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
  utterances(signal: AbortSignal | undefined): AsyncIterable<Utterance> | Iterable<Utterance>;
}

export interface SpeechRecipe {
  /** Name of the corpus, which is the name of its folder. */
  readonly name: string;
  /** What is spoken by whom, for people. */
  readonly description: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  readonly features: FeatureFacts;
  readonly phones: readonly string[];
  readonly aligned: boolean;
  readonly scoring: Scoring;
  readonly splits: Readonly<Record<SplitName, UtteranceStream>>;
}
