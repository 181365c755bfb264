/** What a program does with trained runs: evaluate, score, sample, inspect, report. */
import {
  evaluateCombination as evaluateCombined,
  type OpenedCombination,
  openCombination as openCombined,
} from '../evaluation/combine.js';
import { type EvaluationHooks, evaluate as evaluateRun } from '../evaluation/evaluate.js';
import { type MethodRequest, resolveMethod } from '../evaluation/method.js';
import type { CombinedEvaluation, NetworkEvaluation, NgramEvaluation } from '../evaluation/report.js';
import { type LineScore, type ScoreTotal, score as scoreLines } from '../evaluation/score.js';
import { inspectMemory as inspectNetwork, type MemoryReport } from '../inspect/memory.js';
import type { OnProgress } from '../progress.js';
import { drawCurves, makeReport } from '../report/make-report.js';
import type { OpenedRun, RunOpener } from '../runs/opened-run.js';
import type { CheckpointName } from '../runs/run-folder.js';
import { type SampleHooks, type SampleResult, sample as sampleRun } from '../sampling/sample.js';
import { openTrainedNetwork } from '../systems/inspected-network.js';
import { type OpenRunRequest, runOpener } from '../systems/open-run.js';
import {
  backendOptionsOf,
  DATA_FOLDER,
  packageVersion,
  RUNS_FOLDER,
  type Surroundings,
  SWEEPS_FOLDER,
  withoutUndefined,
} from './surroundings.js';

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

/** Makes the request of a run with the defaults of the command line. */
export function openRequest(run: string, options: OpenOptions): OpenRunRequest {
  const {
    checkpoint = 'best',
    dataFolder = DATA_FOLDER,
    runsFolder = RUNS_FOLDER,
    backend = 'auto',
  } = options;
  const backendOptions = backendOptionsOf(options);
  return { run, checkpoint, dataFolder, runsFolder, backend, backendOptions };
}
