/**
 * Placement of noise: turns the spec's table of edges into {@link Noise}, the type that the kernels take. In the paper (section
 * 3, figure 2) only the vertical edges drop, L + 1 of them for L layers, so a signal crosses L + 1 masks however many time
 * steps it lives. The rest of the family drops elsewhere, or for longer.
 */
import type { MaskLifetime, Noise } from '../ops/noise.js';
import type { LayerNoise } from './layers.js';

/** One kind of edge: the probability of dropping a unit on it, and the lifetime of a mask. */
export interface Edge {
  readonly rate: number;
  readonly mask: MaskLifetime;
}

/** An edge that enters a gated layer. */
export interface GatedEdge extends Edge {
  /** A mask for each gate (Gal & Ghahramani's untied weights) instead of one that they share. */
  readonly perGate: boolean;
}

/** The table of edges, and the other noise in training. */
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

/** The table in one window of training, with its random stream and time. */
export interface WindowNoise {
  readonly table: DropoutTable;
  readonly seed: number;
  /** Absolute time step of the window's first step. */
  readonly step: number;
  /** Of layers that read a sequence from its end to its beginning, whose masks are others. */
  readonly isReversed?: boolean;
  /** First step of the sequence whose masks last a sequence, where that is longer than the window; `step` by default. */
  readonly sequenceStep?: number;
}

/**
 * Sites are numbered in families, so that a new kind of noise does not change the masks of the others. On the edges, vertical place v is site 2v and the recurrent edge of layer l is site 2l + 1.
 */
const FAMILY_SIZE = 2 ** 16;
/** The second half of a family is for layers that read from the end to the beginning. */
const REVERSED = FAMILY_SIZE / 2;
const FAMILY = { edges: 0, zoneoutHidden: 1, zoneoutCell: 2, recurrentWeight: 3, embedding: 4 } as const;

function siteOf(family: keyof typeof FAMILY, index: number): number {
  return FAMILY[family] * FAMILY_SIZE + index;
}

/** Tells whether a table has noise anywhere. */
export function isNoisy({ zoneout, ...edges }: DropoutTable): boolean {
  return zoneout.cell > 0 || zoneout.hidden > 0 || Object.values(edges).some(({ rate }) => rate > 0);
}

/** Returns the edge below a layer: `input` below layer 0, `between` below the others. */
export function edgeBelowLayer({ input, between }: DropoutTable, layer: number): GatedEdge {
  return layer === 0 ? input : between;
}

/** Returns the noise on the edge below a layer; null at test time, and with masks for each gate, which the layer applies. */
export function noiseBelowLayer(window: WindowNoise | null, layer: number): Noise | null {
  const noise = window && onEdgeBelow(window, layer);
  return noise?.perGate ? null : noise;
}

/** Returns the noise between the last of `layers` layers and the softmax; null at test time. */
export function noiseBelowSoftmax(window: WindowNoise | null, layers: number): Noise | null {
  return window && noiseAt(window, window.table.output, siteOf('edges', 2 * layers));
}

/**
 * Returns the noise inside a layer.
 *
 * @param window  null at test time, when only zoneout acts, by its expectation
 * @param zoneout the architecture's rates: zoneout acts at test time as well
 */
export function noiseInLayer(
  window: WindowNoise | null,
  zoneout: DropoutTable['zoneout'],
  layer: number,
): LayerNoise {
  const zoneoutOf = (rate: number, family: keyof typeof FAMILY): Noise | null => {
    if (rate === 0) return null;
    if (window === null) return { rate, mask: 'expected', perGate: false, seed: 0, site: 0, step: 0 };
    return noiseAt(window, { rate, mask: 'step' }, siteOf(family, layer));
  };
  const below = window && onEdgeBelow(window, layer);
  return {
    input: below?.perGate ? below : null,
    recurrent: window && noiseAt(window, window.table.recurrent, siteOf('edges', 2 * layer + 1)),
    recurrentWeight: window && recurrentWeightNoise(window, layer),
    zoneoutHidden: zoneoutOf(zoneout.hidden, 'zoneoutHidden'),
    zoneoutCell: zoneoutOf(zoneout.cell, 'zoneoutCell'),
  };
}

/** Returns the noise on word types, drawn once a window: those of the main embedding table, or of a source language's own. */
export function wordTypeNoise(window: WindowNoise, table: 'main' | 'source' = 'main'): Noise {
  const { rate } = window.table.embedding;
  return noiseAt(window, { rate, mask: 'sequence' }, siteOf('embedding', table === 'main' ? 0 : 1));
}

/** Returns the noise on a layer's recurrent weight, drawn once a window. */
function recurrentWeightNoise(window: WindowNoise, layer: number): Noise {
  const { rate } = window.table.recurrentWeight;
  return noiseAt(window, { rate, mask: 'sequence' }, siteOf('recurrentWeight', layer));
}

function onEdgeBelow(window: WindowNoise, layer: number): Noise {
  return noiseAt(window, edgeBelowLayer(window.table, layer), siteOf('edges', 2 * layer));
}

function noiseAt(
  { seed, step, sequenceStep = step, isReversed = false }: WindowNoise,
  edge: Edge & Partial<GatedEdge>,
  site: number,
): Noise {
  return {
    perGate: false,
    ...edge,
    seed,
    site: isReversed ? site + REVERSED : site,
    step: edge.mask === 'sequence' ? sequenceStep : step,
  };
}
