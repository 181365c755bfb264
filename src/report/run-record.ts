/** What the folders of runs say, read for figures and reports. */
import { readFile } from 'node:fs/promises';
import type { CurveGroup } from '../figures/learning-curves.js';
import { readMemoryReport } from '../inspect/kept-report.js';
import type { MemoryReport } from '../inspect/memory.js';
import { type Evaluation, readEvaluations } from '../runs/evaluations.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { type RunStatus, readStatus } from '../runs/status.js';
import { diffSpecs } from '../spec/compare.js';
import type { Spec } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { type EpochRow, type NgramRow, readAnyMetrics } from '../training/metrics.js';

/** One session of a training, as environment.json has it. */
export type Session = Readonly<Record<string, unknown>>;

/** A run. */
export interface RunRecord {
  readonly run: RunFolder;
  readonly name: string;
  readonly spec: Spec;
  /** Null for a run that was kept without its checkpoints. */
  readonly status: RunStatus | null;
  readonly epochs: readonly EpochRow[];
  /** Set for an n-gram model, which has no epochs. */
  readonly counted: NgramRow | null;
  readonly evaluations: readonly Evaluation[];
  readonly sessions: readonly Session[];
  readonly memory: MemoryReport | null;
}

/** Runs of one spec that differ in their seed alone. */
export interface RunGroup {
  readonly name: string;
  /** One or more. */
  readonly records: readonly RunRecord[];
}

/**
 * Reads a run.
 *
 * @throws UserError when its spec or status cannot be read
 */
export async function readRecord(run: RunFolder): Promise<RunRecord> {
  const [spec, metrics] = await Promise.all([runSpec(run), readAnyMetrics(run)]);
  return {
    run,
    name: run.name,
    spec,
    status: (await isThere(run.status)) ? await readStatus(run) : null,
    epochs: metrics.filter((row) => row.kind === 'epoch'),
    counted: metrics.find((row) => row.kind === 'ngram') ?? null,
    evaluations: await readEvaluations(run),
    sessions: await readSessions(run),
    memory: await readMemoryReport(run),
  };
}

/** Groups runs whose specs differ in nothing else than their seed, in the order of their first runs. */
export function groupBySeed(records: readonly RunRecord[]): RunGroup[] {
  const groups: RunRecord[][] = [];
  for (const record of records) {
    const isAlike = ([first]: RunRecord[]) =>
      diffSpecs(first.spec, record.spec).every(({ key }) => key === 'training.seed');
    const known = groups.find(isAlike);
    if (known) known.push(record);
    else groups.push([record]);
  }
  return groups.map((members) => ({ name: groupName(members), records: members }));
}

/** Returns the epochs of groups for the figure of learning curves. */
export function curvesOf(groups: readonly RunGroup[]): CurveGroup[] {
  return groups
    .map(({ name, records }, color) => ({
      name,
      color,
      runs: records.map(({ epochs }) => epochs).filter(({ length }) => length > 0),
    }))
    .filter(({ runs }) => runs.length > 0);
}

/** Names a group by what the names of its runs have in common, without what is left of a seed. */
function groupName(records: readonly RunRecord[]): string {
  const names = records.map(({ name }) => name);
  if (names.length === 1) return names[0];
  let common = 0;
  while (names.every((name) => common < name.length && name[common] === names[0][common])) common++;
  const stem = names[0].slice(0, common).replace(/[-_.]*(?:seed|s)?[-_.=]*\d*$/u, '');
  return stem === '' ? `${names[0]} and ${names.length - 1} more` : stem;
}

async function readSessions(run: RunFolder): Promise<Session[]> {
  try {
    const { sessions } = JSON.parse(await readFile(run.environment, 'utf8')) as { sessions?: unknown };
    return Array.isArray(sessions)
      ? sessions.filter((session) => typeof session === 'object' && session !== null)
      : [];
  } catch {
    return [];
  }
}
