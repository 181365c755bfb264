/** Measures how fast each contender trains one model. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BackendName } from '../backends/backend.js';
import { architectureOf } from '../model/architecture.js';
import { modelSize } from '../model/size.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { StepFigures } from '../training/step.js';
import {
  type Contender,
  checkOf,
  type Field,
  largestRelativeDifference,
  peakOf,
  problemOf,
} from './contenders.js';
import type { Check, ModelFacts, Precision, Timing, TrainingEntry } from './report.js';
import { median, type RoundSettings, timeEntries, withTiming } from './rounds.js';
import { Trial } from './trial.js';

/** Windows whose loss and gradient norm must agree: the later ones also check the updates and the carried state. */
const CHECKED_WINDOWS = 3;

/** Approximate FLOP limit of a checked window, since the reference is slow. */
const CHECKED_FLOP = 1e10;

/** A model to train. */
export interface Job {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly vocabulary: number;
}

/** Callbacks of a measurement. */
export interface TrainingHooks {
  readonly signal: AbortSignal;
  /** @param phase purpose of the window: "checking", "round 2" */
  readonly onWindow: (contender: Contender, phase: string) => void;
}

/** Computes size and cost of a job's model. */
export function modelFacts({ name, spec, vocabulary }: Job): ModelFacts {
  const { batchSize: batch, bptt: steps } = spec.training;
  const size = modelSize(architectureOf(spec, vocabulary), { steps, batch });
  const { parameters, trainingFlopPerToken } = size;
  return { name, parameters, batch, steps, trainingFlopPerToken };
}

/**
 * Checks every contender, then times those that passed, in interleaved rounds.
 *
 * @throws the signal's reason when it is aborted
 */
export async function benchTraining(
  job: Job,
  field: Field,
  settings: RoundSettings,
  hooks: TrainingHooks,
): Promise<TrainingEntry[]> {
  const { contenders, reference } = field;
  const known = new Map<Precision, Outcome>();
  const entries: TrainingEntry[] = [];
  for (const contender of contenders) {
    const { precision } = contender;
    const expected = known.get(precision) ?? (await attempt(job, { backend: reference, precision }, hooks));
    known.set(precision, expected);
    const checked = await check(job, contender, { reference, expected }, hooks);
    entries.push({ model: job.name, ...contender, ...checked, timing: null });
  }
  const begin = (contender: Contender) => Trial.begin(contender, job.spec, job.vocabulary);
  const { signal, onWindow } = hooks;
  const onUnit = (entry: TrainingEntry, round: number) =>
    onWindow(entry, round === 0 ? 'warming up' : `round ${round}`);
  const results = await timeEntries(entries, begin, settings, {
    signal,
    onUnit,
    peakOf: (entry) => peakOf(field, entry),
  });
  return entries.map((entry, i) => withTiming(entry, results[i], (seconds) => timingOf(job, seconds)));
}

/** Returns a job's spec for the check: with shorter windows if a step is expensive. */
export function checkedSpec(job: Job): NetworkSpec {
  const { trainingFlopPerToken, batch, steps } = modelFacts(job);
  const affordable = Math.floor(CHECKED_FLOP / (trainingFlopPerToken * batch));
  return { ...job.spec, training: { ...job.spec.training, bptt: Math.min(steps, Math.max(2, affordable)) } };
}

/**
 * Trains a contender's first windows of {@link checkedSpec} and returns their figures.
 *
 * @throws the signal's reason when it is aborted
 */
export async function firstSteps(
  job: Job,
  contender: Contender,
  hooks: TrainingHooks,
): Promise<StepFigures[]> {
  const trial = await Trial.begin(contender, checkedSpec(job), job.vocabulary);
  try {
    const figures: StepFigures[] = [];
    while (figures.length < CHECKED_WINDOWS) {
      await nextTurn();
      hooks.signal.throwIfAborted();
      figures.push(await trial.step());
      hooks.onWindow(contender, 'checking');
    }
    return figures;
  } finally {
    trial.dispose();
  }
}

/** The figures of the first steps, or why there are none. */
type Outcome = { readonly figures: readonly StepFigures[] } | { readonly problem: string };

async function attempt(job: Job, contender: Contender, hooks: TrainingHooks): Promise<Outcome> {
  try {
    return { figures: await firstSteps(job, contender, hooks) };
  } catch (error) {
    hooks.signal.throwIfAborted();
    // Any failure is a result here: the others can still be measured.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function check(
  job: Job,
  contender: Contender,
  { reference, expected }: { reference: BackendName; expected: Outcome },
  hooks: TrainingHooks,
): Promise<{ check: Check | null; problem: string | null }> {
  const isReference = contender.backend === reference;
  if ('problem' in expected) {
    const { problem } = expected;
    return { check: null, problem: isReference ? problem : `the reference, ${reference}, fails: ${problem}` };
  }
  const found = isReference ? expected : await attempt(job, contender, hooks);
  if ('problem' in found) return { check: null, problem: found.problem };
  const check = checkOf(differenceOfSteps(found.figures, expected.figures), contender.precision, reference);
  return { check, problem: problemOf(check) };
}

/** Computes the largest relative difference between the figures of two contenders' steps. */
export function differenceOfSteps(found: readonly StepFigures[], expected: readonly StepFigures[]): number {
  return largestRelativeDifference(flat(found), flat(expected));
}

function flat(steps: readonly StepFigures[]): number[] {
  return steps.flatMap(({ nll, gradientNorm }) => [nll, gradientNorm]);
}

/** Computes a job's rates from the seconds of a window in each round. */
export function timingOf(
  job: Job,
  roundSeconds: readonly number[],
): Omit<Timing, 'ofPeak'> & { tokensPerSecond: number } {
  const { batch, steps, trainingFlopPerToken } = modelFacts(job);
  const tokensPerSecond = (batch * steps) / median(roundSeconds);
  return { tokensPerSecond, gflops: (tokensPerSecond * trainingFlopPerToken) / 1e9, roundSeconds };
}
