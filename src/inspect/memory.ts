/**
 * The service behind `zlm inspect memory`: how far back a network remembers. For each lag k, the norm of what the loss at step t receives from the
 * state at step t − k, without noise and with that of a table of dropout; the probability that a unit survives the masks on that way; and the
 * perplexity after contexts of growing length. `backward-norms.ts` has the equations.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { TokenSource } from '../corpus/windows.js';
import { architectureOf } from '../model/architecture.js';
import type { Network } from '../model/network.js';
import { type DropoutTable, isNoisy } from '../model/noise-placement.js';
import type { OnProgress } from '../progress.js';
import type { CheckpointName } from '../runs/run-folder.js';
import type { NetworkSpec } from '../spec/systems.js';
import { type BatchNorms, backwardNorms } from './backward-norms.js';
import {
  type ContextHooks,
  type ContextReport,
  contextLengths,
  contextReport,
  meanOf,
} from './context-perplexity.js';
import { survival } from './survival.js';
import { type Targets, targetsInLines, targetsInStream } from './targets.js';

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
  readonly model: Network;
  readonly corpus: PreparedCorpus;
  readonly backend: string;
}

/** Extent of an inspection. */
export interface MemoryRequest {
  /** Largest lag, and largest context. */
  readonly lags: number;
  /** Positions of the valid split, evenly spaced over it, or over its lines. */
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

/** The report on one network. */
export interface MemoryReport {
  readonly name: string;
  readonly checkpoint: CheckpointName | null;
  readonly epochs: number;
  readonly corpus: string;
  readonly backend: string;
  /** How the network reads: the text as one stream, or each line by itself from the zero state. */
  readonly protocol: Targets['protocol'];
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
/** Share of the gradient at lag 1 below which it counts as forgotten. */
const FORGOTTEN = 0.01;

/**
 * Inspects the memory of a network on the valid split of its corpus.
 *
 * @throws UserError when the split is too short, or no line of it is long enough; the signal's reason when it is aborted
 */
export async function inspectMemory(
  network: InspectedNetwork,
  { lags, positions: wanted }: MemoryRequest,
  { signal, onProgress }: InspectionHooks = {},
): Promise<MemoryReport> {
  const began = performance.now();
  const { name, checkpoint, epochs, corpus, backend, overrides, model, spec, dropout } = network;
  const text = corpus.split('valid');
  const targets = spec.training.sentences
    ? targetsInLines(text, lags, wanted, corpus)
    : targetsInStream(text, lags, wanted, corpus);
  const { positions } = targets;
  const contexts = contextLengths(lags);
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
    gradients.push(await underNoise(measured, noise, text, targets, lags, hooks));
  }
  const context = await contextReport(model, text, targets, contexts, hooks);
  return {
    name,
    checkpoint,
    epochs,
    corpus: corpus.name,
    backend,
    protocol: targets.protocol,
    positions: positions.length,
    overrides,
    dropout,
    gradients,
    context,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Returns the model with the zoneout of the measured table, which is part of the architecture. */
function withTable({ model, spec, dropout }: InspectedNetwork): Network {
  const { vocabularySize } = model.architecture;
  return { ...model, architecture: architectureOf({ ...spec, dropout }, vocabularySize) };
}

async function underNoise(
  { model, dropout, spec }: InspectedNetwork,
  noise: MemoryUnderNoise['noise'],
  text: TokenSource,
  { positions, before }: Targets,
  lags: number,
  { signal, onTokens }: ContextHooks,
): Promise<MemoryUnderNoise> {
  const batches: BatchNorms[] = [];
  const table = noise === 'none' ? null : dropout;
  for (let first = 0; first < positions.length; first += COLUMNS) {
    signal?.throwIfAborted();
    const ofBatch = positions.slice(first, first + COLUMNS);
    const tokens = ofBatch.map((at) => text.read(at - before, before + 1));
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

function spreadOfNorms(values: readonly number[]): NormSpread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { mean: meanOf(values), median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
}
