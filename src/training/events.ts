/** Events of a training: of the loop of a network, or of counting an n-gram model. */
import type { ActiveBackend } from '../backends/select.js';
import type { Progress } from '../progress.js';
import type { RunFolder } from '../runs/run-folder.js';
import type { TrainingProgress } from '../runs/training-progress.js';
import type { TaskState } from '../tasks/task.js';

/** Something may not be meant, or may go wrong. */
export interface WarningEvent {
  readonly kind: 'warning';
  /** One line for a person. */
  readonly line: string;
}

/** A backend is active. An n-gram model computes on none, so its training has no such event. */
export interface BackendEvent {
  readonly kind: 'backend';
  readonly backend: ActiveBackend;
}

/** The run folder is held, and training begins. */
export interface SessionEvent {
  readonly kind: 'session';
  readonly system: 'network' | 'ngram';
  readonly run: RunFolder;
  /** Epochs that the run is to have. */
  readonly epochs: number;
  /** Progress at the beginning of the session: the start of the run, or its last checkpoint. */
  readonly position: TrainingProgress;
  /** Whether there is nothing left to train. */
  readonly isOver: boolean;
}

/** One window was trained. */
export interface WindowEvent {
  readonly kind: 'window';
  /** From 1. */
  readonly epoch: number;
  /** Windows of this epoch done, and in all. */
  readonly done: number;
  readonly total: number;
  readonly position: TrainingProgress;
  readonly nll: number;
  readonly predictions: number;
  readonly gradientNorm: number;
  /** As used: scaled to the window's length, where the loss is a mean. */
  readonly learningRate: number;
  /** Seconds that this window took. */
  readonly seconds: number;
}

/** The validation after an epoch has made progress. */
export interface ValidationEvent {
  readonly kind: 'validation';
  readonly epoch: number;
  readonly progress: Progress;
}

/** The counting of an n-gram model has made progress. */
export interface CountingEvent {
  readonly kind: 'counting';
  readonly progress: Progress;
}

/** An epoch is trained and validated. */
export interface EpochEvent {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly learningRate: number;
  /** Whether the parameters are averaged, and the averages were validated. */
  readonly averaged: boolean;
  readonly trainPerplexity: number;
  readonly validPerplexity: number;
  readonly validPredictions: number;
  /** BLEU of translations of valid, in percent; left out where it is not measured. */
  readonly validBleu?: number;
  /** Whether it is the best so far. */
  readonly isBest: boolean;
  readonly position: TrainingProgress;
}

/** A checkpoint is written. */
export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly reason: 'interval' | 'epoch-trained' | 'epoch-validated' | 'interrupted';
  readonly position: TrainingProgress;
  /** Whether the parameters are the best so far, and are written as the best checkpoint too. */
  readonly isBest: boolean;
}

/**
 * The request to write a checkpoint, from the loop to the recorder. The loop waits until its caller asks for the next event,
 * so parameters and state may be read without a copy.
 */
export interface SaveEvent extends CheckpointEvent {
  readonly state: TaskState;
}

/** The run is over: finished, or interrupted after a checkpoint. */
export interface EndEvent {
  readonly kind: 'end';
  readonly outcome: 'finished' | 'interrupted';
  /** It is finished before its last epoch, because it had stopped improving. */
  readonly stoppedEarly: boolean;
  readonly position: TrainingProgress;
}

/** The events of a training, in the order in which they happen. */
export type TrainingEvent =
  | WarningEvent
  | BackendEvent
  | SessionEvent
  | WindowEvent
  | ValidationEvent
  | CountingEvent
  | EpochEvent
  | CheckpointEvent
  | EndEvent;

/** The events of the training loop. */
export type LoopEvent = WindowEvent | ValidationEvent | EpochEvent | SaveEvent | EndEvent;
