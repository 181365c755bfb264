/**
 * Interleaved timing. The contenders take turns, round after round, so that a slow period of the machine slows all of them. A
 * contender's figure is the median of its rounds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from './report.js';

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

/** Callbacks of a measurement. */
export interface RoundHooks {
  readonly signal: AbortSignal;
  /** @param round from 1; 0 is the warm-up */
  readonly onUnit: (runner: number, round: number) => void;
}

/** The result of one runner. */
export interface RoundResult {
  /** Seconds per unit, one value for each round. */
  readonly seconds: readonly number[];
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
  { signal, onUnit }: RoundHooks,
): Promise<RoundResult[]> {
  const share = seconds / runners.length;
  const parts = runners.map(() => ({ seconds: [] as number[], spent: 0, problem: null as string | null }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, part] of parts.entries()) {
      if (part.problem !== null || (part.spent >= share && part.seconds.length > 0)) continue;
      try {
        const unit = () => onUnit(index, round);
        const turn = await takeTurn(runners[index], round === 0 ? 0 : share / rounds, signal, unit);
        part.spent += turn.seconds;
        if (round > 0) part.seconds.push(turn.seconds / turn.units);
      } catch (error) {
        signal.throwIfAborted();
        part.problem = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return parts.map(({ seconds, problem }) => ({ seconds, problem }));
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
  hooks: { signal: AbortSignal; onUnit: (entry: E, round: number) => void },
): Promise<(RoundResult | null)[]> {
  const fit = entries.filter(({ problem }) => problem === null);
  const runners: Timed[] = [];
  try {
    for (const entry of fit) runners.push(await begin(entry));
    const onUnit: RoundHooks['onUnit'] = (runner, round) => hooks.onUnit(fit[runner], round);
    const results = await interleave(runners, settings, { signal: hooks.signal, onUnit });
    return entries.map((entry) => results[fit.indexOf(entry)] ?? null);
  } finally {
    for (const runner of runners) runner.dispose();
  }
}

/** Adds the result of its rounds to an entry. */
export function withTiming<E extends Entry, T>(
  entry: E,
  result: RoundResult | null,
  timingOf: (roundSeconds: readonly number[]) => T,
): E & { timing: T | null } {
  if (result === null) return { ...entry, timing: null };
  const { seconds, problem } = result;
  return { ...entry, problem, timing: problem === null ? timingOf(seconds) : null };
}
