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
  product: 'ZlmProduct',
  lstm: 'ZlmLstm',
  lstmGradient: 'ZlmLstmGradient',
  gru: 'ZlmGru',
  gruGradient: 'ZlmGruGradient',
  tanhRnn: 'ZlmTanhRnn',
  tanhRnnGradient: 'ZlmTanhRnnGradient',
  softmaxCrossEntropy: 'ZlmSoftmaxCrossEntropy',
  softmaxCrossEntropyGradient: 'ZlmSoftmaxCrossEntropyGradient',
  logits: 'ZlmLogits',
  draw: 'ZlmDraw',
  globalNorm: 'ZlmGlobalNorm',
  sgdUpdate: 'ZlmSgdUpdate',
  adamUpdate: 'ZlmAdamUpdate',
  rmspropUpdate: 'ZlmRmspropUpdate',
  averageUpdate: 'ZlmAverageUpdate',
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

/** `ZlmProduct`: a, b → a·b [M,N], each operand transposed first where its attribute says so. */
export interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly precision: Precision;
}

/** Dropout on h(t−1) → h(t): one mask for all gates, or with `perGate` one of G·H units, gate after gate. */
export interface RecurrentDropout extends DropoutMask {
  readonly perGate: boolean;
}

/**
 * Zoneout (Krueger et al. 2017): units that keep the value of the step before. In training a unit is kept where its word
 * at the Philox address (seed, dropout, site, step) is below the probability · 2³² (where dropout would drop it); at test
 * time every unit is the mixture of old and new that is expected.
 */
export interface Zoneout {
  /** Probability that a unit of h, of c, keeps its old value. Cells without c ignore the latter. */
  readonly hidden: number;
  readonly cell: number;
  /** Where the masks of training are drawn, or null for the expectation. */
  readonly masks: {
    readonly seed: number;
    readonly hiddenSite: number;
    readonly cellSite: number;
    readonly step: number;
  } | null;
}

/** What all recurrent kernels are told. */
export interface RecurrentAttributes {
  /** Null for none. */
  readonly recurrentDropout: RecurrentDropout | null;
  readonly zoneout: Zoneout | null;
  readonly precision: Precision;
  /** Also return what the backward pass reads. */
  readonly keep: boolean;
}

/**
 * `ZlmLstm`: x [T,B,I], h0 and c0 [B,H], inputWeight [I,4H], recurrentWeight [H,4H], bias [4H] → output [T,B,H], h [B,H],
 * c [B,H] and, with `keep`, gates [T,B,4H] (activations i, f, g, o) and cells [T,B,H] (after zoneout).
 *
 * `ZlmLstmGradient`: the inputs but bias, output, gates, cells, and the upstream gradients dOutput, dH, dC → the
 * gradients of x, h0, c0, inputWeight, recurrentWeight, bias.
 */
export interface LstmAttributes extends RecurrentAttributes {
  /** Dropout on x with a mask for each gate, 4·I units gate after gate; null for none (masks that gates share are `ZlmDropout`'s). */
  readonly inputDropout: DropoutMask | null;
}

/**
 * `ZlmGru` (Cho et al. 2014 in the form of cuDNN and PyTorch): x [T,B,I], h0 [B,H], inputWeight [I,3H], recurrentWeight
 * [H,3H], bias [3H], candidateBias [H] → output [T,B,H], h [B,H] and, with `keep`, gates [T,B,4H]: the activations r, z, n and
 * the recurrent product's part of the candidate, h(t−1)·U_n + candidateBias.
 *
 *     r, z = σ, σ of (x·W + h·U + b),   n = tanh(x·W_n + b_n + r ⊙ (h·U_n + candidateBias)),   h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * `ZlmGruGradient`: the inputs but the biases, output, gates, and the upstream gradients dOutput, dH → the gradients of x,
 * h0, inputWeight, recurrentWeight, bias, candidateBias. `perGate` dropout is not asked for.
 */
export type GruAttributes = RecurrentAttributes;

/**
 * `ZlmTanhRnn` (Elman 1990): x [T,B,I], h0 [B,H], inputWeight [I,H], recurrentWeight [H,H], bias [H] → output [T,B,H], h [B,H]
 * and, with `keep`, activations [T,B,H]: tanh(x·W + h(t−1)·U + b), before zoneout.
 *
 * `ZlmTanhRnnGradient`: the inputs but bias, output, activations, and the upstream gradients dOutput, dH → the gradients of x,
 * h0, inputWeight, recurrentWeight, bias. `perGate` dropout is not asked for.
 */
export type TanhRnnAttributes = RecurrentAttributes;

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
  /** What the upstream gradient of every row is likely to be: a kernel may prepare for it, and must be right for any. */
  readonly expectedUpstream: number;
}

/** `ZlmLogits`: hidden [N,H], weight, bias [V] → hidden · weight + bias [N,V], always in float32. */
export interface LogitsAttributes {
  /** True when the weight is an embedding table [V,H], not [H,V]. */
  readonly tied: boolean;
}

/**
 * Which words may be drawn and how. Words are in order of their logits, the likeliest first, equal ones by id; those that
 * may be drawn have a weight of exp((logit − largest) / temperature).
 */
export interface Selection {
  /** Below 1 likely words get likelier; 0 takes the first word in order. */
  readonly temperature: number;
  /** Draw from the first k words that are not banned; null for all. */
  readonly topK: number | null;
  /** Word ids that are never drawn, each once; fewer than there are words. */
  readonly banned: Int32Array;
}

/**
 * `ZlmDraw`: logits [N,V], or [1,V] for all N draws → word ids [N] int32: for each draw the first word in order at which
 * the running sum of weights passes uniform · total. Weights and their sums are doubles; the order in which sums are added
 * up is left to the kernel. A draw for which no word that may be drawn has a finite logit gives −1.
 */
export interface DrawAttributes extends Selection {
  /** A number in (0, 1) for each draw. */
  readonly uniforms: Float64Array;
}

/** What all parameter steps are told. The gradient is clamped, then scaled, then weight decay is added to it. */
export interface UpdateAttributes {
  readonly learningRate: number;
  /** λ: λ · parameter is added to the gradient (L2 regularization). */
  readonly weightDecay: number;
  /** Each element of the gradient is clamped to ± this; null for no clamp. */
  readonly clipValue: number | null;
}

/** `ZlmSgdUpdate`: parameter, gradient, scale (scalar) → the new parameter. Outputs of updates may be the inputs' memory. */
export type SgdAttributes = UpdateAttributes;

/**
 * `ZlmAdamUpdate` (Kingma & Ba 2015, algorithm 1): parameter, gradient, scale, firstMoment, secondMoment → the new parameter
 * and moments.
 */
export interface AdamAttributes extends UpdateAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** t, from 1. */
  readonly step: number;
}

/**
 * `ZlmRmspropUpdate` (Tieleman & Hinton 2012): parameter, gradient, scale, meanSquare → the new parameter and mean square; the
 * gradient is divided by √meanSquare + epsilon.
 */
export interface RmspropAttributes extends UpdateAttributes {
  readonly decay: number;
  readonly epsilon: number;
}

/** `ZlmAverageUpdate`: average, parameter → average + weight · (parameter − average). */
export interface AverageAttributes {
  readonly weight: number;
}
