/** A run opened for use: its model as a predictor, and the corpus that it was trained on. */
import type { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { SpeechCorpus } from '../corpus/speech/speech-corpus.js';
import type { Predictor } from '../predictors/predictor.js';
import type { Recognizer } from '../predictors/recognizer.js';
import type { Translator } from '../predictors/translator.js';
import type { NetworkSpec, NgramSpec } from '../spec/systems.js';
import type { CheckpointName, RunFolder } from './run-folder.js';
import type { TrainingProgress } from './training-progress.js';

/** Facts of the run and the checkpoint that are open. */
interface OpenedCheckpoint {
  readonly run: RunFolder;
  readonly checkpoint: CheckpointName;
  /** Of the checkpoint's content; null when its file does not say. */
  readonly checkpointSha256: string | null;
  /** The progress of the run when the checkpoint was written. */
  readonly position: TrainingProgress;
}

/** Facts and resources of every run that predicts text. */
interface Opened extends OpenedCheckpoint {
  readonly corpus: PreparedCorpus;
  readonly predictor: Predictor;
  /** Closes the corpus and frees the model. */
  dispose(): void;
}

/** A run of a network, loaded onto a backend. */
export interface OpenedNetwork extends Opened {
  readonly system: 'network';
  readonly spec: NetworkSpec;
  /** Name of the backend that computes. */
  readonly backend: string;
}

/** A run of an n-gram model, which needs no backend. */
export interface OpenedNgram extends Opened {
  readonly system: 'ngram';
  readonly spec: NgramSpec;
  readonly order: number;
  /** Lengths of the n-grams whose discounts could not be estimated, so that fixed ones are used. */
  readonly fallbackOrders: readonly number[];
}

/** A run of a network that translates, loaded onto a backend. */
export interface OpenedTranslation extends OpenedCheckpoint {
  readonly spec: NetworkSpec;
  readonly corpus: ParallelCorpus;
  readonly translator: Translator;
  /** Name of the backend that computes. */
  readonly backend: string;
  /** Closes the corpus and frees the model. */
  dispose(): void;
}

/** A run of a network that recognizes speech, loaded onto a backend. */
export interface OpenedSpeech extends OpenedCheckpoint {
  readonly spec: NetworkSpec;
  readonly corpus: SpeechCorpus;
  readonly recognizer: Recognizer;
  /** Name of the backend that computes. */
  readonly backend: string;
  /** Closes the corpus and frees the model. */
  dispose(): void;
}

/** A run that predicts text. */
export type OpenedRun = OpenedNetwork | OpenedNgram;

/** Opens runs that differ in their name alone. */
export interface RunOpener {
  /** Tells the kind of a run's model without opening it. @throws UserError when there is no such run */
  systemOf(run: string): Promise<OpenedRun['system']>;
  /** Opens a run, for the caller to dispose of. @throws UserError when anything of it is not available */
  open(run: string): Promise<OpenedRun>;
}

/** The run and the checkpoint of a result. */
export interface UsedRun {
  readonly system: OpenedRun['system'];
  /** Name of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointName;
  /** Left out for an n-gram model, which needs none. */
  readonly backend?: string;
}

/** Names an opened run in a result. */
export function usedRun(opened: OpenedRun): UsedRun {
  const { system, run, checkpoint } = opened;
  const used = { system, run: run.name, checkpoint };
  return opened.system === 'network' ? { ...used, backend: opened.backend } : used;
}

/** The run and the checkpoint of a translation. */
export interface UsedTranslator {
  /** Name of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointName;
  readonly backend: string;
}

/** Names an opened translator in a result. */
export function usedTranslator({ run, checkpoint, backend }: OpenedTranslation): UsedTranslator {
  return { run: run.name, checkpoint, backend };
}
