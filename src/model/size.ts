/** How large a model is and what it costs to train: closed formulas, before anything is allocated. */
import { type Architecture, parameterShapes, sizeOf } from './parameters.js';

/** The cost of a model at one window shape. */
export interface ModelSize {
  readonly parameters: number;
  /** Floating-point operations of forward and backward for one token; products only, a multiply-add is two. */
  readonly trainingFlopPerToken: number;
  /** Rough bytes in use at the height of a training step in the reference ops, f32. */
  readonly trainingBytes: number;
}

/**
 * @param architecture the model
 * @param window       T steps and B columns
 */
export function modelSize(architecture: Architecture, window: { steps: number; batch: number }): ModelSize {
  const shapes = parameterShapes(architecture);
  const parameters = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    parameters,
    trainingFlopPerToken: 6 * multiplyAddsPerToken(architecture),
    trainingBytes: 4 * (3 * parameters + window.steps * window.batch * activationsPerToken(architecture)),
  };
}

/** Weights that a token is multiplied with; the embedding is a look-up and costs none. */
function multiplyAddsPerToken({ vocabularySize, embedding, layers }: Architecture): number {
  let inputs = embedding;
  let sum = 0;
  for (const units of layers) {
    sum += 4 * units * (inputs + units);
    inputs = units;
  }
  return sum + inputs * vocabularySize;
}

/** Kept values per token: input, dropped input, z, gates, factors, c, h of every layer; logits, softmax, gradient. */
function activationsPerToken({ vocabularySize, embedding, layers }: Architecture): number {
  return 2 * embedding + layers.reduce((sum, units) => sum + 18 * units, 0) + 4 * vocabularySize;
}
