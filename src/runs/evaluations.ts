/**
 * Measurements of a run by `zlm eval`: `evaluations/<split>-<checkpoint>-batch<N>.json`, one file per protocol with the
 * newest measurement. With methods at test time, the name continues with a hash of them and of the runs they are applied to.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { safetensorsChecksum } from '../storage/safetensors.js';
import type { CheckpointName, RunFolder } from './run-folder.js';

/** A measurement in a file, which may have more keys of the report. */
export interface KeptEvaluation {
  readonly split: string;
  readonly checkpoint: CheckpointName;
  /** Number of epochs trained before the checkpoint. */
  readonly epochs: number;
  readonly batch: number;
  readonly predictions: number;
  readonly perplexity: number;
  /** Of a recognizer of speech. */
  readonly phoneErrorRate?: number;
  /** Of a translator: what a search has found; BLEU is between 0 and 100. */
  readonly translations?: { readonly bleu?: { readonly score: number } };
  /** Methods at test time, or how phones were found; left out where that is as usual. */
  readonly method?: string;
  /** SHA-256 of the checkpoint's content, as recorded in its file. */
  readonly checkpointSha256: string;
  /** ISO 8601. */
  readonly evaluatedAt: string;
}

/** A measurement as `zlm runs` shows it. */
export interface Evaluation extends Omit<KeptEvaluation, 'checkpointSha256' | 'translations'> {
  /** Of a translator, between 0 and 100. */
  readonly bleu?: number;
  /**
   * Whether the checkpoint was overwritten or removed since, so that the figure belongs to another state of the run.
   */
  readonly stale: boolean;
}

/** What `zlm eval` has measured. */
type MeasuredReport = Omit<KeptEvaluation, 'checkpointSha256' | 'evaluatedAt'> & CombinedRuns;

/**
 * Keeps a measurement in its run's folder.
 *
 * @param report           of `zlm eval`, kept as it is
 * @param checkpointSha256 of what was loaded: a training may have replaced the file since
 * @returns null; or why it could not be kept, which is no failure of the measurement
 */
export async function keepEvaluation(
  run: RunFolder,
  report: MeasuredReport,
  checkpointSha256: string,
): Promise<string | null> {
  const kept = { ...report, checkpointSha256, evaluatedAt: new Date().toISOString() };
  const name = `${report.split}-${report.checkpoint}-batch${report.batch}${methodSuffix(report)}.json`;
  try {
    await writeFileAtomically(join(run.evaluations, name), `${JSON.stringify(kept, null, 2)}\n`);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

/** A run whose checkpoint was evaluated. */
interface EvaluatedRun {
  readonly run: RunFolder;
  /** Null where what was evaluated is no checkpoint of the run alone. */
  readonly checkpointSha256: string | null;
}

/**
 * Keeps a measurement in its run's folder, and says so where it cannot be kept.
 *
 * @param onNote called with a line
 * @returns the measurement
 */
export async function keepOrNote<Report extends MeasuredReport>(
  { run, checkpointSha256 }: EvaluatedRun,
  report: Report,
  onNote: ((line: string) => void) | undefined,
): Promise<Report> {
  const problem = checkpointSha256 && (await keepEvaluation(run, report, checkpointSha256));
  if (problem) onNote?.(`The report is not kept in the run's folder: ${problem}`);
  return report;
}

/** The runs of a combination. */
interface CombinedRuns {
  readonly members?: readonly { readonly run: string }[];
  readonly interpolation?: { readonly run: string } | null;
}

/** Returns the part of a file's name that tells one combination from another: `-1a2b3c4d`, or nothing. */
function methodSuffix({
  method,
  members = [],
  interpolation,
}: Pick<KeptEvaluation, 'method'> & CombinedRuns): string {
  if (method === undefined) return '';
  const runs = members.map(({ run }) => run);
  return `-${sha256(JSON.stringify([method, runs, interpolation?.run ?? null])).slice(0, 8)}`;
}

/** Reads a run's measurements, by split, checkpoint and batch; other files are ignored. */
export async function readEvaluations(run: RunFolder): Promise<Evaluation[]> {
  const names = await readdir(run.evaluations).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  const kept = await Promise.all(files.map((name) => readEvaluation(join(run.evaluations, name))));
  const found = kept.filter((evaluation) => evaluation !== null);
  if (found.length === 0) return [];
  const current = {
    best: await safetensorsChecksum(run.checkpoint('best')),
    last: await safetensorsChecksum(run.checkpoint('last')),
  };
  return found.map(
    ({
      split,
      checkpoint,
      epochs,
      batch,
      predictions,
      perplexity,
      phoneErrorRate,
      translations,
      method,
      checkpointSha256,
      evaluatedAt,
    }) => ({
      split,
      checkpoint,
      epochs,
      batch,
      predictions,
      perplexity,
      ...(Number.isFinite(phoneErrorRate) && { phoneErrorRate }),
      ...bleuOf(translations),
      ...(typeof method === 'string' && { method }),
      evaluatedAt,
      stale: current[checkpoint] !== checkpointSha256,
    }),
  );
}

/**
 * Chooses one of several measurements of a split: a current one, of the model alone, of the best checkpoint, with the narrowest batch,
 * the newest.
 */
export function chosenEvaluation(evaluations: readonly Evaluation[], split: string): Evaluation | undefined {
  const merit = ({ stale, method, checkpoint, batch }: Evaluation) => [
    stale ? 1 : 0,
    method === undefined ? 0 : 1,
    checkpoint === 'best' ? 0 : 1,
    batch,
  ];
  return evaluations
    .filter((evaluation) => evaluation.split === split)
    .sort((a, b) => {
      const [ours, theirs] = [merit(a), merit(b)];
      const first = ours.findIndex((value, index) => value !== theirs[index]);
      return first === -1
        ? b.evaluatedAt.localeCompare(a.evaluatedAt)
        : (ours[first] ?? 0) - (theirs[first] ?? 0);
    })[0];
}

function bleuOf(translations: KeptEvaluation['translations']): { bleu?: number } {
  const score = translations?.bleu?.score;
  return score !== undefined && Number.isFinite(score) ? { bleu: score } : {};
}

async function readEvaluation(path: string): Promise<KeptEvaluation | null> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8'));
    return isKeptEvaluation(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isKeptEvaluation(value: unknown): value is KeptEvaluation {
  if (typeof value !== 'object' || value === null) return false;
  const { split, checkpoint, epochs, batch, predictions, perplexity, checkpointSha256, evaluatedAt } =
    value as Record<string, unknown>;
  return (
    [split, checkpointSha256, evaluatedAt].every((text) => typeof text === 'string') &&
    (checkpoint === 'best' || checkpoint === 'last') &&
    [epochs, batch, predictions, perplexity].every(Number.isFinite)
  );
}
