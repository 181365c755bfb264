/**
 * Decides what a sweep does next, from what its runs have achieved so far: a pure function, so that a sweep that was killed, or
 * that runs twice, decides the same.
 */
import type { ObservedRun, ObservedRuns } from './observe.js';
import type { PlannedCandidate, PlannedGroup, PlannedRun, SweepPlan } from './plan.js';

/** Steps of a sweep that can begin now. */
export interface NextSteps {
  /**
   * Runs to train or to continue: the first seed of every group, then the second, so that a sweep that is not finished compares
   * as much as it can.
   */
  readonly train: readonly PlannedRun[];
  /** Runs to evaluate on test. */
  readonly test: readonly PlannedRun[];
}

/** Returns the steps that can begin now; those that depend on a choice that is still open come later. */
export function nextSteps({ groups }: Pick<SweepPlan, 'groups'>, runs: ObservedRuns): NextSteps {
  const wanted = groups.flatMap((group) => wantedRuns(group, runs));
  const chosen = groups.flatMap((group) => chosenCandidate(group, runs)?.runs ?? []);
  return {
    train: inOrderOfSeeds(groups, wanted).filter((run) =>
      ['waiting', 'interrupted'].includes(seen(run, runs).state),
    ),
    test: chosen.filter((run) => {
      const { state, test } = seen(run, runs);
      return state === 'finished' && test === null;
    }),
  };
}

function inOrderOfSeeds(groups: readonly PlannedGroup[], runs: readonly PlannedRun[]): PlannedRun[] {
  const candidates = groups.flatMap((group) => group.candidates);
  const place = new Map(candidates.flatMap((candidate) => candidate.runs.map((run, index) => [run, index])));
  return [...runs].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}

/** Returns the runs of a group that are needed as far as is known: every seed of what is chosen, the first of all others. */
export function wantedRuns(group: PlannedGroup, runs: ObservedRuns): PlannedRun[] {
  const chosen = chosenCandidate(group, runs);
  return group.candidates.flatMap((candidate) =>
    candidate === chosen ? [...candidate.runs] : candidate.runs.slice(0, 1),
  );
}

/**
 * Returns the candidate of a group that is compared with other groups: the only one, or the one with the lowest valid perplexity
 * of its first run, once all first runs are over.
 *
 * @returns null while it is open, and when no first run was successful
 */
export function chosenCandidate(group: PlannedGroup, runs: ObservedRuns): PlannedCandidate | null {
  const { candidates } = group;
  if (candidates.length === 1) return candidates[0];
  const first = candidates.map((candidate) => seen(candidate.runs[0], runs));
  if (!first.every(isOver)) return null;
  const perplexities = first.map(({ state, valid }) =>
    state === 'finished' && valid !== null ? valid : Number.POSITIVE_INFINITY,
  );
  const lowest = Math.min(...perplexities);
  return lowest === Number.POSITIVE_INFINITY ? null : candidates[perplexities.indexOf(lowest)];
}

/** Tells whether nothing more is expected of a run without a retry. */
export function isOver({ state }: Pick<ObservedRun, 'state'>): boolean {
  return state === 'finished' || isLost({ state });
}

/** Tells whether a run has no result, and gets none without a retry. */
export function isLost({ state }: Pick<ObservedRun, 'state'>): boolean {
  return state === 'diverged' || state === 'failed' || state === 'cancelled';
}

/** Returns what is known of a planned run. */
export function seen({ name }: PlannedRun, runs: ObservedRuns): ObservedRun {
  const run = runs.get(name);
  if (!run) throw new Error(`run ${name} was not observed`);
  return run;
}
