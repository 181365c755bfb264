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

/**
 * The sizes of the data that decide on the shape of a network: of one vocabulary for all its words, of those of two languages that
 * share none, or of the features of a frame and the phones of speech.
 */
export type VocabularySizes =
  | number
  | { readonly source: number; readonly target: number }
  | { readonly features: number; readonly phones: number };

/** The source sentences of a translation. */
export interface SourceShape {
  /** Words of the source language; null where it shares vocabulary and embedding table with the target. */
  readonly vocabularySize: number | null;
  /** Whether source and target are read by one stack, or the source by an encoder of the same layers. */
  readonly stack: 'shared' | 'separate';
  /** How the decoder attends to the outputs of a separate encoder, if it does: see `attention.ts`. */
  readonly attention: 'none' | 'dot' | 'general';
}

/** What every network has: layers, and a softmax over what it predicts. */
interface StackShape {
  /** V, of what it predicts: words; or phones, and with CTC the blank behind them. */
  readonly vocabularySize: number;
  /** From the input to the softmax. */
  readonly layers: readonly LayerShape[];
  /** Probability that a unit of c and of h keeps its old value; at test time, the weight of the old value. */
  readonly zoneout: { readonly cell: number; readonly hidden: number };
}

/** A network that reads words. */
export interface WordArchitecture extends StackShape {
  /** What it reads before its first prediction; null for a language model. */
  readonly source: SourceShape | null;
  /** E. */
  readonly embedding: number;
  /** The softmax weight is the embedding table (Press & Wolf 2017). */
  readonly tieEmbedding: boolean;
  /** Topic features beside the first layer's input and the softmax's (Mikolov & Zweig 2012), or null. */
  readonly context: { readonly topics: number; readonly decay: number } | null;
}

/** A network that reads frames of features. */
export interface AcousticArchitecture extends StackShape {
  /** Numbers of a frame, its neighbors included. */
  readonly features: number;
  /** Whether each recurrent layer has a second one beside it, which reads from the last frame to the first. */
  readonly bidirectional: boolean;
}

/** The architecture of a model, from its spec and the sizes of its data. */
export type Architecture = WordArchitecture | AcousticArchitecture;

/** Tells whether a network reads words. */
export function readsWords(architecture: Architecture): architecture is WordArchitecture {
  return 'embedding' in architecture;
}

/** Returns the architecture of a network that reads words. @throws Error for one that reads features */
export function wordArchitecture(architecture: Architecture): WordArchitecture {
  if (readsWords(architecture)) return architecture;
  throw new Error('The network reads features, not words');
}

/** Returns the architecture of a network that reads features. @throws Error for one that reads words */
export function acousticArchitecture(architecture: Architecture): AcousticArchitecture {
  if (!readsWords(architecture)) return architecture;
  throw new Error('The network reads words, not features');
}

/** The part of a spec that defines an architecture. */
export interface ArchitectureSpec {
  readonly task:
    | { readonly languageModelling: object }
    | { readonly translation: Pick<SourceShape, 'stack' | 'attention'> }
    | { readonly speech: SpeechShape };
  readonly model: {
    readonly embedding?: number;
    readonly layers: readonly LayerSpec[];
    readonly tieEmbedding: boolean;
    readonly context: { topics: number; decay: number } | null;
  };
  readonly dropout: { readonly zoneout: { cell: number; hidden: number } };
}

/** What decides on the shape of a network for speech. */
interface SpeechShape {
  readonly loss: 'framewise' | 'ctc';
  readonly bidirectional: boolean;
  /** Frames on each side that are read beside each frame. */
  readonly context: number;
}

type LayerSpec =
  | { lstm: number }
  | { gru: number }
  | { rnn: number }
  | { feedForward: number }
  | { deepTransition: { units: number; depth: number; shortcut: boolean } };

/** Returns the architecture of a spec with the sizes of its data. */
export function architectureOf(spec: ArchitectureSpec, sizes: VocabularySizes): Architecture {
  const { task, model, dropout } = spec;
  const stack = { layers: model.layers.map(layerShape), zoneout: dropout.zoneout };
  if ('speech' in task) return { ...acousticShape(task.speech, sizes), ...stack };
  const { embedding, tieEmbedding, context } = model;
  if (embedding === undefined || isOfSpeech(sizes)) throw new Error('A network for words without words');
  return {
    vocabularySize: typeof sizes === 'number' ? sizes : sizes.target,
    source: 'translation' in task ? sourceShape(task.translation, sizes) : null,
    embedding,
    tieEmbedding,
    context,
    ...stack,
  };
}

/** The sizes of the data of speech. */
type SpeechSizes = Extract<VocabularySizes, { readonly features: number }>;

function isOfSpeech(sizes: VocabularySizes): sizes is SpeechSizes {
  return typeof sizes === 'object' && 'features' in sizes;
}

function acousticShape({ loss, bidirectional, context }: SpeechShape, sizes: VocabularySizes) {
  if (!isOfSpeech(sizes)) throw new Error('A network for speech without features');
  return {
    vocabularySize: sizes.phones + (loss === 'ctc' ? 1 : 0),
    features: sizes.features * (2 * context + 1),
    bidirectional,
  };
}

function sourceShape(
  { stack, attention }: Pick<SourceShape, 'stack' | 'attention'>,
  sizes: Exclude<VocabularySizes, SpeechSizes>,
): SourceShape {
  return { vocabularySize: typeof sizes === 'number' ? null : sizes.source, stack, attention };
}

function layerShape(layer: LayerSpec): LayerShape {
  if ('deepTransition' in layer) return { cell: 'deepTransition', ...layer.deepTransition };
  const [[cell, units]] = Object.entries(layer) as [['lstm' | 'gru' | 'rnn' | 'feedForward', number]];
  return { cell, units };
}

/** Returns the width of a layer's input: the embedding with the topic features, the features of a frame, or the layer below. */
export function inputWidth(architecture: Architecture, layer: number): number {
  if (layer > 0) return layerWidth(architecture, layer - 1);
  if (!readsWords(architecture)) return architecture.features;
  return architecture.embedding + (architecture.context?.topics ?? 0);
}

/** Returns the width of the softmax's input: the last layer with the topic features. */
export function outputWidth(architecture: Architecture): number {
  const topics = readsWords(architecture) ? (architecture.context?.topics ?? 0) : 0;
  return layerWidth(architecture, architecture.layers.length - 1) + topics;
}

/** Returns the width of a layer's output, of both directions together. */
function layerWidth(architecture: Architecture, layer: number): number {
  return architecture.layers[layer].units * (hasTwoDirections(architecture, layer) ? 2 : 1);
}

/** Tells whether a layer is run in both directions: one without recurrence has none. */
export function hasTwoDirections(architecture: Architecture, layer: number): boolean {
  const isBidirectional = !readsWords(architecture) && architecture.bidirectional;
  return isBidirectional && architecture.layers[layer].cell !== 'feedForward';
}

/** Returns whether a tied softmax needs a projection to the embedding's width (Press & Wolf 2017 tie equal widths only). */
export function hasProjection(architecture: Architecture): boolean {
  if (!readsWords(architecture) || !architecture.tieEmbedding) return false;
  return outputWidth(architecture) !== architecture.embedding;
}
