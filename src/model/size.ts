/** Size and training cost of a model, by closed formulas before anything is allocated. */
import { type Architecture, hasTwoDirections, inputWidth, readsWords } from './architecture.js';
import { kindOf } from './layers.js';
import { parameterShapes, sizeOf } from './parameters.js';

/** The cost of a model at one window shape. */
export interface ModelSize {
  readonly parameters: number;
  /** Floating-point operations of forward and backward for one token; products only, a multiply-add is two. */
  readonly trainingFlopPerToken: number;
  /** Approximate peak of a training step with the ops' references, in bytes, float32. */
  readonly trainingBytes: number;
}

/**
 * Computes parameters, operations and memory of a model.
 *
 * @param architecture the model
 * @param window       T steps and B columns
 */
export function modelSize(architecture: Architecture, window: { steps: number; batch: number }): ModelSize {
  const parameters = totalSize(parameterShapes(architecture));
  return {
    parameters,
    trainingFlopPerToken: 6 * multiplyAddsPerToken(architecture),
    trainingBytes: 4 * (3 * parameters + window.steps * window.batch * activationsPerToken(architecture)),
  };
}

/** Returns the number of values in arrays of these shapes. */
export function totalSize(shapes: readonly { readonly shape: readonly number[] }[]): number {
  return shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Counts the weights that multiply a token: every matrix, except an embedding table that the softmax does not share. */
function multiplyAddsPerToken(architecture: Architecture): number {
  const tied = readsWords(architecture) && architecture.tieEmbedding;
  const multiplied = parameterShapes(architecture).filter(
    ({ shape, role }) => shape.length === 2 && (role !== 'embedding' || tied),
  );
  return totalSize(multiplied);
}

/** Counts the saved values per token: input and dropped input, each layer's; logits, softmax and gradient. */
function activationsPerToken(architecture: Architecture): number {
  const { vocabularySize, layers } = architecture;
  const ofLayers = layers.reduce((sum, layer, index) => {
    const directions = hasTwoDirections(architecture, index) ? 2 : 1;
    return sum + directions * kindOf(layer).savedPerUnit * layer.units;
  }, 0);
  const input = readsWords(architecture) ? architecture.embedding : inputWidth(architecture, 0);
  return 2 * input + ofLayers + 4 * vocabularySize;
}
