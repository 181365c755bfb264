/** The result of a sweep so far: a table of its groups with the spread over seeds, and one of its runs. */
import type { RecallReport } from '../evaluation/recall.js';
import type { LiveProgress } from '../runs/live-progress.js';
import { shortKey } from './expand.js';
import { chosenCandidate, isLost, isOver, seen, wantedRuns } from './next-steps.js';
import type { ObservedRun, ObservedRuns, SweepRunState } from './observe.js';
import type { PlannedGroup, SweepPlan } from './plan.js';
import type { Setting } from './sweep-file.js';
import type { SweepFolder } from './sweep-folder.js';

/** Values by the short names of their keys. */
export type Values = Readonly<Record<string, unknown>>;

/** A figure over seeds. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; null for one seed. */
  readonly deviation: number | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
}

/** Mean recall over seeds after one lag. */
export interface MeanRecall {
  readonly lag: number;
  readonly nll: number;
  readonly accuracy: number;
}

/** A variant at one point of the grid. */
export interface GroupReport {
  readonly variant: string | null;
  readonly grid: Values;
  /** The values that tuning has chosen; null while it is open, and where nothing is tuned. */
  readonly tuned: Values | null;
  /** Runs that are finished, of those that it takes, with the candidates that tuning tries. */
  readonly finished: number;
  readonly wanted: number;
  /** Runs that diverged, failed or were cancelled. */
  readonly lost: number;
  /** Best valid perplexity, or phone error rate, over the seeds of what is chosen. */
  readonly valid: Spread | null;
  readonly test: Spread | null;
  /** BLEU on test; only of runs that translate. */
  readonly bleu?: Spread;
  /** It has the lowest mean valid perplexity of the groups that are complete. */
  readonly best: boolean;
  /** On a recall corpus, from test. */
  readonly recall?: readonly MeanRecall[];
}

/** One run of a sweep. */
export interface RunReport {
  readonly run: string;
  readonly variant: string | null;
  readonly grid: Values;
  readonly tuned: Values;
  readonly seed: number | null;
  readonly state: SweepRunState | 'not needed';
  /** It belongs to what is compared: nothing was tuned, or tuning chose it. */
  readonly chosen: boolean;
  readonly epoch: number;
  readonly epochs: number;
  readonly valid: number | null;
  readonly test: number | null;
  readonly bleu?: number;
  readonly seconds: number;
  readonly problem: string | null;
  readonly live: LiveProgress | null;
}

/** The state of a sweep; see schemas/output/sweep.schema.json. */
export interface SweepReport {
  readonly sweep: string;
  readonly folder: string;
  /** What valid and test are where they are no perplexities: shares, of runs that recognize speech. */
  readonly metric?: 'phoneErrorRate';
  /** Nothing more is to be done, except for what a retry would try again. */
  readonly done: boolean;
  readonly groups: readonly GroupReport[];
  readonly runs: readonly RunReport[];
  /** On a recall corpus: the figures of chance. */
  readonly chance?: RecallReport['chance'];
}

/** Makes the report of a sweep from what its runs have achieved. */
export function reportSweep(plan: SweepPlan, folder: SweepFolder, observed: ObservedRuns): SweepReport {
  const groups = plan.groups.map((group) => reportGroup(group, observed));
  const complete = groups.filter(({ valid, finished, wanted }) => valid !== null && finished === wanted);
  const lowest = Math.min(...complete.map(({ valid }) => valid?.mean ?? Number.POSITIVE_INFINITY));
  const runs = plan.groups.flatMap((group) => reportRuns(group, observed));
  const chance = [...observed.values()].find(({ recall }) => recall)?.recall?.chance;
  return {
    sweep: plan.name,
    folder: folder.path,
    ...([...observed.values()].some(({ metric }) => metric === 'phoneErrorRate') && {
      metric: 'phoneErrorRate' as const,
    }),
    done: runs.every(isSettled),
    groups: groups.map((group) => ({
      ...group,
      best: complete.includes(group) && group.valid?.mean === lowest,
    })),
    runs,
    ...(chance && { chance }),
  };
}

/** Tells whether nothing more is to be done for a run, except by a retry. */
export function isSettled({ state, chosen, test }: Pick<RunReport, 'state' | 'chosen' | 'test'>): boolean {
  if (state === 'not needed') return true;
  return isOver({ state }) && (state !== 'finished' || !chosen || test !== null);
}

function reportGroup(group: PlannedGroup, observed: ObservedRuns): GroupReport {
  const chosen = chosenCandidate(group, observed);
  const wanted = wantedRuns(group, observed).map((run) => seen(run, observed));
  const compared = (chosen?.runs ?? [])
    .map((run) => seen(run, observed))
    .filter(({ state }) => state === 'finished');
  const bleu = spreadOf(compared.map(({ bleu = null }) => bleu));
  const recalls = compared.map(({ recall }) => recall).filter((recall) => recall !== null);
  return {
    variant: group.variant,
    grid: valuesOf(group.grid),
    tuned: chosen === null || group.candidates.length === 1 ? null : valuesOf(chosen.tuned),
    finished: wanted.filter(({ state }) => state === 'finished').length,
    wanted: wanted.length + (isOpen(group, observed) ? group.candidates[0].runs.length - 1 : 0),
    lost: wanted.filter(isLost).length,
    valid: spreadOf(compared.map(({ valid }) => valid)),
    test: spreadOf(compared.map(({ test }) => test)),
    ...(bleu && { bleu }),
    best: false,
    ...(recalls.length > 0 && { recall: meanRecall(recalls) }),
  };
}

/** Tells whether tuning has yet to choose, after which the chosen candidate gets its other seeds. */
function isOpen(group: PlannedGroup, observed: ObservedRuns): boolean {
  return (
    group.candidates.length > 1 &&
    !group.candidates.every((candidate) => isOver(seen(candidate.runs[0], observed)))
  );
}

function reportRuns(group: PlannedGroup, observed: ObservedRuns): RunReport[] {
  const chosen = chosenCandidate(group, observed);
  const wanted = wantedRuns(group, observed);
  return group.candidates.flatMap((candidate) =>
    candidate.runs.map((planned) => {
      const run = seen(planned, observed);
      const isWanted = wanted.includes(planned) || chosen === null;
      return {
        run: planned.name,
        variant: group.variant,
        grid: valuesOf(group.grid),
        tuned: valuesOf(candidate.tuned),
        seed: planned.seed,
        state: isWanted || run.state !== 'waiting' ? run.state : 'not needed',
        chosen: candidate === chosen,
        ...figuresOf(run),
      };
    }),
  );
}

function figuresOf(run: ObservedRun) {
  const { epoch, epochs, valid, test, bleu, seconds, problem, live } = run;
  return { epoch, epochs, valid, test, ...(bleu !== undefined && { bleu }), seconds, problem, live };
}

function valuesOf(settings: readonly Setting[]): Values {
  return Object.fromEntries(settings.map((setting) => [shortKey(setting, settings), setting.value]));
}

/** Returns mean and spread of figures; null when there are none. */
export function spreadOf(figures: readonly (number | null)[]): Spread | null {
  const values = figures.filter((figure) => figure !== null);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: values.length === 1 ? null : Math.sqrt(squares / (values.length - 1)),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    count: values.length,
  };
}

function meanRecall(reports: readonly RecallReport[]): MeanRecall[] {
  const lags = [...new Set(reports.flatMap((report) => report.lags.map(({ lag }) => lag)))].sort(
    (a, b) => a - b,
  );
  return lags.map((lag) => {
    const found = reports.flatMap((report) => report.lags.filter((one) => one.lag === lag));
    const mean = (figure: (one: MeanRecall) => number) =>
      found.reduce((sum, one) => sum + figure(one), 0) / found.length;
    return { lag, nll: mean(({ nll }) => nll), accuracy: mean(({ accuracy }) => accuracy) };
  });
}
