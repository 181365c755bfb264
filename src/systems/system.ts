/**
 * Systems: a network, which is trained, or an n-gram model, which is counted. Everything that the two do differently
 * is behind `System`; plans and outcomes are unions tagged by `system`.
 */
import type { BackendName, BackendOptions } from '../backends/backend.js';
import type { ActiveBackend } from '../backends/select.js';
import type { TrainingData } from '../corpus/training-data.js';
import type { VerifyOptions } from '../corpus/verify-files.js';
import type { OnProgress } from '../progress.js';
import type { OpenedRun } from '../runs/opened-run.js';
import type { CheckpointName, RunFolder } from '../runs/run-folder.js';
import type { BestEpoch } from '../runs/training-progress.js';
import type { LoadedSpec } from '../spec/load.js';
import type { Spec } from '../spec/systems.js';
import type { BackendEvent, CountingEvent, TrainingEvent, WarningEvent } from '../training/events.js';
import type { NetworkPlan, PlannedEvent } from '../training/plan.js';
import type { RunChoice } from '../training/session-files.js';

/** One kind of model, with everything that its specs can be used for. */
export interface System<S extends Spec, Data extends TrainingData = TrainingData> {
  readonly name: 'network' | 'ngram';
  /**
   * Opens the data that a spec names.
   *
   * @returns the data, which the caller closes
   * @throws UserError when it is missing, damaged, of another kind, or does not fit the spec; the signal's reason when it is aborted
   */
  openData(
    loaded: LoadedSpec & { readonly spec: S },
    dataFolder: string,
    options: VerifyOptions,
  ): Promise<Data>;
  /**
   * Plans what {@link train} would do with the same job: the whole training of a spec, or what is left of a run's. Nothing is
   * written.
   *
   * @returns the plan
   * @throws UserError for what `train` would refuse before it begins, except for a name or a folder that is taken
   */
  plan(job: TrainingJob<S, Data>, signal: AbortSignal): AsyncGenerator<PlanEvent, Plan, void>;
  /**
   * Trains until the end or an interruption.
   *
   * @param signal when aborted, the state is saved and the outcome is `interrupted`
   * @returns the outcome
   * @throws UserError for everything that a user can fix: the corpus, the run, the backend, the disk, divergence
   */
  train(job: TrainingJob<S, Data>, signal: AbortSignal): AsyncGenerator<TrainingEvent, TrainingOutcome, void>;
  /**
   * Opens a run, so that its model predicts.
   *
   * @returns the opened run, which the caller disposes of
   * @throws UserError when checkpoint, corpus or backend are not available; the signal's reason when it is aborted
   */
  open(run: RunFolder, spec: S, request: OpenRequest, hooks: OpenHooks): Promise<OpenedRun>;
}

/** Request to open a checkpoint of a run: its corpus and backend. */
export interface OpenRequest {
  readonly checkpoint: CheckpointName;
  readonly dataFolder: string;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions | undefined;
}

/** Listeners while a run is opened. */
export interface OpenHooks {
  readonly signal?: AbortSignal;
  /** Called with the progress of verifying a large corpus. */
  readonly onProgress?: OnProgress;
  /** Not called for an n-gram model, which needs no backend. */
  readonly onBackend?: (backend: ActiveBackend) => void;
  /** Told in one line that the spec of the run was edited since its training. */
  readonly onWarning?: (line: string) => void;
}

/** Job of a system: a spec and a corpus that fit together, with options and folders. */
export interface TrainingJob<S extends Spec, Data extends TrainingData = TrainingData> extends RunChoice {
  readonly loaded: LoadedSpec & { readonly spec: S };
  /** Open; the caller closes it. */
  readonly corpus: Data;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions | undefined;
  /** The command as typed and zlm's version, for the record. */
  readonly command: string;
  readonly version: string;
}

/** Events of planning. */
export type PlanEvent = WarningEvent | BackendEvent | CountingEvent | PlannedEvent;

/** Plan of a training. */
export type Plan = NetworkPlan | NgramPlan;

/** Plan of counting an n-gram model. */
export interface NgramPlan {
  readonly system: 'ngram';
  readonly order: number;
  /** V. */
  readonly vocabulary: number;
  readonly trainTokens: number;
  /** Different n-grams of each length, as they are counted. */
  readonly ngrams: readonly number[];
  /** Lengths of n-grams whose discounts cannot be estimated, so that fixed ones are used. */
  readonly fallbackOrders: readonly number[];
  /** Bytes of the arrays at the height of the work. */
  readonly memoryBytes: number;
  /** Bytes of a checkpoint without its header. */
  readonly checkpointBytes: number;
}

/** Outcome of a training. */
export type TrainingOutcome = NetworkOutcome | NgramOutcome;

/** Common fields of the outcomes of all systems. */
interface OutcomeFacts {
  readonly outcome: 'finished' | 'interrupted';
  /** There was nothing left to train: the run was finished before. */
  readonly alreadyFinished: boolean;
  /** Name of the run, and its folder. */
  readonly run: string;
  readonly folder: string;
  readonly corpus: string;
  /** Epochs trained and validated; an n-gram model has one, its only pass. */
  readonly epochs: number;
  readonly best: BestEpoch | null;
  /** Over all sessions of the run. */
  readonly seconds: number;
}

/** Outcome of the training of a network. */
export interface NetworkOutcome extends OutcomeFacts {
  readonly system: 'network';
  readonly backend: BackendName;
  /** It ended before its last epoch, because it had stopped improving. */
  readonly stoppedEarly: boolean;
  /** The override with which it can be resumed to train longer; null when its schedule fixes its length. */
  readonly longer: string | null;
  /** Batches trained, over all sessions of the run. */
  readonly windows: number;
}

/** Outcome of counting an n-gram model. */
export interface NgramOutcome extends OutcomeFacts {
  readonly system: 'ngram';
  /** Different n-grams of each length; empty when interrupted. */
  readonly ngrams: readonly number[];
  /** Lengths of n-grams whose discounts could not be estimated. */
  readonly fallbackOrders: readonly number[];
}
