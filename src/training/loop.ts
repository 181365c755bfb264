/**
 * The training loop: windows, epochs, validation, and the moments to save, as an async generator of events. It
 * writes nothing and prints nothing; who consumes the events does (see `session.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dispose, tidy } from '../ops/memory.js';
import type { Position } from '../runs/position.js';
import { afterEpoch, afterWindow } from './advance.js';
import { DivergenceWatch } from './divergence.js';
import type { CheckpointEvent, EpochEvent, TrainingEvent } from './events.js';
import { endOf, type LoopSettings } from './loop-settings.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { trainingStep } from './step.js';
import { type NamedTensors, type NllCount, perplexityOf, type Trainee } from './trainee.js';
import { validated } from './validation.js';

/** What is trained, and how. */
export interface LoopParts {
  readonly trainee: Trainee;
  /** Made for the trainee's parameters; its caller disposes of it. */
  readonly optimizer: Optimizer;
  readonly settings: LoopSettings;
}

/**
 * Trains from a position to the end.
 *
 * @param state the recurrent state that belongs to the position; the loop takes ownership
 * @param signal when aborted, the window under way is finished, a checkpoint is offered, and the loop ends
 * @throws UserError('diverged') when the loss is NaN or infinite, or has been hopeless for long
 */
export async function* trainingLoop(
  { trainee, optimizer, settings }: LoopParts,
  start: Position,
  state: NamedTensors,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, void, void> {
  const clock = new Stopwatch(start.seconds);
  const watch = new DivergenceWatch(trainee.uniformNll, start, settings.divergence);
  const context = { trainee, optimizer, loss: settings.loss, clipNorm: settings.clipNorm };
  let position = start;
  let lastSave = clock.seconds;
  const checkpoint = (reason: CheckpointEvent['reason'], isBest = false): CheckpointEvent => {
    lastSave = clock.seconds;
    return { kind: 'checkpoint', reason, position, state, isBest };
  };

  try {
    let end = endOf(settings, position);
    while (end === null) {
      const epoch = position.epochs + 1;
      const total = settings.windowsPerEpoch ?? trainee.windowsIn(position.epochs);
      const epochRate = settings.learningRateOf(epoch, position.validation);
      const trainedBefore = position.windows;
      if (position.averagedSince === null && settings.averagesInEpoch(epoch, position.validation)) {
        position = { ...position, averagedSince: position.windows };
      }

      while (position.epochWindows < total) {
        const { pass, windowInPass: inPass, steps, windows, averagedSince } = position;
        if (inPass === 0)
          state = replaceState(
            state,
            tidy(() => trainee.zeroState()),
          );
        const began = clock.seconds;
        const learningRate = epochRate * settings.windowFactor(trainee.stepsOf(pass, inPass));
        const averaged = averagedSince === null ? 0 : windows + 1 - averagedSince;
        const at = { learningRate, count: windows + 1, averaged };
        const step = await trainingStep(context, { pass, inPass, step: steps }, state, at);
        state = replaceState(state, step.state);
        watch.check(step, position, { epoch, learningRate: epochRate });
        position = afterWindow(position, trainee, step, clock.seconds);
        const { nll, predictions, gradientNorm } = step;
        const counts = { epoch, done: position.epochWindows, total, nll, predictions };
        const seconds = clock.seconds - began;
        yield { kind: 'window', ...counts, position, gradientNorm, learningRate, seconds };

        // Tensors of a synchronous backend resolve without leaving this turn of the event loop, and signals,
        // timers and the display are only served between turns.
        await nextTurn();
        if (signal.aborted) {
          yield checkpoint('interrupted');
          yield { kind: 'end', outcome: 'interrupted', stoppedEarly: false, position };
          return;
        }
        const isDue = clock.seconds - lastSave >= settings.checkpointSeconds;
        if (position.epochWindows < total && isDue && !watch.isSuspicious) {
          yield checkpoint('interval');
        }
      }
      if (position.windows > trainedBefore) yield checkpoint('epoch-trained');

      const validation = yield* validated(trainee, optimizer, epoch, signal);
      if (validation === null) {
        yield { kind: 'end', outcome: 'interrupted', stoppedEarly: false, position };
        return;
      }
      const fault = watch.validationFault(validation, position, { epoch, learningRate: epochRate });
      if (fault) throw fault;
      const event = finishEpoch(position, epochRate, validation, clock.seconds);
      position = event.position;
      yield event;
      yield checkpoint('epoch-validated', event.isBest);
      end = endOf(settings, position);
    }
    yield { kind: 'end', outcome: 'finished', stoppedEarly: end === 'stopped-early', position };
  } finally {
    dispose(state);
  }
}

function finishEpoch(
  trained: Position,
  learningRate: number,
  validation: NllCount,
  seconds: number,
): EpochEvent {
  const position = afterEpoch(trained, validation, seconds);
  return {
    kind: 'epoch',
    epoch: position.epochs,
    learningRate,
    averaged: position.averagedSince !== null,
    trainPerplexity: perplexityOf({ nll: trained.epochNll, predictions: trained.epochPredictions }),
    validPerplexity: perplexityOf(validation),
    validPredictions: validation.predictions,
    isBest: position.best?.epoch === position.epochs,
    position,
  };
}

function replaceState(before: NamedTensors, after: NamedTensors): NamedTensors {
  dispose(before);
  return after;
}

/** Seconds since a run began, its earlier sessions included. */
class Stopwatch {
  private readonly began = performance.now();
  constructor(private readonly before: number) {}
  get seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}
