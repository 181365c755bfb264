/** What training tells its caller: the loop of a network, or the counting of an n-gram model. */
import type { Progress } from '../progress.js';
import type { Position } from '../runs/position.js';
import type { TaskState } from '../tasks/task.js';

/** One window was trained. */
export interface WindowEvent {
  readonly kind: 'window';
  /** From 1. */
  readonly epoch: number;
  /** Windows of this epoch done, and in all. */
  readonly done: number;
  readonly total: number;
  readonly position: Position;
  readonly nll: number;
  readonly predictions: number;
  readonly gradientNorm: number;
  /** As used: scaled to the window's length, where the loss is a mean. */
  readonly learningRate: number;
  /** Seconds that this window took. */
  readonly seconds: number;
}

/** The validation after an epoch has got on. */
export interface ValidationEvent {
  readonly kind: 'validation';
  readonly epoch: number;
  readonly progress: Progress;
}

/** The counting of an n-gram model has got on. */
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
  /** Whether it is the best so far. */
  readonly isBest: boolean;
  readonly position: Position;
}

/**
 * The moment to save. The loop stands still until its caller asks for the next event, so parameters and state
 * may be read at leisure.
 */
export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly reason: 'interval' | 'epoch-trained' | 'epoch-validated' | 'interrupted';
  readonly position: Position;
  readonly state: TaskState;
  /** The parameters are the best so far. */
  readonly isBest: boolean;
}

/** The run is over: finished, or interrupted after a checkpoint. */
export interface EndEvent {
  readonly kind: 'end';
  readonly outcome: 'finished' | 'interrupted';
  /** It is finished before its last epoch, because it had stopped improving. */
  readonly stoppedEarly: boolean;
  readonly position: Position;
}

export type TrainingEvent =
  | WindowEvent
  | ValidationEvent
  | CountingEvent
  | EpochEvent
  | CheckpointEvent
  | EndEvent;
