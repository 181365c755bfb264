/** Checks spec files one by one and keeps what is wrong with each, for `zlm spec check`. */
import { type Fault, positionOf, SpecError } from './diagnostics.js';
import { loadSpec } from './load.js';

/** A fault as a program wants it. */
export interface FaultReport {
  /** Dotted key, empty for a fault of the file as a whole. */
  readonly key: string;
  readonly message: string;
  /** The file or flag to look into, which may be one that the checked file extends. */
  readonly source?: string;
  /** Counted from 1, as is `column`; in files only. */
  readonly line?: number;
  readonly column?: number;
}

/** What came out for one file. */
export interface FileReport {
  readonly file: string;
  readonly ok: boolean;
  readonly faults: readonly FaultReport[];
  /** The faults as text, each with its line and a caret; `<file> ok` when there are none. */
  readonly text: string;
}

/**
 * Loads each file with the same overrides.
 *
 * @param find the path of a file as it was named, or a SpecError when there is none
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

/** All reports as text, with an empty line around each that shows faults. */
export function renderReports(reports: readonly FileReport[]): string {
  const blocks = reports.map(({ ok, text }, index) => {
    const isApart = index > 0 && !(ok && reports[index - 1]?.ok);
    return isApart ? `\n${text}` : text;
  });
  return blocks.join('\n');
}

async function checkSpec(
  file: string,
  overrides: readonly string[],
  find: (file: string) => Promise<string>,
): Promise<FileReport> {
  try {
    await loadSpec(await find(file), overrides);
    return { file, ok: true, faults: [], text: `${file} ok` };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const text = [error.message, ...error.cures.map((cure) => `  → ${cure}`)].join('\n');
    return { file, ok: false, faults: error.faults.map(reportFault), text };
  }
}

function reportFault({ key, message, place }: Fault): FaultReport {
  if (!place) return { key, message };
  const source = place.source.name;
  return place.source.kind === 'file'
    ? { key, message, source, ...positionOf(place) }
    : { key, message, source };
}
