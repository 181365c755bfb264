/** Times those contenders that have passed their check. */
import type { Entry } from './report.js';
import { interleave, type RoundHooks, type RoundResult, type RoundSettings, type Runner } from './rounds.js';

/** A runner that holds memory. */
export interface Timed extends Runner {
  dispose(): void;
}

/**
 * Sets up a runner for every entry without a problem and times them in interleaved rounds.
 *
 * @param begin makes an entry's runner
 * @returns one result for each entry, null where there was a problem before
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

/** An entry with what its rounds gave. */
export function withTiming<E extends Entry, T>(
  entry: E,
  result: RoundResult | null,
  timingOf: (roundSeconds: readonly number[]) => T,
): E & { timing: T | null } {
  if (result === null) return { ...entry, timing: null };
  const { seconds, problem } = result;
  return { ...entry, problem, timing: problem === null ? timingOf(seconds) : null };
}
