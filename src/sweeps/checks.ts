/** What is checked before a sweep trains anything: the runs that are there, and the corpora. */
import { join } from 'node:path';
import type { AnyManifest } from '../corpus/any-manifest.js';
import { corpusFacts, readManifest } from '../corpus/manifest.js';
import { readParallelManifest } from '../corpus/parallel/manifest.js';
import { missingCorpus } from '../corpus/prepared.js';
import { readSpeechManifest } from '../corpus/speech/manifest.js';
import { UserError } from '../errors.js';
import { differencesText } from '../runs/named-run.js';
import { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { shellWord } from '../shell-word.js';
import { assertFitsCorpus, specHash } from '../spec/load.js';
import { type TaskName, taskOf } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { type PlannedRun, runsOf, type SweepPlan } from './plan.js';

/** Runs with another spec that are named in a message, at most. */
const MOST_NAMED = 3;
/**
 * Checks that the runs that are there belong to the sweep as it is.
 *
 * @returns the runs that are not there yet
 * @throws UserError('data') that names what differs
 */
export async function checkRuns(plan: SweepPlan, runsFolder: string): Promise<PlannedRun[]> {
  const toBegin: PlannedRun[] = [];
  const lines: string[] = [];
  for (const planned of runsOf(plan)) {
    const run = new RunFolder(join(runsFolder, planned.name));
    if (!(await isThere(run.spec))) {
      toBegin.push(planned);
      continue;
    }
    const spec = await runSpec(run);
    if (specHash(spec) === planned.specHash) continue;
    lines.push(`${planned.name}: ${differencesText(spec, planned.resolved.spec)}`);
  }
  if (lines.length === 0) return toBegin;
  const more = lines.length > MOST_NAMED ? [`and ${lines.length - MOST_NAMED} more`] : [];
  const shown = [...lines.slice(0, MOST_NAMED), ...more].map((line) => `  ${line}`).join('\n');
  throw new UserError(
    'data',
    `The sweep has changed since runs of it were trained, which have other specs:\n${shown}`,
    [
      'Give the changed sweep another name: write `name: NAME` in its file.',
      `To train these runs again, move them away, such as ${shellWord(join(runsFolder, lines[0].split(':', 1)[0]))}.`,
    ],
  );
}

/**
 * Checks that runs which have not begun fit their corpora. A run whose corpus is missing fails alone, when it is trained, since others
 * may have theirs.
 *
 * @throws SpecError with the faults of the first run that does not fit; UserError('data') when no run of the sweep has begun and
 *   none of the corpora is prepared
 */
export async function checkCorpora(
  plan: SweepPlan,
  toBegin: readonly PlannedRun[],
  dataFolder: string,
): Promise<void> {
  const manifests = new Map<string, AnyManifest | undefined>();
  for (const { resolved } of toBegin) {
    const { spec } = resolved;
    const { corpus } = spec;
    const { readManifestOf } = CORPORA[taskOf(spec)];
    if (!manifests.has(corpus)) manifests.set(corpus, await readManifestOf(join(dataFolder, corpus)));
    const manifest = manifests.get(corpus);
    if (manifest && 'unit' in manifest) assertFitsCorpus(resolved, corpusFacts(corpus, manifest));
    if (manifest && 'aligned' in manifest)
      assertFitsCorpus(resolved, { name: corpus, isAligned: manifest.aligned });
  }
  const hasBegun = toBegin.length < runsOf(plan).length;
  if (!hasBegun && [...manifests.values()].every((manifest) => manifest === undefined)) {
    const { spec } = toBegin[0].resolved;
    throw missingCorpus(dataFolder, spec.corpus, CORPORA[taskOf(spec)].kind);
  }
}

/** The kind of corpus that each task is trained on, undefined for text, and what reads its manifest. */
const CORPORA = {
  languageModelling: { kind: undefined, readManifestOf: readManifest },
  translation: { kind: 'parallel', readManifestOf: readParallelManifest },
  speech: { kind: 'speech', readManifestOf: readSpeechManifest },
} as const satisfies Record<TaskName, unknown>;
