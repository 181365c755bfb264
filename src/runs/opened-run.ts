/** A run opened for use: its model as a predictor, and the corpus that it was trained on. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { Predictor } from '../predictors/predictor.js';
import type { NetworkSpec, NgramSpec } from '../spec/systems.js';
import type { CheckpointName, RunFolder } from './run-folder.js';
import type { TrainingProgress } from './training-progress.js';

/** Facts and resources that every opened run has. */
interface Opened {
  readonly run: RunFolder;
  readonly checkpoint: CheckpointName;
  /** Of the checkpoint's content; null when its file does not say. */
  readonly checkpointSha256: string | null;
  /** The progress of the run when the checkpoint was written. */
  readonly position: TrainingProgress;
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
