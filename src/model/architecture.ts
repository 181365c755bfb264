/** What a network looks like: all of a spec that decides which parameters it has and what it computes at test time. */

/** One layer of the stack, from a spec's `model.layers`. */
export type LayerShape =
  | { readonly cell: 'lstm' | 'gru' | 'rnn' | 'feedForward'; readonly units: number }
  | {
      readonly cell: 'deepTransition';
      readonly units: number;
      /** Layers that the step from h(t−1) to h(t) goes through. */
      readonly depth: number;
      /** Whether h(t−1) also reaches the last of them directly. */
      readonly shortcut: boolean;
    };

/** The shape of a model: what a spec says of it, and the size of the vocabulary. */
export interface Architecture {
  /** V. */
  readonly vocabularySize: number;
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

/** The part of a spec that makes an architecture. */
export interface ArchitectureSpec {
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

/** The architecture that a spec makes with a vocabulary. */
export function architectureOf({ model, dropout }: ArchitectureSpec, vocabularySize: number): Architecture {
  const { embedding, layers, tieEmbedding, context } = model;
  const { zoneout } = dropout;
  return { vocabularySize, embedding, layers: layers.map(layerShape), tieEmbedding, zoneout, context };
}

function layerShape(layer: LayerSpec): LayerShape {
  if ('deepTransition' in layer) return { cell: 'deepTransition', ...layer.deepTransition };
  const [[cell, units]] = Object.entries(layer) as [['lstm' | 'gru' | 'rnn' | 'feedForward', number]];
  return { cell, units };
}

/** Width of what enters a layer: the embedding or the layer below, and the topic features beside the embedding. */
export function inputWidth({ embedding, layers, context }: Architecture, layer: number): number {
  return layer === 0 ? embedding + (context?.topics ?? 0) : layers[layer - 1].units;
}

/** Width of what the softmax sees: the last layer and the topic features beside it. */
export function outputWidth({ layers, context }: Architecture): number {
  return layers[layers.length - 1].units + (context?.topics ?? 0);
}

/** Whether a tied softmax needs a projection to the embedding's width (Press & Wolf 2017 tie equal widths only). */
export function hasProjection(architecture: Architecture): boolean {
  return architecture.tieEmbedding && outputWidth(architecture) !== architecture.embedding;
}
