/**
 * The training loop: windows, epochs, validation, and the moments to save, as an async generator of events. It
 * writes nothing and prints nothing; who consumes the events does (see `session.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dispose, tidy } from '../ops/memory.js';
import type { Progress } from '../progress.js';
import type { Position } from '../runs/position.js';
import type { Spec } from '../spec/spec.generated.js';
import { DivergenceWatch } from './divergence.js';
import type { CheckpointEvent, EpochEvent, TrainingEvent } from './events.js';
import { learningRateOf } from './schedule.js';
import { trainingStep } from './step.js';
import { type NamedTensors, type NllCount, perplexityOf, type Trainee } from './trainee.js';

/** The part of a spec that the loop reads. */
export interface LoopSettings {
  readonly epochs: number;
  /** Windows in an epoch; when it is not a pass, the place in the data carries on into the next epoch. */
  readonly windowsPerEpoch: number;
  readonly clipNorm: number | null;
  /** Epoch, from 1, to learning rate. */
  readonly learningRateOf: (epoch: number) => number;
  /** Longest time between checkpoints within an epoch. */
  readonly checkpointSeconds: number;
}

/** The settings that a spec makes. */
export function loopSettings(spec: Spec, trainee: Trainee): LoopSettings {
  const { epochs, windowsPerEpoch, clipNorm, checkpoint } = spec.training;
  return {
    epochs,
    windowsPerEpoch: windowsPerEpoch ?? trainee.windowsPerPass,
    clipNorm,
    learningRateOf: (epoch) => learningRateOf(spec.training, epoch),
    checkpointSeconds: 60 * checkpoint.everyMinutes,
  };
}

/**
 * Trains from a position to the end.
 *
 * @param state the recurrent state that belongs to the position; the loop takes ownership
 * @param signal when aborted, the window under way is finished, a checkpoint is offered, and the loop ends
 * @throws UserError('diverged') when the loss is NaN, infinite or hopeless
 */
export async function* trainingLoop(
  trainee: Trainee,
  settings: LoopSettings,
  start: Position,
  state: NamedTensors,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, void, void> {
  const clock = new Stopwatch(start.seconds);
  const watch = new DivergenceWatch(trainee.hopelessNll);
  let position = start;
  let lastSave = clock.seconds;
  const checkpoint = (reason: CheckpointEvent['reason'], isBest = false): CheckpointEvent => {
    lastSave = clock.seconds;
    return { kind: 'checkpoint', reason, position, state, isBest };
  };

  try {
    while (position.epochs < settings.epochs) {
      const epoch = position.epochs + 1;
      const learningRate = settings.learningRateOf(epoch);
      const end = epoch * settings.windowsPerEpoch;
      const trainedBefore = position.windows;

      while (position.windows < end) {
        const inPass = position.windows % trainee.windowsPerPass;
        if (inPass === 0)
          state = replaceState(
            state,
            tidy(() => trainee.zeroState()),
          );
        const began = clock.seconds;
        const window = { inPass, inRun: position.windows };
        const step = await trainingStep(trainee, window, state, learningRate, settings.clipNorm);
        state = replaceState(state, step.state);
        watch.check(step, {
          epoch,
          window: position.windows - (end - settings.windowsPerEpoch),
          learningRate,
        });
        position = {
          ...position,
          windows: position.windows + 1,
          epochNll: position.epochNll + step.nll,
          epochPredictions: position.epochPredictions + step.predictions,
          seconds: clock.seconds,
        };
        const done = settings.windowsPerEpoch - (end - position.windows);
        const { nll, predictions, gradientNorm } = step;
        const seconds = clock.seconds - began;
        const counts = { epoch, done, total: settings.windowsPerEpoch, nll, predictions };
        yield { kind: 'window', ...counts, position, gradientNorm, learningRate, seconds };

        // Tensors of a synchronous backend resolve without leaving this turn of the event loop, and signals,
        // timers and the display are only served between turns.
        await nextTurn();
        if (signal.aborted) {
          yield checkpoint('interrupted');
          yield { kind: 'end', outcome: 'interrupted', position };
          return;
        }
        if (position.windows < end && clock.seconds - lastSave >= settings.checkpointSeconds) {
          yield checkpoint('interval');
        }
      }
      if (position.windows > trainedBefore) yield checkpoint('epoch-trained');

      const validation = yield* validated(trainee, epoch, signal);
      if (validation === null) {
        yield { kind: 'end', outcome: 'interrupted', position };
        return;
      }
      watch.checkValidation(validation, { epoch, learningRate });
      const event = finishEpoch(position, epoch, learningRate, validation, clock.seconds);
      position = event.position;
      yield event;
      yield checkpoint('epoch-validated', event.isBest);
    }
    yield { kind: 'end', outcome: 'finished', position };
  } finally {
    dispose(state);
  }
}

/** Validates and passes progress on as events; null when interrupted (the weights are saved by then). */
async function* validated(
  trainee: Trainee,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, NllCount | null, void> {
  const reports: Progress[] = [];
  const result = trainee
    .validate(signal, (progress) => reports.push(progress))
    .then(
      (count) => ({ count }),
      (error: unknown) => ({ error }),
    );
  for (;;) {
    const settled = await Promise.race([result, nextTurn(null)]);
    const progress = reports.pop();
    reports.length = 0;
    if (progress) yield { kind: 'validation', epoch, progress };
    if (settled === null) continue;
    if ('count' in settled) return settled.count;
    if (signal.aborted) return null;
    throw settled.error;
  }
}

function finishEpoch(
  position: Position,
  epoch: number,
  learningRate: number,
  validation: NllCount,
  seconds: number,
): EpochEvent {
  const validPerplexity = perplexityOf(validation);
  const isBest = position.best === null || validPerplexity < position.best.perplexity;
  return {
    kind: 'epoch',
    epoch,
    learningRate,
    trainPerplexity: perplexityOf({ nll: position.epochNll, predictions: position.epochPredictions }),
    validPerplexity,
    validPredictions: validation.predictions,
    isBest,
    position: {
      ...position,
      epochs: epoch,
      epochNll: 0,
      epochPredictions: 0,
      seconds,
      best: isBest ? { epoch, perplexity: validPerplexity } : position.best,
    },
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
