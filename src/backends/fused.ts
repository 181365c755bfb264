/**
 * The contracts of the kernels that a backend may fuse. `ops/` says what each computes and has a reference for every
 * backend; a backend that can do better registers a kernel under the same name with the same inputs, outputs and
 * attributes. All tensors are float32 but for ids and targets, which are int32.
 */

/** Kernel names. */
export const FUSED = {
  embedding: 'ZlmEmbedding',
  embeddingGradient: 'ZlmEmbeddingGradient',
  dropout: 'ZlmDropout',
  lstm: 'ZlmLstm',
  lstmGradient: 'ZlmLstmGradient',
  softmaxCrossEntropy: 'ZlmSoftmaxCrossEntropy',
  softmaxCrossEntropyGradient: 'ZlmSoftmaxCrossEntropyGradient',
  globalNorm: 'ZlmGlobalNorm',
  sgdUpdate: 'ZlmSgdUpdate',
} as const;

/**
 * What products compute in: float32, or operands rounded to bfloat16 with float32 sums; parameters, states and
 * everything between products are float32 in both.
 */
export type Precision = 'f32' | 'mixed';

/** How long a mask lives: drawn anew at each time step (Zaremba et al.) or once a window (Gal & Ghahramani). */
export type MaskLifetime = 'step' | 'sequence';

/** Which dropout mask to draw. `ZlmDropout`: x [T,B,U] → [T,B,U]; it is its own gradient. */
export interface DropoutMask {
  /** Drop probability, 0 ≤ rate < 1. */
  readonly rate: number;
  readonly lifetime: MaskLifetime;
  readonly seed: number;
  /** Which place of the network; two places never share a mask. */
  readonly site: number;
  /** Absolute time step of the window's first step, counted from the start of training. */
  readonly step: number;
}

/** `ZlmEmbedding`: table [V,E], ids [T,B] → [T,B,E]. `ZlmEmbeddingGradient`: ids, upstream → [V,E]. */
export interface EmbeddingAttributes {
  /** V: the backward pass needs the shape of the table, but not the table. */
  readonly rows: number;
}

/**
 * `ZlmLstm`: x [T,B,I], h0 and c0 [B,H], inputWeight [I,4H], recurrentWeight [H,4H], bias [4H] → output [T,B,H], h [B,H],
 * c [B,H] and, with `keep`, gates [T,B,4H] (activations i, f, g, o) and cells [T,B,H].
 *
 * `ZlmLstmGradient`: the inputs but bias, output, gates, cells, and the upstream gradients dOutput, dH, dC → the
 * gradients of x, h0, c0, inputWeight, recurrentWeight, bias.
 */
export interface LstmAttributes {
  /** Dropout on h(t−1) → h(t), or null for none. */
  readonly recurrentDropout: DropoutMask | null;
  readonly precision: Precision;
  /** Also return what the backward pass reads. */
  readonly keep: boolean;
}

/**
 * `ZlmSoftmaxCrossEntropy`: hidden [N,H], weight, bias [V], targets [N] → nll [N] and, with `keep`, further tensors of the
 * kernel's own choice, which come back as kept0, kept1, … .
 *
 * `ZlmSoftmaxCrossEntropyGradient`: hidden, weight, bias, targets, kept…, upstream [N] → the gradients of hidden, weight,
 * bias.
 */
export interface SoftmaxAttributes {
  /** True when the weight is an embedding table [V,H] shared with the input (Press & Wolf 2017), not [H,V]. */
  readonly tied: boolean;
  readonly precision: Precision;
  readonly keep: boolean;
}

/** `ZlmSgdUpdate`: parameter, gradient, scale (scalar) → the new parameter, which may be the old one's memory. */
export interface SgdAttributes {
  readonly learningRate: number;
}
