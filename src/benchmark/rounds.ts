/**
 * Interleaved timing. The contenders take turns, round after round, so that whatever slows the machine down for a
 * while slows all of them, and a contender's figure is the median of its rounds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Something to be timed. */
export interface Runner {
  /** Called before each turn, outside of the timing. */
  prepare(): Promise<void>;
  /** One unit of work; resolves when it is done. */
  run(): Promise<void>;
}

/** How long to measure. */
export interface RoundSettings {
  readonly rounds: number;
  /** About how long the rounds of all runners take together. */
  readonly seconds: number;
}

/** Told of every unit of work. */
export interface RoundHooks {
  readonly signal: AbortSignal;
  /** @param round from 1; 0 is the warm-up */
  readonly onUnit: (runner: number, round: number) => void;
}

/** What the rounds of one runner gave. */
export interface RoundResult {
  /** Seconds a unit, one value for each round. */
  readonly seconds: readonly number[];
  /** What the runner threw, which ended its part. */
  readonly problem: string | null;
}

/**
 * Times runners in turn, after a warm-up of one unit each. A turn lasts its share of the time, and at least one unit; a
 * runner so slow that it has used up its share of the whole before the last round sits the rest out.
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
    // Signals and the display are served between turns of the event loop; the clock stands still meanwhile.
    await nextTurn();
    signal.throwIfAborted();
    const began = performance.now();
    await runner.run();
    seconds += (performance.now() - began) / 1000;
    units += 1;
    onUnit();
  } while (seconds < length);
  return { seconds, units };
}

/** The median of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
