/**
 * Where dropout acts: the spec's table of edges as masks of the ops. In the paper (section 3, figure 2) only the
 * vertical edges drop, L + 1 of them for L layers, so a signal crosses L + 1 masks however many time steps it
 * lives. The rest of the family drops elsewhere, or for longer.
 */
import type { DropoutMask, MaskLifetime } from '../ops/dropout.js';
import type { RecurrentDropout, Zoneout } from '../ops/recurrent.js';

/** One kind of edge: the probability of dropping a unit on it, and how long a mask lives. */
export interface Edge {
  readonly rate: number;
  readonly mask: MaskLifetime;
}

/** An edge that enters a gated layer. */
export interface GatedEdge extends Edge {
  /** A mask for each gate (Gal & Ghahramani's untied weights) instead of one that they share. */
  readonly perGate: boolean;
}

/** The table of edges, and of what else is noisy in training. */
export interface DropoutTable {
  /** Rows of the embedding table: whole word types, one mask a window (Gal & Ghahramani 2016). */
  readonly embedding: { readonly rate: number };
  /** Embedding → first layer. */
  readonly input: GatedEdge;
  /** Layer l → layer l + 1. */
  readonly between: GatedEdge;
  /** Last layer → softmax. */
  readonly output: Edge;
  /** h(t−1) → h(t) within a layer: 0 in the paper. */
  readonly recurrent: GatedEdge;
  /** Weights from h(t−1) to h(t), one mask a window (DropConnect: Wan et al. 2013, Merity et al. 2018). */
  readonly recurrentWeight: { readonly rate: number };
  /** Probability that a unit of c and of h keeps its old value (Krueger et al. 2017). */
  readonly zoneout: { readonly cell: number; readonly hidden: number };
}

/** A table made definite for one window: which random stream, at which time. */
export interface DropoutPlan {
  readonly table: DropoutTable;
  readonly seed: number;
  /** Absolute time step of the window's first step. */
  readonly step: number;
}

/**
 * Sites are numbered in families, so that a new kind of noise leaves the masks of all others as they are. On the
 * edges, vertical place v is site 2v and the recurrent edge of layer l is site 2l + 1.
 */
const FAMILY_SIZE = 2 ** 16;
const FAMILY = { edges: 0, zoneoutHidden: 1, zoneoutCell: 2, recurrentWeight: 3, embedding: 4 } as const;

function siteOf(family: keyof typeof FAMILY, index: number): number {
  return FAMILY[family] * FAMILY_SIZE + index;
}

/** The edge below a layer: `input` below layer 0, `between` below the others. */
export function edgeBelowLayer({ input, between }: DropoutTable, layer: number): GatedEdge {
  return layer === 0 ? input : between;
}

/** The mask on the edge below a layer. */
export function maskBelowLayer(plan: DropoutPlan, layer: number): DropoutMask {
  return maskOf(plan, edgeBelowLayer(plan.table, layer), siteOf('edges', 2 * layer));
}

/** The mask between the last of `layers` layers and the softmax. */
export function maskBelowSoftmax(plan: DropoutPlan, layers: number): DropoutMask {
  return maskOf(plan, plan.table.output, siteOf('edges', 2 * layers));
}

/** The mask on h(t−1) → h(t) of a layer, or null where nothing is dropped. */
export function recurrentMask(plan: DropoutPlan, layer: number): RecurrentDropout | null {
  const { recurrent } = plan.table;
  if (recurrent.rate === 0) return null;
  return { ...maskOf(plan, recurrent, siteOf('edges', 2 * layer + 1)), perGate: recurrent.perGate };
}

/** The mask on a layer's recurrent weight, drawn once a window; its rate may be 0. */
export function recurrentWeightMask(plan: DropoutPlan, layer: number): DropoutMask {
  const { rate } = plan.table.recurrentWeight;
  return maskOf(plan, { rate, mask: 'sequence' }, siteOf('recurrentWeight', layer));
}

/** The mask on word types, drawn once a window; its rate may be 0. */
export function embeddingMask(plan: DropoutPlan): DropoutMask {
  const { rate } = plan.table.embedding;
  return maskOf(plan, { rate, mask: 'sequence' }, siteOf('embedding', 0));
}

/**
 * Zoneout of a layer.
 *
 * @param plan where the masks are drawn, or null at test time: the expectation
 * @returns null where every unit always moves on
 */
export function zoneoutOf(
  { cell, hidden }: DropoutTable['zoneout'],
  plan: DropoutPlan | null,
  layer: number,
): Zoneout | null {
  if (cell === 0 && hidden === 0) return null;
  if (plan === null) return { cell, hidden, masks: null };
  const { seed, step } = plan;
  const hiddenSite = siteOf('zoneoutHidden', layer);
  return { cell, hidden, masks: { seed, step, hiddenSite, cellSite: siteOf('zoneoutCell', layer) } };
}

function maskOf({ seed, step }: DropoutPlan, { rate, mask }: Edge, site: number): DropoutMask {
  return { rate, lifetime: mask, seed, site, step };
}
