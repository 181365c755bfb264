/**
 * Interleaved timing. The contenders take turns, round after round, so that a slow period of the machine slows all of them. A
 * contender's figure is the median of its rounds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry, Timing } from './report.js';

/** A unit of work that is timed again and again. */
export interface Runner {
  /** Called before each turn, outside the timing. */
  prepare(): Promise<void>;
  /** Does one unit of work. A runner that feeds a GPU ahead resolves when an earlier unit is done. */
  run(): Promise<void>;
  /** Waits for the units that are still on their way, where there can be any. */
  finish?(): Promise<void>;
}

/** Duration of a measurement. */
export interface RoundSettings {
  readonly rounds: number;
  /** Approximate time for the rounds of all runners together. */
  readonly seconds: number;
}

/** Callbacks of a measurement, which get runners by number, or what they run for. */
export interface RoundHooks<Subject> {
  readonly signal: AbortSignal;
  /** @param round from 1; 0 is the warm-up */
  readonly onUnit: (subject: Subject, round: number) => void;
  /** Measures the peak of a runner's arithmetic, in GFLOP/s; null where there is none. Called outside the timing. */
  readonly peakOf: (subject: Subject) => number | null;
}

/** The result of one runner. */
export interface RoundResult {
  /** Seconds per unit, one value for each round. */
  readonly seconds: readonly number[];
  /**
   * The peak beside each round: the mean of before and after; empty where there is none. Clocks change with temperature and with neighbors on the machine, so
   * one figure for a whole benchmark would be too large or too small for most rounds.
   */
  readonly peaks: readonly number[];
  /** The message of the error that ended the runner, or null. */
  readonly problem: string | null;
}

/**
 * Times runners in turn, after a warm-up of one unit each. A turn lasts its share of the time, and at least one unit. A slow
 * runner that has used up its share before the last round skips the other rounds.
 *
 * @throws the signal's reason when it is aborted
 */
export async function interleave(
  runners: readonly Runner[],
  { rounds, seconds }: RoundSettings,
  { signal, onUnit, peakOf }: RoundHooks<number>,
): Promise<RoundResult[]> {
  const share = seconds / runners.length;
  const parts = runners.map(() => ({
    seconds: [] as number[],
    peaks: [] as number[],
    spent: 0,
    problem: null as string | null,
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, part] of parts.entries()) {
      if (part.problem !== null || (part.spent >= share && part.seconds.length > 0)) continue;
      try {
        const unit = () => onUnit(index, round);
        const before = round === 0 ? null : peakOf(index);
        const turn = await takeTurn(runners[index], round === 0 ? 0 : share / rounds, signal, unit);
        part.spent += turn.seconds;
        if (round === 0) continue;
        part.seconds.push(turn.seconds / turn.units);
        if (before !== null) part.peaks.push((before + (peakOf(index) ?? before)) / 2);
      } catch (error) {
        signal.throwIfAborted();
        part.problem = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return parts.map(({ seconds, peaks, problem }) => ({ seconds, peaks, problem }));
}

async function takeTurn(
  runner: Runner,
  length: number,
  signal: AbortSignal,
  onUnit: () => void,
): Promise<{ seconds: number; units: number }> {
  await runner.prepare();
  let [seconds, units] = [0, 0];
  do {
    // Lets the event loop handle signals and the display, outside the timing.
    await nextTurn();
    signal.throwIfAborted();
    const began = performance.now();
    await runner.run();
    seconds += (performance.now() - began) / 1000;
    units += 1;
    onUnit();
  } while (seconds < length);
  const began = performance.now();
  await runner.finish?.();
  seconds += (performance.now() - began) / 1000;
  return { seconds, units };
}

/** Computes the median of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** A runner that owns memory. */
export interface Timed extends Runner {
  dispose(): void;
}

/**
 * Makes a runner for every entry without a problem and times them in interleaved rounds.
 *
 * @param begin makes an entry's runner
 * @returns one result for each entry, null for an entry with a problem
 * @throws the signal's reason when it is aborted
 */
export async function timeEntries<E extends Entry>(
  entries: readonly E[],
  begin: (entry: E) => Promise<Timed>,
  settings: RoundSettings,
  hooks: RoundHooks<E>,
): Promise<(RoundResult | null)[]> {
  const fit = entries.filter(({ problem }) => problem === null);
  const runners: Timed[] = [];
  try {
    for (const entry of fit) runners.push(await begin(entry));
    const results = await interleave(runners, settings, {
      signal: hooks.signal,
      onUnit: (runner, round) => hooks.onUnit(fit[runner], round),
      peakOf: (runner) => hooks.peakOf(fit[runner]),
    });
    return entries.map((entry) => results[fit.indexOf(entry)] ?? null);
  } finally {
    for (const runner of runners) runner.dispose();
  }
}

/**
 * Adds the result of its rounds to an entry.
 *
 * @param timingOf computes the rates from the seconds of a unit in each round
 */
export function withTiming<E extends Entry, T extends Omit<Timing, 'ofPeak'>>(
  entry: E,
  result: RoundResult | null,
  timingOf: (roundSeconds: readonly number[]) => T,
): E & { timing: (T & Pick<Timing, 'ofPeak'>) | null } {
  if (result === null) return { ...entry, timing: null };
  const { seconds, peaks, problem } = result;
  if (problem !== null) return { ...entry, problem, timing: null };
  const timing = timingOf(seconds);
  return { ...entry, problem, timing: { ...timing, ofPeak: shareOfPeaks(timing, peaks) } };
}

/** Computes the median over the rounds of a rate divided by the peak beside it; null without peaks. */
function shareOfPeaks(
  { gflops, roundSeconds }: Omit<Timing, 'ofPeak'>,
  peaks: readonly number[],
): number | null {
  if (peaks.length === 0) return null;
  const work = gflops * median(roundSeconds);
  return median(roundSeconds.map((seconds, round) => work / seconds / peaks[round]));
}
