/**
 * The training loop: batches, epochs, validation, and the moments to save, as an async generator of events. It writes
 * nothing and prints nothing; who consumes the events does (see `recorder.ts`).
 *
 * A batch is launched, and its loss is read back later: a GPU works through a queue, and waiting for each loss would let it
 * idle. The queue has a bounded depth, 1 where the backend computes before it returns. Results, events and their order do
 * not depend on it; divergence is noticed at most that many batches late, and always before the next checkpoint.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dispose, tidy } from '../ops/memory.js';
import { withProgress } from '../progress.js';
import type { TrainingProgress } from '../runs/training-progress.js';
import type { Task, TaskState, Validation } from '../tasks/task.js';
import { perplexityOf } from '../tasks/task.js';
import { afterBatch, afterEpoch } from './advance.js';
import { DivergenceWatch } from './divergence.js';
import type { EpochEvent, LoopEvent, SaveEvent, WindowEvent } from './events.js';
import { type Optimizer, swapIn } from './optimizers.js';
import { endOf, type LoopSettings } from './schedule.js';
import type { StepFigures } from './step.js';
import { StepLauncher } from './step-launcher.js';

/** Task and settings of a training. */
export interface LoopParts {
  readonly task: Task;
  /** Made for the task's parameters; its caller disposes of it. */
  readonly optimizer: Optimizer;
  readonly settings: LoopSettings;
  /** Batches that may be launched before the loss of the first of them is read; 1 or more. */
  readonly queueDepth: number;
}

/** A batch that is launched and whose figures are still to be read. */
interface LaunchedBatch {
  readonly figures: Promise<StepFigures>;
  readonly predictions: number;
  readonly learningRate: number;
  /** Time of its launch, in seconds of the run. */
  readonly began: number;
}

/**
 * Trains from a position to the end.
 *
 * @param state  the recurrent state that belongs to the position; the loop takes ownership
 * @param signal when aborted, launched batches are finished, a checkpoint is offered, and the loop ends
 * @throws UserError('diverged') when the loss is NaN or infinite, or has been hopeless for long
 */
export async function* trainingLoop(
  { task, optimizer, settings, queueDepth }: LoopParts,
  start: TrainingProgress,
  state: TaskState,
  signal: AbortSignal,
): AsyncGenerator<LoopEvent, void, void> {
  const clock = new Stopwatch(start.seconds);
  const watch = new DivergenceWatch(task.uniformNll, start, settings.divergence);
  const { loss, clipNorm } = settings;
  const steps = new StepLauncher({ task, optimizer, loss, clipNorm });
  const queue: LaunchedBatch[] = [];
  /** After the last batch whose figures were read, and after the last one that was launched. */
  let position = start;
  let launched = start;
  let lastRead = clock.seconds;
  let lastSave = clock.seconds;
  let epochRate = 0;

  const launch = () => {
    const { pass, windowInPass: inPass, windows, averagedSince } = launched;
    if (task.startsFromZero(pass, inPass)) {
      dispose(state);
      state = tidy(() => task.zeroState());
    }
    const began = clock.seconds;
    const learningRate = epochRate * settings.windowFactor(task.stepsOf(pass, inPass));
    const averaged = averagedSince === null ? 0 : windows + 1 - averagedSince;
    const at = { learningRate, count: windows + 1, averaged };
    const step = steps.launch({ pass, inPass, step: launched.steps }, state, at);
    dispose(state);
    state = step.state;
    queue.push({ figures: step.figures, predictions: step.predictions, learningRate, began });
    launched = afterBatch(launched, task, { nll: 0, predictions: step.predictions }, began);
  };

  /** Reads the figures of the batch that was launched first. */
  const read = async (total: number): Promise<WindowEvent> => {
    const { figures, predictions, learningRate, began } = queue.shift() as LaunchedBatch;
    const { nll, gradientNorm } = await figures;
    const epoch = position.epochs + 1;
    watch.check({ nll, predictions, gradientNorm }, position, { epoch, learningRate: epochRate });
    position = afterBatch(position, task, { nll, predictions }, clock.seconds);
    if (queue.length === 0) launched = position;
    const seconds = clock.seconds - Math.max(began, lastRead);
    lastRead = clock.seconds;
    const counts = { epoch, done: position.epochWindows, total, nll, predictions };
    return { kind: 'window', ...counts, position, gradientNorm, learningRate, seconds };
  };

  const checkpoint = (reason: SaveEvent['reason'], isBest = false): SaveEvent => {
    lastSave = clock.seconds;
    return { kind: 'checkpoint', reason, position, state, isBest };
  };

  try {
    let end = endOf(settings, position);
    while (end === null) {
      const epoch = position.epochs + 1;
      const total = settings.windowsPerEpoch ?? task.batchesIn(position.epochs);
      const trainedBefore = position.windows;
      epochRate = settings.learningRateOf(epoch, position.validation);
      if (position.averagedSince === null && settings.averagesInEpoch(epoch, position.validation)) {
        position = { ...position, averagedSince: position.windows };
      }
      launched = position;

      while (position.epochWindows < total) {
        while (queue.length < queueDepth && launched.epochWindows < total) launch();
        yield await read(total);

        // Tensors of a synchronous backend resolve without leaving this turn of the event loop, and signals,
        // timers and the display are only served between turns.
        await nextTurn();
        const isDue = clock.seconds - lastSave >= settings.checkpointSeconds && !watch.isSuspicious;
        // What is saved is the state after the last batch that was launched.
        if (signal.aborted || isDue) while (queue.length > 0) yield await read(total);
        if (signal.aborted) {
          yield checkpoint('interrupted');
          yield { kind: 'end', outcome: 'interrupted', stoppedEarly: false, position };
          return;
        }
        if (isDue && position.epochWindows < total && !watch.isSuspicious) yield checkpoint('interval');
      }
      if (position.windows > trainedBefore) yield checkpoint('epoch-trained');

      const validation = yield* validated(task, optimizer, epoch, signal);
      if (validation === null) {
        yield { kind: 'end', outcome: 'interrupted', stoppedEarly: false, position };
        return;
      }
      const fault = watch.validationFault(validation, position, { epoch, learningRate: epochRate });
      if (fault) throw fault;
      const event = finishEpoch(position, task, epochRate, validation, clock.seconds);
      position = event.position;
      yield event;
      yield checkpoint('epoch-validated', event.isBest);
      end = endOf(settings, position);
    }
    yield { kind: 'end', outcome: 'finished', stoppedEarly: end === 'stopped-early', position };
  } finally {
    // Their tensors are freed when they are read.
    await Promise.allSettled(queue.map(({ figures }) => figures));
    steps.dispose();
    dispose(state);
  }
}

/**
 * Validates, with the averages of the parameters where the optimizer has any.
 *
 * @returns null when it was interrupted; the parameters are saved by then
 */
async function* validated(
  task: Task,
  optimizer: Optimizer,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<LoopEvent, Validation | null, void> {
  const swapBack = swapIn(task.parameters, optimizer.averages);
  try {
    return yield* withProgress(
      (listener) => task.validate(listener.signal, listener.onProgress, epoch),
      signal,
      (progress) => ({ kind: 'validation' as const, epoch, progress }),
    );
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    swapBack();
  }
}

function finishEpoch(
  trained: TrainingProgress,
  { metric }: Task,
  learningRate: number,
  validation: Validation,
  seconds: number,
): EpochEvent {
  const position = afterEpoch(trained, validation, metric, seconds);
  return {
    kind: 'epoch',
    epoch: position.epochs,
    learningRate,
    averaged: position.averagedSince !== null,
    trainPerplexity: perplexityOf({ nll: trained.epochNll, predictions: trained.epochPredictions }),
    validPerplexity: validation.value,
    validPredictions: validation.predictions,
    ...(validation.bleu !== undefined && { validBleu: validation.bleu }),
    isBest: position.best?.epoch === position.epochs,
    position,
  };
}

/** Seconds since a run began, its earlier sessions included. */
class Stopwatch {
  private readonly began = performance.now();
  constructor(private readonly before: number) {}
  get seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}
