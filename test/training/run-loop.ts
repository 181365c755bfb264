/** Runs the training loop over a toy, and selects from its events. */
import type * as tf from '@tensorflow/tfjs';
import { UserError } from '../../src/errors.js';
import { START, type TrainingProgress } from '../../src/runs/training-progress.js';
import type { Task } from '../../src/tasks/task.js';
import type { EpochEvent, LoopEvent, SaveEvent, WindowEvent } from '../../src/training/events.js';
import { trainingLoop } from '../../src/training/loop.js';
import { disposeOptimizer, type Optimizer, Sgd } from '../../src/training/optimizers.js';
import type { LoopSettings } from '../../src/training/schedule.js';

/** Two epochs of three windows that change nothing. */
export const SETTINGS: LoopSettings = {
  epochs: 2,
  windowsPerEpoch: 3,
  loss: 'sum',
  clipNorm: null,
  learningRateOf: () => 0,
  windowFactor: () => 1,
  averagesInEpoch: () => false,
  stopsEarly: () => false,
  checkpointSeconds: Number.POSITIVE_INFINITY,
  divergence: {
    rateKey: 'training.optimizer.sgd.learningRate',
    clip: null,
    penalties: [],
    beginning: { text: 'model.init {"uniform":1}' },
  },
};

/** Plain steps. */
export function sgdOf(task: Task): Optimizer {
  return new Sgd(task.parameters, { weightDecay: 0, clipValue: null });
}

/** Options of a run. */
export interface Run {
  readonly settings?: Partial<LoopSettings>;
  /** Plain SGD by default; it is disposed of. */
  readonly optimizer?: Optimizer;
  /** 1 by default. */
  readonly queueDepth?: number;
  readonly start?: TrainingProgress;
  readonly state?: Readonly<Record<string, tf.Tensor>>;
  readonly controller?: AbortController;
  readonly onEvent?: (event: LoopEvent) => void;
}

/** All events of a run. */
export async function run(task: Task, options: Run = {}): Promise<LoopEvent[]> {
  const { optimizer = sgdOf(task), start = START, state = {}, onEvent } = options;
  const { controller = new AbortController() } = options;
  const { queueDepth = 1 } = options;
  const parts = { task, optimizer, settings: { ...SETTINGS, ...options.settings }, queueDepth };
  const events: LoopEvent[] = [];
  try {
    for await (const event of trainingLoop(parts, start, state, controller.signal)) {
      events.push(event);
      onEvent?.(event);
    }
    return events;
  } finally {
    disposeOptimizer(optimizer);
  }
}

/** Interrupts when an event is of interest. */
export function interruptingAt(wanted: (event: LoopEvent) => boolean) {
  const controller = new AbortController();
  const onEvent = (event: LoopEvent) => {
    if (wanted(event)) controller.abort(new UserError('interrupted', 'Interrupted'));
  };
  return { controller, onEvent };
}

/** The events of one kind. */
export const windows = (events: LoopEvent[]) =>
  events.filter((event) => event.kind === 'window') as WindowEvent[];
export const epochs = (events: LoopEvent[]) =>
  events.filter((event) => event.kind === 'epoch') as EpochEvent[];
export const checkpoints = (events: LoopEvent[]) =>
  events.filter((event) => event.kind === 'checkpoint') as SaveEvent[];
/** The names of the events, a checkpoint by its reason. */
export const names = (events: LoopEvent[]) =>
  events.map((event) => (event.kind === 'checkpoint' ? event.reason : event.kind));
