/** How large a model is and what it costs to train: closed formulas, before anything is allocated. */
import type { Architecture } from './architecture.js';
import { kindOf } from './layers.js';
import { parameterShapes, sizeOf } from './parameters.js';

/** The cost of a model at one window shape. */
export interface ModelSize {
  readonly parameters: number;
  /** Floating-point operations of forward and backward for one token; products only, a multiply-add is two. */
  readonly trainingFlopPerToken: number;
  /** Rough bytes in use at the height of a training step, f32. */
  readonly trainingBytes: number;
}

/**
 * @param architecture the model
 * @param window       T steps and B columns
 * @param backend      whether its softmax keeps all logits of a window, as the reference op does; a fused one goes chunk by
 *                     chunk
 */
export function modelSize(
  architecture: Architecture,
  window: { steps: number; batch: number },
  { keepsLogits = true }: { keepsLogits?: boolean } = {},
): ModelSize {
  const parameters = totalSize(parameterShapes(architecture));
  return {
    parameters,
    trainingFlopPerToken: 6 * multiplyAddsPerToken(architecture),
    trainingBytes:
      4 * (3 * parameters + window.steps * window.batch * activationsPerToken(architecture, keepsLogits)),
  };
}

/** Numbers in arrays of these shapes together. */
export function totalSize(shapes: readonly { readonly shape: readonly number[] }[]): number {
  return shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Weights that a token is multiplied with: every matrix but the embedding, which is a look-up unless the softmax shares it. */
function multiplyAddsPerToken(architecture: Architecture): number {
  const multiplied = parameterShapes(architecture).filter(
    ({ shape, role }) => shape.length === 2 && (role !== 'embedding' || architecture.tieEmbedding),
  );
  return totalSize(multiplied);
}

/** Kept values per token: input and dropped input, what each layer keeps; logits, softmax, gradient where they are kept. */
function activationsPerToken(
  { vocabularySize, embedding, layers }: Architecture,
  keepsLogits: boolean,
): number {
  const ofLayers = layers.reduce((sum, layer) => sum + kindOf(layer).keptPerUnit * layer.units, 0);
  return 2 * embedding + ofLayers + (keepsLogits ? 4 * vocabularySize : 0);
}
