/** Plans a sweep: resolves the spec of every run before anything is trained, and gives each run its name. */
import { dirname, isAbsolute, join } from 'node:path';
import { SpecError, sortFaults } from '../spec/diagnostics.js';
import { type ResolvedSpec, resolveSpec, specHash } from '../spec/load.js';
import { type Place, toPlain, valuePlace } from '../spec/located.js';
import { type Override, stepsOf } from '../spec/overrides.js';
import { type NetworkSpec, networkOrNull, readsSentences } from '../spec/systems.js';
import { writeOverride } from '../spec/yaml.js';
import { type Candidate, expandSweep, type Group } from './expand.js';
import { type LoadedSweep, readSweep, type Setting } from './sweep-file.js';

/** One run of a sweep. */
export interface PlannedRun {
  /** Name of its run folder. */
  readonly name: string;
  /** Null for an n-gram model, which has none, and where the sweep names none. */
  readonly seed: number | null;
  /** Path of the spec, from the current folder. */
  readonly spec: string;
  /** `--set` texts. */
  readonly overrides: readonly string[];
  /** Hash of the resolved spec. */
  readonly specHash: string;
  readonly resolved: ResolvedSpec;
}

/** A candidate with a run for each seed. */
export interface PlannedCandidate {
  readonly tuned: readonly Setting[];
  /** In the order of the seeds; the first decides between candidates. */
  readonly runs: readonly PlannedRun[];
}

/** A group with its planned runs. */
export interface PlannedGroup {
  readonly variant: string | null;
  readonly grid: readonly Setting[];
  readonly candidates: readonly PlannedCandidate[];
}

/** A sweep whose specs are all valid. */
export interface SweepPlan {
  readonly name: string;
  /** The sweep file as the user named it, and its text. */
  readonly path: string;
  readonly text: string;
  readonly groups: readonly PlannedGroup[];
  /** Seconds after which a run is stopped; null without such a budget. */
  readonly secondsPerRun: number | null;
}

/**
 * Reads a sweep file and resolves the specs of all of its runs.
 *
 * @throws SpecError (a UserError of kind 'spec') with the faults of the file, or of the first run that has any
 */
export async function planSweep(path: string): Promise<SweepPlan> {
  const sweep = await readSweep(path);
  const groups: PlannedGroup[] = [];
  for (const group of expandSweep(sweep)) {
    const candidates: PlannedCandidate[] = [];
    for (const candidate of group.candidates) candidates.push(await planCandidate(sweep, group, candidate));
    groups.push({ variant: group.variant, grid: group.grid, candidates });
  }
  const { name, text } = sweep;
  const plan = { name, path, text, groups, secondsPerRun: secondsPerRun(sweep) };
  checkNames(sweep, runsOf(plan));
  return plan;
}

/** Returns every run of a plan, in the order of the table. */
export function runsOf({ groups }: Pick<SweepPlan, 'groups'>): PlannedRun[] {
  return groups.flatMap(({ candidates }) => candidates.flatMap(({ runs }) => runs));
}

async function planCandidate(
  sweep: LoadedSweep,
  group: Group,
  { tuned, settings, label }: Candidate,
): Promise<PlannedCandidate> {
  const { spec, specKey } = group;
  const path = isAbsolute(spec) ? spec : join(dirname(sweep.path), spec);
  const overrides = settings.flatMap((setting) => setting.overrides);
  const base = await resolved(sweep, path, overrides, specKey);
  const network = networkOrNull(base.spec);
  const seeds = network === null ? undefined : sweep.file.seeds;
  const budget = network === null ? [] : windowsForTokens(sweep, network);
  const runs: PlannedRun[] = [];
  for (const [index, seed] of (seeds ?? [null]).entries()) {
    const own =
      seed === null ? [] : [overrideOf('training.seed', seed, valuePlace(sweep.root, ['seeds', `${index}`]))];
    const all = [...overrides, ...budget, ...own];
    const ready = all.length > overrides.length ? await resolved(sweep, path, all, specKey) : base;
    runs.push({
      name: [sweep.name, label, ...(seed === null ? [] : [`seed${seed}`])].filter(Boolean).join('-'),
      seed,
      spec: path,
      overrides: all.map(({ path: steps, value }) =>
        writeOverride(steps.map((step) => step.name).join('.'), toPlain(value)),
      ),
      specHash: specHash(ready.spec),
      resolved: ready,
    });
  }
  return { tuned, runs };
}

/** Resolves a spec; that its file is missing is a fault of the line that names it. */
async function resolved(
  sweep: LoadedSweep,
  path: string,
  overrides: readonly Override[],
  specKey: readonly string[],
): Promise<ResolvedSpec> {
  try {
    return await resolveSpec(path, overrides, sweep.path);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const place = valuePlace(sweep.root, specKey);
    throw new SpecError(error.faults.map((fault) => (fault.place ? fault : { ...fault, place })));
  }
}

/** Returns the override that makes all epochs together as long as a budget of tokens; none without such a budget. */
function windowsForTokens({ file, root }: LoadedSweep, spec: NetworkSpec): Override[] {
  const { training } = spec;
  const tokens = file.budget && 'tokens' in file.budget ? file.budget.tokens : undefined;
  if (tokens === undefined) return [];
  const place = valuePlace(root, ['budget', 'tokens']);
  if (readsSentences(spec)) {
    const message =
      'budget.tokens cannot count the tokens of independent sentences, whose windows differ; use budget.minutes, or set training.epochs';
    throw new SpecError([{ key: 'budget.tokens', message, place }]);
  }
  const perWindow = training.batchSize * training.bptt;
  const windows = Math.round(tokens / (training.epochs * perWindow));
  if (windows >= 1) return [overrideOf('training.windowsPerEpoch', windows, place)];
  const least = training.epochs * perWindow;
  const message = `budget.tokens must be at least ${least}, one window in each of ${training.epochs} epochs, but is ${tokens}`;
  throw new SpecError([{ key: 'budget.tokens', message, place }]);
}

function secondsPerRun({ file: { budget } }: LoadedSweep): number | null {
  return budget?.minutes === undefined ? null : 60 * budget.minutes;
}

/** Makes an override of a value that the sweep file has elsewhere. */
function overrideOf(key: string, value: number, place: Place): Override {
  const [first, ...others] = stepsOf(key, place).map((step) => ({ ...step, place }));
  return { path: [first, ...others], value: { kind: 'scalar', place, value } };
}

/** Refuses runs of the same name, as two equal seeds or two values that differ only in characters that names cannot have. */
function checkNames({ root, path }: LoadedSweep, runs: readonly PlannedRun[]): void {
  const names = runs.map(({ name }) => name.toLowerCase());
  const twice = runs.find((run, index) => names.indexOf(run.name.toLowerCase()) !== index);
  if (!twice) return;
  const message = `Two runs of this sweep would have the name ${twice.name}; a seed, value or variant occurs twice`;
  throw new SpecError(sortFaults([{ key: '', message, place: root.place }], [path]));
}
