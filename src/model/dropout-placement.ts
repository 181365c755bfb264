/**
 * Where dropout acts: the spec's table of edges as masks of the ops. In the paper (section 3, figure 2) only the
 * vertical edges drop, L + 1 of them for L layers, so a signal crosses L + 1 masks however many time steps it
 * lives.
 */
import type { DropoutMask, MaskLifetime } from '../ops/dropout.js';

/** One kind of edge: the probability of dropping a unit on it, and how long a mask lives. */
export interface Edge {
  readonly rate: number;
  readonly mask: MaskLifetime;
}

/** The table of edges. */
export interface DropoutEdges {
  /** Embedding → first layer. */
  readonly input: Edge;
  /** Layer l → layer l + 1. */
  readonly between: Edge;
  /** Last layer → softmax. */
  readonly output: Edge;
  /** h(t−1) → h(t) within a layer: 0 in the paper. */
  readonly recurrent: Edge;
}

/** A table of edges made definite for one window: which random stream, at which time. */
export interface DropoutPlan {
  readonly edges: DropoutEdges;
  readonly seed: number;
  /** Absolute time step of the window's first step. */
  readonly step: number;
}

/**
 * The mask on the edge below a layer: `input` below layer 0, `between` below the others. Sites are numbered so
 * that vertical place v is site 2v and the recurrent edge of layer l is site 2l + 1.
 */
export function maskBelowLayer(plan: DropoutPlan, layer: number): DropoutMask {
  return maskOf(plan, layer === 0 ? plan.edges.input : plan.edges.between, 2 * layer);
}

/** The mask between the last of `layers` layers and the softmax. */
export function maskBelowSoftmax(plan: DropoutPlan, layers: number): DropoutMask {
  return maskOf(plan, plan.edges.output, 2 * layers);
}

/** The mask on h(t−1) → h(t) of a layer. */
export function recurrentMask(plan: DropoutPlan, layer: number): DropoutMask {
  return maskOf(plan, plan.edges.recurrent, 2 * layer + 1);
}

function maskOf({ seed, step }: DropoutPlan, { rate, mask }: Edge, site: number): DropoutMask {
  return { rate, lifetime: mask, seed, site, step };
}
