/** The architecture of a network: everything in a spec that decides on its parameters and its computation at test time. */

/** One layer of the stack, from a spec's `model.layers`. */
export type LayerShape =
  | { readonly cell: 'lstm' | 'gru' | 'rnn' | 'feedForward'; readonly units: number }
  | {
      readonly cell: 'deepTransition';
      readonly units: number;
      /** Layers between h(t−1) and h(t). */
      readonly depth: number;
      /** Whether h(t−1) also reaches the last of them directly. */
      readonly shortcut: boolean;
    };

/** The sizes of the vocabularies that a network knows: of one for all its words, or of two languages that share none. */
export type VocabularySizes = number | { readonly source: number; readonly target: number };

/** The source sentences of a translation. */
export interface SourceShape {
  /** Words of the source language; null where it shares vocabulary and embedding table with the target. */
  readonly vocabularySize: number | null;
  /** Whether source and target are read by one stack, or the source by an encoder of the same layers. */
  readonly stack: 'shared' | 'separate';
  /** How the decoder attends to the outputs of a separate encoder, if it does: see `attention.ts`. */
  readonly attention: 'none' | 'dot' | 'general';
}

/** The architecture of a model, from its spec and the sizes of its vocabularies. */
export interface Architecture {
  /** V, of the words that it predicts. */
  readonly vocabularySize: number;
  /** What it reads before its first prediction; null for a language model. */
  readonly source: SourceShape | null;
  /** E. */
  readonly embedding: number;
  /** From the embedding to the softmax. */
  readonly layers: readonly LayerShape[];
  /** The softmax weight is the embedding table (Press & Wolf 2017). */
  readonly tieEmbedding: boolean;
  /** Probability that a unit of c and of h keeps its old value; at test time, the weight of the old value. */
  readonly zoneout: { readonly cell: number; readonly hidden: number };
  /** Topic features beside the first layer's input and the softmax's (Mikolov & Zweig 2012), or null. */
  readonly context: { readonly topics: number; readonly decay: number } | null;
}

/** The part of a spec that defines an architecture. */
export interface ArchitectureSpec {
  readonly task:
    | { readonly languageModelling: object }
    | { readonly translation: Pick<SourceShape, 'stack' | 'attention'> };
  readonly model: {
    readonly embedding: number;
    readonly layers: readonly LayerSpec[];
    readonly tieEmbedding: boolean;
    readonly context: { topics: number; decay: number } | null;
  };
  readonly dropout: { readonly zoneout: { cell: number; hidden: number } };
}

type LayerSpec =
  | { lstm: number }
  | { gru: number }
  | { rnn: number }
  | { feedForward: number }
  | { deepTransition: { units: number; depth: number; shortcut: boolean } };

/** Returns the architecture of a spec with its vocabularies. */
export function architectureOf(
  { task, model, dropout }: ArchitectureSpec,
  sizes: VocabularySizes,
): Architecture {
  const { embedding, layers, tieEmbedding, context } = model;
  const { zoneout } = dropout;
  return {
    vocabularySize: typeof sizes === 'number' ? sizes : sizes.target,
    source: 'translation' in task ? sourceShape(task.translation, sizes) : null,
    embedding,
    layers: layers.map(layerShape),
    tieEmbedding,
    zoneout,
    context,
  };
}

function sourceShape(
  { stack, attention }: Pick<SourceShape, 'stack' | 'attention'>,
  sizes: VocabularySizes,
): SourceShape {
  return { vocabularySize: typeof sizes === 'number' ? null : sizes.source, stack, attention };
}

function layerShape(layer: LayerSpec): LayerShape {
  if ('deepTransition' in layer) return { cell: 'deepTransition', ...layer.deepTransition };
  const [[cell, units]] = Object.entries(layer) as [['lstm' | 'gru' | 'rnn' | 'feedForward', number]];
  return { cell, units };
}

/** Returns the width of a layer's input: the embedding with the topic features, or the layer below. */
export function inputWidth({ embedding, layers, context }: Architecture, layer: number): number {
  return layer === 0 ? embedding + (context?.topics ?? 0) : layers[layer - 1].units;
}

/** Returns the width of the softmax's input: the last layer with the topic features. */
export function outputWidth({ layers, context }: Architecture): number {
  return layers[layers.length - 1].units + (context?.topics ?? 0);
}

/** Returns whether a tied softmax needs a projection to the embedding's width (Press & Wolf 2017 tie equal widths only). */
export function hasProjection(architecture: Architecture): boolean {
  return architecture.tieEmbedding && outputWidth(architecture) !== architecture.embedding;
}
