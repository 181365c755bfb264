/** The newest report on the memory of a run, kept in its folder for `zlm report`: `inspections/memory.json`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import type { RunFolder } from '../runs/run-folder.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import type { MemoryReport } from './memory.js';

/** Version of the file's form. */
const FORMAT = 1;

/** Returns the file of a run's report. */
function fileOf(run: RunFolder): string {
  return join(run.inspections, 'memory.json');
}

/**
 * Keeps a report in its run's folder.
 *
 * @returns null; or why it could not be kept, which is no failure of the inspection
 */
export async function keepMemoryReport(run: RunFolder, report: MemoryReport): Promise<string | null> {
  try {
    await writeFileAtomically(fileOf(run), `${JSON.stringify({ format: FORMAT, report })}\n`);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

/** Reads the report of a run; null when there is none, or it is damaged or of another version. */
export async function readMemoryReport(run: RunFolder): Promise<MemoryReport | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(fileOf(run), 'utf8'));
    return isKept(kept) ? kept.report : null;
  } catch {
    return null;
  }
}

function isKept(value: unknown): value is { readonly report: MemoryReport } {
  if (typeof value !== 'object' || value === null) return false;
  const { format, report } = value as { readonly format?: unknown; readonly report?: Partial<MemoryReport> };
  return (
    format === FORMAT &&
    typeof report?.name === 'string' &&
    Array.isArray(report.gradients) &&
    report.gradients.every(({ lags }) => Array.isArray(lags) && lags.every(isLag)) &&
    Array.isArray(report.context?.lengths) &&
    report.context.lengths.length > 0 &&
    report.context.lengths.every(({ length, perplexity }) => [length, perplexity].every(Number.isFinite)) &&
    Number.isFinite(report.context.full)
  );
}

function isLag(value: MemoryReport['gradients'][number]['lags'][number]): boolean {
  const { lag, lossHidden, jacobian, agreement, survival } = value ?? {};
  const { mean, median, low, high } = lossHidden ?? {};
  return [lag, mean, median, low, high, jacobian, agreement, survival].every(Number.isFinite);
}
