/**
 * The figures of a run: `metrics.jsonl`, one JSON object a line, and the same as TensorBoard events. Rows are
 * `{"kind": "windows", …}` about a hundred times an epoch, and `{"kind": "epoch", …}` at its end.
 */
import { appendFile, readFile } from 'node:fs/promises';
import type { RunFolder } from '../runs/run-folder.js';
import type { RowUnderWay, TrainingProgress } from '../runs/training-progress.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { EventWriter } from '../storage/tensorboard.js';
import { perplexityOf } from '../tasks/task.js';
import type { EpochEvent, WindowEvent } from './events.js';

/** Rows of window figures in an epoch. */
const ROWS_PER_EPOCH = 100;

const EMPTY_ROW: RowUnderWay = {
  windows: 0,
  nll: 0,
  predictions: 0,
  gradientNorm: 0,
  learningRate: 0,
  seconds: 0,
};

/** Figures over the windows since the row before. */
export interface WindowsRow {
  readonly kind: 'windows';
  readonly epoch: number;
  /** Windows trained since the run began. */
  readonly windows: number;
  readonly perplexity: number;
  /** Mean global norm before clipping. */
  readonly gradientNorm: number;
  /** Mean of what was used in the windows. */
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  /** Of the run so far. */
  readonly seconds: number;
}

/** Figures of an epoch. */
export interface EpochRow {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly windows: number;
  readonly learningRate: number;
  /** Whether the averages of the parameters were validated. */
  readonly averaged: boolean;
  readonly trainPerplexity: number;
  readonly validPerplexity: number;
  readonly validPredictions: number;
  /** BLEU of translations of valid, in percent; left out where it is not measured. */
  readonly validBleu?: number;
  readonly isBest: boolean;
  readonly seconds: number;
}

/** Figures of an n-gram model; its only row. */
export interface NgramRow {
  readonly kind: 'ngram';
  readonly trainTokens: number;
  /** Different n-grams of each length. */
  readonly ngrams: readonly number[];
  /** D1, D2 and D3+ of each length. */
  readonly discounts: readonly (readonly number[])[];
  readonly validPerplexity: number;
  readonly validPredictions: number;
  readonly seconds: number;
}

/** A line of a network's `metrics.jsonl`. */
export type MetricsRow = WindowsRow | EpochRow;

/** A line of any run's `metrics.jsonl`; schemas/metrics.schema.json says the same. */
export type AnyMetricsRow = MetricsRow | NgramRow;

/** Records the events of a run. */
export class MetricsRecorder {
  private readonly events: EventWriter;
  private row: RowUnderWay | null = null;
  private last: WindowEvent | null = null;

  constructor(private readonly run: RunFolder) {
    this.events = new EventWriter(run.tensorboard);
  }

  /** Begins a session at a position: figures beyond it are those of windows that were lost. */
  begin(position: TrainingProgress): void {
    this.row = position.row ?? null;
    this.events.beginSession(windowsWithRow(position) + 1);
  }

  /** The figures of the windows that have no row yet, to be saved with a checkpoint. */
  get underWay(): RowUnderWay | null {
    return this.row;
  }

  /** Notes a window, and writes a row when an interval is full. */
  async window(event: WindowEvent): Promise<void> {
    this.row = withWindow(this.row, event);
    this.last = event;
    const interval = Math.max(1, Math.floor(event.total / ROWS_PER_EPOCH));
    if (event.done % interval === 0 || event.done === event.total) await this.rest();
  }

  /** Writes a row of the windows since the last one: an interruption leaves an interval that is not full. */
  async rest(): Promise<void> {
    if (!this.row || !this.last) return;
    const row = summarize(this.row, this.last);
    this.row = null;
    this.events.scalar('train/perplexity', row.windows, row.perplexity);
    this.events.scalar('train/gradient_norm', row.windows, row.gradientNorm);
    this.events.scalar('train/learning_rate', row.windows, row.learningRate);
    this.events.scalar('train/tokens_per_second', row.windows, row.tokensPerSecond);
    await this.append(row);
  }

  /** Writes an epoch's row. */
  async epoch(event: EpochEvent): Promise<void> {
    const { kind, epoch, position, ...figures } = event;
    const { windows, seconds } = position;
    this.events.scalar('epoch/train_perplexity', windows, figures.trainPerplexity);
    this.events.scalar('epoch/valid_perplexity', windows, figures.validPerplexity);
    if (figures.validBleu !== undefined) this.events.scalar('epoch/valid_bleu', windows, figures.validBleu);
    await this.append({ kind, epoch, windows, ...figures, seconds });
  }

  async close(): Promise<void> {
    await this.events.close();
  }

  private async append(row: MetricsRow): Promise<void> {
    try {
      await appendFile(this.run.metrics, `${JSON.stringify(row)}\n`);
    } catch (error) {
      throw describeFileError(error, this.run.metrics, 'write') ?? error;
    }
    await this.events.flush();
  }
}

/**
 * Drops the rows after a position: windows that were trained, but not saved before the run was killed, and the row that an
 * interruption cut short, which the resumed run writes whole.
 */
export async function truncateMetrics(run: RunFolder, position: TrainingProgress): Promise<void> {
  // Not only complete rows: another version may have written rows with other figures.
  const kept = (await readLines(run)).filter(
    ({ kind, windows, epoch }) =>
      Number(windows) <= windowsWithRow(position) && (kind === 'windows' || Number(epoch) <= position.epochs),
  );
  await writeFileAtomically(run.metrics, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Reads the rows of a network's run; a last line that a crash cut short is left out. */
export async function readMetrics(run: RunFolder): Promise<MetricsRow[]> {
  return (await readAnyMetrics(run)).filter((row) => row.kind !== 'ngram');
}

/** Reads the rows of any run; damaged lines are left out, such as a last one that a crash cut short. */
export async function readAnyMetrics(run: RunFolder): Promise<AnyMetricsRow[]> {
  return (await readLines(run)).filter(isRow);
}

/** Members of a line. */
type Line = Readonly<Record<string, unknown>>;

async function readLines(run: RunFolder): Promise<Line[]> {
  let text: string;
  try {
    text = await readFile(run.metrics, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw describeFileError(error, run.metrics, 'read') ?? error;
  }
  return text.split('\n').slice(0, -1).flatMap(parseLine);
}

function parseLine(line: string): Line[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [{ ...value }] : [];
  } catch {
    return [];
  }
}

/** The figures of each kind of row, all of them numbers. */
const FIGURES: Readonly<Record<AnyMetricsRow['kind'], readonly string[]>> = {
  windows: ['epoch', 'windows', 'perplexity', 'gradientNorm', 'learningRate', 'tokensPerSecond', 'seconds'],
  epoch: [
    'epoch',
    'windows',
    'learningRate',
    'trainPerplexity',
    'validPerplexity',
    'validPredictions',
    'seconds',
  ],
  ngram: ['trainTokens', 'validPerplexity', 'validPredictions', 'seconds'],
};

/** Returns whether a line has the figures of its kind: it may be damaged and still be JSON. */
function isRow(line: Line): line is Line & AnyMetricsRow {
  const kind = String(line.kind);
  if (!Object.hasOwn(FIGURES, kind)) return false;
  return FIGURES[kind as AnyMetricsRow['kind']].every((name) => typeof line[name] === 'number');
}

/** Windows of a run that complete rows cover. */
function windowsWithRow({ windows, row }: TrainingProgress): number {
  return windows - (row?.windows ?? 0);
}

/** A row's figures with those of one more window. */
function withWindow(row: RowUnderWay | null, event: WindowEvent): RowUnderWay {
  const { windows, nll, predictions, gradientNorm, learningRate, seconds } = row ?? EMPTY_ROW;
  return {
    windows: windows + 1,
    nll: nll + event.nll,
    predictions: predictions + event.predictions,
    gradientNorm: gradientNorm + event.gradientNorm,
    // Step by step, so that the mean of equal values is that value.
    learningRate: learningRate + (event.learningRate - learningRate) / (windows + 1),
    seconds: seconds + event.seconds,
  };
}

function summarize(row: RowUnderWay, { epoch, position }: WindowEvent): WindowsRow {
  return {
    kind: 'windows',
    epoch,
    windows: position.windows,
    perplexity: perplexityOf(row),
    gradientNorm: row.gradientNorm / row.windows,
    learningRate: row.learningRate,
    tokensPerSecond: row.predictions / row.seconds,
    seconds: position.seconds,
  };
}
