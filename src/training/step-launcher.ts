/**
 * Launches the steps of a training. Where the backend can capture work, a step is captured once for each shape of batch, and
 * afterwards only started again: what is computed is the same, and the machine has hardly anything to do for it.
 */
import type * as tf from '@tensorflow/tfjs';
import { type CapturedWork, type CapturingBackend, capturingBackend } from '../ops/capture.js';
import type { BatchData, BatchNumber, TaskState } from '../tasks/task.js';
import type { StepNumber } from './optimizers.js';
import { type LaunchedStep, launched, type QueuedStep, queueStep, type StepContext } from './step.js';

/** The most shapes that are captured; batches of other shapes are computed as on any backend. */
const MOST_CAPTURED = 64;

/** Attempts to capture the steps of one shape: after a first failure, all that they need may be on the device. */
const MOST_ATTEMPTS = 2;

/** Captured steps that may be lost before no more are captured: their memory is then needed for something else. */
const MOST_LOST = 16;

/** What is known of the steps of one shape. */
interface Shape {
  /** Whether one of them was computed without capture. */
  isKnown: boolean;
  attempts: number;
  captured: CapturedStep | null;
}

/** A captured step, and what of its result is the same each time. */
interface CapturedStep {
  readonly work: CapturedWork;
  readonly stateNames: readonly string[];
  readonly predictions: number;
}

/** Launches steps. Dispose of it after the last one. */
export class StepLauncher {
  private readonly shapes = new Map<string, Shape>();
  /** Whether a step was captured: kernels are loaded then, and what all shapes share is on the device. */
  private hasCaptured = false;
  private lost = 0;

  /** @param mostCaptured the most shapes that are captured */
  constructor(
    private readonly context: StepContext,
    private readonly mostCaptured = MOST_CAPTURED,
  ) {}

  /** As `launchStep`. */
  launch(batch: BatchNumber, state: TaskState, at: StepNumber): LaunchedStep {
    return launched(this.queue(batch, state, at));
  }

  /** As {@link launch}, without reading figures. */
  queue(batch: BatchNumber, state: TaskState, at: StepNumber): QueuedStep {
    const data = this.context.task.read(batch);
    const backend = data.features ? null : capturingBackend();
    const replayed = backend && this.replay(backend, data, state, at);
    return replayed ?? queueStep(this.context, data, state, at);
  }

  /** Frees what was captured. */
  dispose(): void {
    for (const { captured } of this.shapes.values()) captured?.work.dispose();
    this.shapes.clear();
  }

  /** Launches a captured step, which is captured now if need be; null where there is none. */
  private replay(
    backend: CapturingBackend,
    data: BatchData,
    state: TaskState,
    at: StepNumber,
  ): QueuedStep | null {
    const shape = this.shapeOf(data, state, at);
    if (shape === null) return null;
    if (shape.captured === null && (shape.isKnown || this.hasCaptured) && shape.attempts < MOST_ATTEMPTS) {
      shape.attempts++;
      shape.captured = this.capture(backend, data, state, at);
    }
    shape.isKnown = true;
    if (shape.captured === null) return null;
    this.hasCaptured = true;
    const { work, stateNames, predictions } = shape.captured;
    const results = work.replay(varyingOf(data, state, at));
    if (results === null) {
      // A parameter is elsewhere since then, or the memory is. The next step of this shape is captured again.
      work.dispose();
      shape.captured = null;
      shape.attempts = ++this.lost > MOST_LOST ? MOST_ATTEMPTS : 0;
      return null;
    }
    const [nll, norm, ...tensors] = results;
    return { nll, norm, predictions, state: named(stateNames, tensors) };
  }

  private capture(
    backend: CapturingBackend,
    data: BatchData,
    state: TaskState,
    at: StepNumber,
  ): CapturedStep | null {
    const { task, optimizer } = this.context;
    const variables = [...task.parameters.values(), ...optimizer.tensors.values()];
    let constants: Omit<CapturedStep, 'work'> | null = null;
    const work = backend.capture(varyingOf(data, state, at), variables, (tensors) => {
      const copies = named(Object.keys(state), tensors);
      const { nll, norm, predictions, state: after } = queueStep(this.context, data, copies, at);
      constants = { stateNames: Object.keys(after), predictions };
      return [nll, norm, ...Object.values(after)];
    });
    return work && constants && Object.assign({ work }, constants);
  }

  /** Returns what is known of the shape of a step; null for one too many. */
  private shapeOf(
    { arrays, steps, batch }: BatchData,
    state: TaskState,
    { averaged }: StepNumber,
  ): Shape | null {
    const lengths = Object.entries(arrays).map(([name, { length }]) => `${name} ${length}`);
    const states = Object.entries(state).map(([name, { shape }]) => `${name} ${shape}`);
    const key = [steps, batch, averaged > 0, ...lengths, ...states].join(', ');
    const known = this.shapes.get(key);
    if (known) return known;
    if (this.shapes.size >= this.mostCaptured) return null;
    const shape = { isKnown: false, attempts: 0, captured: null };
    this.shapes.set(key, shape);
    return shape;
  }
}

function varyingOf({ arrays, clock }: BatchData, state: TaskState, at: StepNumber) {
  return { arrays: Object.values(arrays), tensors: Object.values(state), numbers: { clock, ...at } };
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): TaskState {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
}
