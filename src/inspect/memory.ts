/**
 * The service behind `zlm inspect memory`: how far back a network remembers. For each lag k, the norm of what the loss at step t receives from the
 * state at step t − k, without noise and with that of a table of dropout; the probability that a unit survives the masks on that way; and the
 * perplexity after contexts of growing length. `backward-norms.ts` has the equations.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import { architectureOf } from '../model/architecture.js';
import type { LanguageModel } from '../model/language-model.js';
import { type DropoutTable, isNoisy } from '../model/noise-placement.js';
import type { OnProgress } from '../progress.js';
import type { CheckpointName } from '../runs/run-folder.js';
import type { NetworkSpec } from '../spec/systems.js';
import { type BatchNorms, backwardNorms } from './backward-norms.js';
import { type ContextHooks, lossesAfter, lossesInSequence } from './context-perplexity.js';
import { survival } from './survival.js';

/** A network to inspect: that of a run, or a fresh one of a spec. */
export interface InspectedNetwork {
  /** Name of the run or the spec. */
  readonly name: string;
  /** The checkpoint of a run; null for a fresh network. */
  readonly checkpoint: CheckpointName | null;
  /** Epochs that it has behind it. */
  readonly epochs: number;
  /** The spec that it was trained with. */
  readonly spec: NetworkSpec;
  /** The table of noise to measure with; that of the spec, or one with `--set dropout.…`. */
  readonly dropout: NetworkSpec['dropout'];
  /** The overrides of that table, as typed. */
  readonly overrides: readonly string[];
  readonly model: LanguageModel;
  readonly corpus: PreparedCorpus;
  readonly backend: string;
}

/** Extent of an inspection. */
export interface MemoryRequest {
  /** Largest lag, and largest context. */
  readonly lags: number;
  /** Positions of the valid split, evenly spaced. */
  readonly positions: number;
}

/** Distribution of a norm over the positions. */
export interface NormSpread {
  readonly mean: number;
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
}

/** Norms at one lag. */
export interface LagNorms {
  readonly lag: number;
  /** Of ∂loss(t)/∂h(t−k), h of all layers. */
  readonly lossHidden: NormSpread;
  /** Of ∂loss(t)/∂c(t−k); null without cells. */
  readonly lossCell: NormSpread | null;
  /** Root mean square of ‖∂h(t)/∂h(t−k)‖_F / √H with H the units of all layers, so that it is 1 at lag 0. */
  readonly jacobian: number;
  /**
   * Mean cosine between ∂loss(t)/∂s(t−k) under two independent draws of all masks, where s is h and c of all layers: 1 without
   * noise, 0 where nothing but noise comes back.
   */
  readonly agreement: number;
  /** Probability that a unit survives all masks from the input at t − k to the loss at t. */
  readonly survival: number;
}

/** Norms without noise, or with that of training. */
export interface MemoryUnderNoise {
  readonly noise: 'none' | 'training';
  readonly lags: readonly LagNorms[];
  /** First lag whose median ‖∂loss(t)/∂h(t−k)‖ is below a hundredth of that at lag 1; null when no lag is. */
  readonly horizon: number | null;
}

/** Perplexity of the positions after a context of one length. */
export interface ContextPerplexity {
  readonly length: number;
  readonly perplexity: number;
}

/** What the perplexity after contexts shows. */
export interface ContextReport {
  readonly lengths: readonly ContextPerplexity[];
  /** Perplexity of the same positions after the whole text before them. */
  readonly full: number;
  /** Least length from which on every perplexity is within 1 % of `full`; null when not even the last is. */
  readonly effective: number | null;
  /** Perplexity of the whole split in one sequential pass, as `zlm eval --split valid` measures it, and its predictions. */
  readonly split: { readonly perplexity: number; readonly predictions: number };
}

/** The report on one network. */
export interface MemoryReport {
  readonly name: string;
  readonly checkpoint: CheckpointName | null;
  readonly epochs: number;
  readonly corpus: string;
  readonly backend: string;
  /** Positions that each figure is averaged over. */
  readonly positions: number;
  readonly overrides: readonly string[];
  readonly dropout: DropoutTable;
  readonly gradients: readonly MemoryUnderNoise[];
  readonly context: ContextReport;
  readonly seconds: number;
}

/** Listeners of an inspection. */
export interface InspectionHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Excerpts side by side. */
const COLUMNS = 64;
/** Lengths of contexts, as far as the largest lag. */
const CONTEXTS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000];
/** A perplexity is near that of the full context within this difference of its logarithm. */
const NEAR = 0.01;
/** Share of the gradient at lag 1 below which it counts as forgotten. */
const FORGOTTEN = 0.01;

/**
 * Inspects the memory of a network on the valid split of its corpus.
 *
 * @throws UserError when the network was trained on single sentences, or the split is too short; the signal's reason when it is
 *   aborted
 */
export async function inspectMemory(
  network: InspectedNetwork,
  { lags, positions: wanted }: MemoryRequest,
  { signal, onProgress }: InspectionHooks = {},
): Promise<MemoryReport> {
  const began = performance.now();
  const { name, checkpoint, epochs, corpus, backend, overrides, model, spec, dropout } = network;
  if (spec.training.sentences) throw readsSentences(name);
  const text = corpus.split('valid');
  const positions = spacedPositions(text, 2 * lags, wanted, corpus.name);
  const contexts = CONTEXTS.filter((length) => length <= lags);
  const noises = isNoisy(dropout) ? (['none', 'training'] as const) : (['none'] as const);
  const total =
    noises.length * positions.length * lags +
    positions.length * contexts.reduce((sum, length) => sum + length, 0) +
    text.length;
  let done = 0;
  const onTokens = (count: number) => {
    done += count;
    onProgress?.({ label: name, done, total, unit: 'tokens' });
  };
  const hooks: ContextHooks = { ...(signal && { signal }), onTokens };
  const gradients: MemoryUnderNoise[] = [];
  for (const noise of noises) {
    const measured = { ...network, model: noise === 'none' ? model : withTable(network) };
    gradients.push(await underNoise(measured, noise, text, positions, lags, hooks));
  }
  const context = await contextReport(model, text, positions, contexts, hooks);
  return {
    name,
    checkpoint,
    epochs,
    corpus: corpus.name,
    backend,
    positions: positions.length,
    overrides,
    dropout,
    gradients,
    context,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Returns the model with the zoneout of the measured table, which is part of the architecture. */
function withTable({ model, spec, dropout }: InspectedNetwork): LanguageModel {
  const { vocabularySize } = model.architecture;
  return { ...model, architecture: architectureOf({ ...spec, dropout }, vocabularySize) };
}

async function underNoise(
  { model, dropout, spec }: InspectedNetwork,
  noise: MemoryUnderNoise['noise'],
  text: TokenSource,
  positions: readonly number[],
  lags: number,
  { signal, onTokens }: ContextHooks,
): Promise<MemoryUnderNoise> {
  const batches: BatchNorms[] = [];
  const table = noise === 'none' ? null : dropout;
  for (let first = 0; first < positions.length; first += COLUMNS) {
    signal?.throwIfAborted();
    const ofBatch = positions.slice(first, first + COLUMNS);
    // As many tokens again before the largest lag bring the state from zero to that of a running text.
    const tokens = ofBatch.map((at) => text.read(at - 2 * lags, 2 * lags + 1));
    batches.push(await backwardNorms(model, { tokens, first }, table, spec.training.seed, lags));
    onTokens?.(ofBatch.length * lags);
    await nextTurn();
  }
  const { layers } = model.architecture;
  const units = layers.reduce((sum, layer) => sum + (layer.cell === 'feedForward' ? 0 : layer.units), 0);
  const at = (pick: (batch: BatchNorms) => readonly Float32Array[], lag: number) =>
    batches.flatMap((batch) => Array.from(pick(batch)[lag - 1], Math.exp));
  const rows = Array.from({ length: lags }, (_, index): LagNorms => {
    const lag = index + 1;
    const hasCells = batches.every(({ lossCell }) => lossCell !== null);
    const squares = at(({ jacobian }) => jacobian, lag).map((norm) => norm ** 2);
    return {
      lag,
      lossHidden: spreadOfNorms(at(({ lossHidden }) => lossHidden, lag)),
      lossCell: hasCells ? spreadOfNorms(at(({ lossCell }) => lossCell ?? [], lag)) : null,
      // Each norm is that of vᵀ ∂h(t)/∂h(t−k) with its own v: the mean square estimates the squared Frobenius norm.
      jacobian:
        Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length) / Math.sqrt(units),
      agreement: table ? meanOf(batches.flatMap((batch) => Array.from(batch.agreement?.[index] ?? []))) : 1,
      survival: table ? survival(table, layers.length, lag) : 1,
    };
  });
  return { noise, lags: rows, horizon: horizonOf(rows) };
}

function horizonOf(rows: readonly LagNorms[]): number | null {
  const [{ lossHidden: first }] = rows;
  return rows.find(({ lossHidden }) => lossHidden.median < FORGOTTEN * first.median)?.lag ?? null;
}

async function contextReport(
  model: LanguageModel,
  text: TokenSource,
  positions: readonly number[],
  contexts: readonly number[],
  hooks: ContextHooks,
): Promise<ContextReport> {
  const lengths: ContextPerplexity[] = [];
  for (const length of contexts) {
    lengths.push({
      length,
      perplexity: Math.exp(meanOf(await lossesAfter(model, text, positions, length, hooks))),
    });
  }
  const sequential = await lossesInSequence(model, text, hooks);
  const full = Math.exp(meanOf(positions.map((at) => sequential[at])));
  const isNear = ({ perplexity }: ContextPerplexity) => Math.log(perplexity / full) < NEAR;
  const near = lengths.find((_, index) => lengths.slice(index).every(isNear));
  const predictions = sequential.subarray(1);
  const split = { perplexity: Math.exp(meanOf(predictions)), predictions: predictions.length };
  return { lengths, full, effective: near?.length ?? null, split };
}

/**
 * Returns indices of targets, evenly spaced, each with `before` tokens or more before it.
 *
 * @throws UserError when there is none
 */
function spacedPositions(text: TokenSource, before: number, wanted: number, corpus: string): number[] {
  const possible = text.length - before;
  if (possible < 1) {
    const message = `The valid split of ${corpus} has ${text.length} tokens, too few for lags up to ${before / 2}, which need ${before + 1}`;
    throw new UserError('usage', message, [
      `Take --lags ${Math.max(1, Math.floor((text.length - 1) / 2))} or less.`,
    ]);
  }
  const count = Math.min(wanted, possible);
  return Array.from({ length: count }, (_, index) => before + Math.floor((index * possible) / count));
}

function spreadOfNorms(values: readonly number[]): NormSpread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { mean: meanOf(values), median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

function readsSentences(name: string): UserError {
  const message = `${name} was trained on single sentences (training.sentences) and begins each from the zero state, so it has no memory beyond a sentence`;
  return new UserError('usage', message, ['Inspect a network that reads its text as one stream.']);
}
