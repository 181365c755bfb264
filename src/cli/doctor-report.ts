/** Gathers the report of `zlm doctor` as plain data; `doctor-text.ts` renders it. */
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type {
  AdapterFacts,
  BackendName,
  BackendOptions,
  Bf16Units,
  Probe,
  RecurrentForm,
  Roofline,
} from '../backends/backend.js';
import { readAnyManifest } from '../corpus/any-manifest.js';
import type { Manifest, Unit } from '../corpus/manifest.js';
import type { ParallelManifest } from '../corpus/parallel/manifest.js';
import type { SpeechManifest } from '../corpus/speech/manifest.js';
import { UserError } from '../errors.js';
import { type FolderReport, inspectFolder } from './inspect-folder.js';

/** A backend with the reason that it can or cannot run, and how fast it is. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  readonly reason: string;
  /** Full output of a failure. */
  readonly details?: string;
  /** Number of threads, for a backend that can have several. */
  readonly threads?: number;
  /** Units for mixed precision, for a backend with kernels of its own for it. */
  readonly bf16Units?: Bf16Units;
  /** How LSTM layers of typical sizes run, for a backend with several forms of them. */
  readonly recurrentForms?: readonly RecurrentForm[];
  /** What the driver of the GPU says of it, for a backend that is for GPUs of any maker. */
  readonly adapter?: AdapterFacts;
  /** Measured forward steps a second of an LSTM layer of 200 units and batch 20, on such a backend. */
  readonly lstmStepsPerSecond?: number;
  /** Measured rate of one matrix product in GFLOP/s; null when it cannot run. */
  readonly gflops: number | null;
}

/** A prepared corpus in the data folder, or why it cannot be read. */
export interface CorpusReport {
  readonly name: string;
  /** What it is made of; pairs of sentences in a parallel corpus, frames of features in a speech corpus. */
  readonly unit: Unit | 'pair' | 'frame' | null;
  /** Types; of both sides in a parallel corpus, phones in a speech corpus. */
  readonly vocabulary: number | null;
  /** Tokens of train; of both sides in a parallel corpus, frames in a speech corpus. */
  readonly trainTokens: number | null;
  readonly problem: string | null;
}

/** The output of `zlm doctor --json`; see `schemas/output/doctor.schema.json`. */
export interface DoctorReport {
  readonly zlm: string;
  readonly node: { readonly version: string; readonly required: string; readonly supported: boolean };
  readonly tensorflow: string | null;
  readonly system: { readonly name: string; readonly release: string; readonly architecture: string };
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  /** What the processor can do at most; null where the native backend, which measures it, cannot run. */
  readonly roofline: Roofline | null;
  /** Fastest first. */
  readonly backends: readonly BackendReport[];
  /** The backend that `--backend auto` takes, and why; null when none can run. */
  readonly auto: { readonly name: BackendName; readonly reason: string } | null;
  /** Why `--backend auto` takes none; null when it takes one. */
  readonly autoProblem: string | null;
  readonly folders: Readonly<Record<'data' | 'runs' | 'cache', FolderReport>>;
  readonly corpora: readonly CorpusReport[];
  readonly optionalPackages: readonly { readonly name: string; readonly version: string | null }[];
}

/** The subject of a report. */
export interface DoctorQuestion {
  readonly zlm: string;
  /** The Node versions that the package requires: ">=20.19". */
  readonly requiredNode: string;
  /** The cache is null without a home folder. */
  readonly folders: { readonly data: string; readonly runs: string; readonly cache: string | null };
  readonly backendOptions: BackendOptions;
}

/** Packages that only one backend uses. */
const OPTIONAL_PACKAGES = ['webgpu', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The report without a cache folder. */
const NO_CACHE: FolderReport = {
  path: null,
  exists: false,
  writable: false,
  bytes: 0,
  freeBytes: null,
  problem: 'none, since HOME is not set; name one with --cache or ZLM_CACHE',
};

/** Inspects this machine and measures every backend, which takes some seconds. */
export async function gatherDoctorReport(question: DoctorQuestion): Promise<DoctorReport> {
  const { data, runs, cache } = question.folders;
  const [dataReport, runsReport, cacheReport] = await Promise.all(
    [data, runs, cache].map((folder) => (folder === null ? NO_CACHE : inspectFolder(folder))),
  );
  return {
    zlm: question.zlm,
    node: {
      version: process.versions.node,
      required: question.requiredNode,
      supported: isAtLeast(process.versions.node, question.requiredNode),
    },
    tensorflow: installedVersion('@tensorflow/tfjs'),
    system: { name: type(), release: release(), architecture: process.arch },
    cpu: { model: cpus()[0]?.model.trim() || 'unknown', cores: availableParallelism() },
    memory: { totalBytes: totalmem(), freeBytes: freemem() },
    roofline: await reportRoofline(question.backendOptions),
    backends: await reportBackends(question.backendOptions),
    ...(await chooseAutomatically(question.backendOptions)),
    folders: { data: dataReport, runs: runsReport, cache: cacheReport },
    corpora: await reportCorpora(data),
    optionalPackages: OPTIONAL_PACKAGES.map((name) => ({ name, version: installedVersion(name) })),
  };
}

/**
 * Returns whether a version is at least the one in a range of the form ">=20.19".
 *
 * @param version "20.20.2"
 */
export function isAtLeast(version: string, range: string): boolean {
  const [wanted, actual] = [range.replace(/^>=/, ''), version].map((text) => text.split('.').map(Number));
  for (const [index, part] of wanted.entries()) {
    const difference = (actual[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function reportRoofline(options: BackendOptions): Promise<Roofline | null> {
  const { rooflineMeter } = await import('../backends/select.js');
  try {
    const meter = await rooflineMeter(options);
    return meter && (await meter.measure());
  } catch {
    return null; // why it cannot be measured is said of the native backend
  }
}

async function reportBackends(options: BackendOptions): Promise<BackendReport[]> {
  const { probeBackends } = await import('../backends/select.js');
  const reports: BackendReport[] = [];
  // One after the other: measurements in parallel would share the processor.
  for (const probe of await probeBackends(options)) reports.push(await measure(probe, options));
  return reports;
}

async function measure(
  { absent, onGpu: _onGpu, software: _software, ...found }: { readonly name: BackendName } & Probe,
  options: BackendOptions,
): Promise<BackendReport> {
  // What the system says of hardware that is absent explains nothing.
  const probe = absent ? { ...found, details: undefined } : found;
  if (!probe.available) return { ...probe, gflops: null };
  const { measureBackend, measureLstmSteps } = await import('../backends/measure.js');
  try {
    const { gflops } = await measureBackend(probe.name, options);
    if (!probe.adapter) return { ...probe, gflops };
    return { ...probe, gflops, lstmStepsPerSecond: await measureLstmSteps() };
  } catch (error) {
    // Any failure is a result here: the other backends can still be measured.
    const reason = error instanceof Error ? error.message : String(error);
    return { ...probe, available: false, reason, gflops: null };
  }
}

async function chooseAutomatically(
  options: BackendOptions,
): Promise<Pick<DoctorReport, 'auto' | 'autoProblem'>> {
  const { activateBackend } = await import('../backends/select.js');
  try {
    const { name, reason } = await activateBackend('auto', options);
    return { auto: { name, reason }, autoProblem: null };
  } catch (error) {
    if (error instanceof UserError) return { auto: null, autoProblem: error.message.split('\n', 1)[0] };
    throw error;
  }
}

async function reportCorpora(dataFolder: string): Promise<CorpusReport[]> {
  const entries = await readdir(dataFolder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const reports = await Promise.all(names.map((name) => reportCorpus(dataFolder, name)));
  return reports.filter((report) => report !== undefined);
}

/** Reports a corpus; undefined for a folder without a manifest: something else, or an unfinished preparation. */
async function reportCorpus(dataFolder: string, name: string): Promise<CorpusReport | undefined> {
  try {
    const manifest = await readAnyManifest(join(dataFolder, name));
    if (manifest === undefined) return undefined;
    if (!('kind' in manifest)) return reportText(manifest);
    return manifest.kind === 'parallel' ? reportParallel(manifest) : reportSpeech(manifest);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, unit: null, vocabulary: null, trainTokens: null, problem: error.message };
  }
}

function reportText({ name, unit, vocabulary, splits: { train } }: Manifest): CorpusReport {
  return { name, unit, vocabulary: vocabulary.size, trainTokens: train.tokens, problem: null };
}

function reportParallel({ name, vocabulary, splits: { train } }: ParallelManifest): CorpusReport {
  return {
    name,
    unit: 'pair',
    vocabulary: vocabulary.shared ? vocabulary.source : vocabulary.source + vocabulary.target,
    trainTokens: train.source.tokens + train.target.tokens,
    problem: null,
  };
}

function reportSpeech({ name, phones, splits: { train } }: SpeechManifest): CorpusReport {
  return { name, unit: 'frame', vocabulary: phones, trainTokens: train.frames, problem: null };
}

/** Returns the version of an installed package; null if it is not installed. */
function installedVersion(name: string): string | null {
  try {
    return createRequire(import.meta.url)(`${name}/package.json`).version;
  } catch {
    return null;
  }
}
