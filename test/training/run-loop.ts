/** Runs the training loop over a toy, and picks from what it tells. */
import type * as tf from '@tensorflow/tfjs';
import { UserError } from '../../src/errors.js';
import { type Position, START } from '../../src/runs/position.js';
import type { CheckpointEvent, EpochEvent, TrainingEvent, WindowEvent } from '../../src/training/events.js';
import { type LoopSettings, trainingLoop } from '../../src/training/loop.js';
import type { Trainee } from '../../src/training/trainee.js';

/** Two epochs of three windows that change nothing. */
export const SETTINGS: LoopSettings = {
  epochs: 2,
  windowsPerEpoch: 3,
  clipNorm: null,
  learningRateOf: () => 0,
  checkpointSeconds: Number.POSITIVE_INFINITY,
};

/** How a run is other than usual. */
export interface Run {
  readonly settings?: Partial<LoopSettings>;
  readonly start?: Position;
  readonly state?: Readonly<Record<string, tf.Tensor>>;
  readonly controller?: AbortController;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** All events of a run. */
export async function run(trainee: Trainee, options: Run = {}): Promise<TrainingEvent[]> {
  const { settings, start = START, state = {}, controller = new AbortController(), onEvent } = options;
  const events: TrainingEvent[] = [];
  const loop = trainingLoop(trainee, { ...SETTINGS, ...settings }, start, state, controller.signal);
  for await (const event of loop) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
}

/** Interrupts when an event is of interest. */
export function interruptingAt(wanted: (event: TrainingEvent) => boolean) {
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent) => {
    if (wanted(event)) controller.abort(new UserError('interrupted', 'interrupted'));
  };
  return { controller, onEvent };
}

/** The events of one kind. */
export const windows = (events: TrainingEvent[]) =>
  events.filter((event) => event.kind === 'window') as WindowEvent[];
export const epochs = (events: TrainingEvent[]) =>
  events.filter((event) => event.kind === 'epoch') as EpochEvent[];
export const checkpoints = (events: TrainingEvent[]) =>
  events.filter((event) => event.kind === 'checkpoint') as CheckpointEvent[];
/** What the events are called, a checkpoint by its reason. */
export const names = (events: TrainingEvent[]) =>
  events.map((event) => (event.kind === 'checkpoint' ? event.reason : event.kind));
