/** Checks spec files one by one and keeps what is wrong with each, for `zlm spec check`. */
import { type Fault, type FaultReport, renderFault, reportFault, SpecError } from './diagnostics.js';
import { loadSpec } from './load.js';

/** Result of the check of one file. */
export interface FileReport {
  readonly file: string;
  readonly ok: boolean;
  readonly faults: readonly FaultReport[];
  /** Warnings: settings that are valid but mostly not meant. */
  readonly warnings: readonly FaultReport[];
  /** The faults as text, each with its line and a caret; `<file> ok` when there are none, with the warnings below. */
  readonly text: string;
}

/**
 * Loads each file with the same overrides.
 *
 * @param find finds the path of a named file; throws a SpecError when there is none
 * @returns one report for each file, in order
 */
export async function checkSpecs(
  files: readonly string[],
  overrides: readonly string[],
  find: (file: string) => Promise<string>,
): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await checkSpec(file, overrides, find));
  return reports;
}

/** Returns all reports as text, with an empty line around each report of several lines. */
export function renderReports(reports: readonly FileReport[]): string {
  const isShort = (report: FileReport | undefined) => report?.text.includes('\n') === false;
  const blocks = reports.map((report, index) => {
    const isApart = index > 0 && !(isShort(report) && isShort(reports[index - 1]));
    return isApart ? `\n${report.text}` : report.text;
  });
  return blocks.join('\n');
}

async function checkSpec(
  file: string,
  overrides: readonly string[],
  find: (file: string) => Promise<string>,
): Promise<FileReport> {
  try {
    const { warnings } = await loadSpec(await find(file), overrides);
    const text = [`${file} ok`, ...warnings.map(renderAsWarning)].join('\n\n');
    return { file, ok: true, faults: [], warnings: warnings.map(reportFault), text };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const text = [error.message, ...error.cures.map((cure) => `  → ${cure}`)].join('\n');
    return { file, ok: false, faults: error.faults.map(reportFault), warnings: [], text };
  }
}

function renderAsWarning(warning: Fault): string {
  return renderFault({ ...warning, message: `Warning: ${warning.message}` });
}
