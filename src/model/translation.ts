/**
 * The networks of translation: one stack that reads the source and then the target, as in the paper (section 4.3), or an encoder
 * for the source whose final state starts the decoder (Sutskever et al. 2014). Either way the target is read by a language model
 * that begins with the state after the source instead of zero, and may attend to the encoder's outputs.
 */
import type * as tf from '@tensorflow/tfjs';
import { attend, type SourceMemory } from './attention.js';
import { type Encoded, embedWords, encode, initialState } from './language-model.js';
import type { Network } from './network.js';
import { type WindowNoise, wordTypeNoise } from './noise-placement.js';
import { type ModelState, runLayers } from './stack.js';

/** What a decoder knows of the source and of the target's words so far. */
export interface DecoderState {
  readonly layers: ModelState;
  /** Null without attention. */
  readonly memory: SourceMemory | null;
}

/**
 * Reads source sentences.
 *
 * @param source [S,B] int32, sentences of equal length in the order in which they are read
 * @param noise  null at test time
 * @returns the state from which the target is read
 */
export function readSource(model: Network, source: tf.Tensor2D, noise: WindowNoise | null): DecoderState {
  const { architecture, parameters, precision } = model;
  const ofSource = parameters.has('source.embedding.weight');
  const table = parameters.matrix(ofSource ? 'source.embedding.weight' : 'embedding.weight');
  const onTypes = noise && wordTypeNoise(noise, ofSource ? 'source' : 'main');
  const embedded = embedWords(table, source, onTypes);
  const layers = isShared(model) ? parameters : parameters.ofEncoder();
  const zero = initialState(model, source.shape[1]);
  const { raw, state } = runLayers(embedded, null, zero, architecture, layers, noise, precision);
  return { layers: state, memory: attends(model) ? { outputs: raw, lengths: null } : null };
}

/**
 * Reads target words.
 *
 * @param target [T,B] int32
 * @param noise  null at test time
 */
export function readTarget(
  model: Network,
  target: tf.Tensor2D,
  { layers, memory }: DecoderState,
  noise: WindowNoise | null,
): Encoded {
  return encode(
    model,
    target,
    layers,
    noise,
    memory ? (outputs) => attend(model, outputs, memory) : undefined,
  );
}

/**
 * Reads source sentences and then target words.
 *
 * @param source [S,B] int32
 * @param target [T,B] int32
 * @param noise  null at test time; its step is that of the source's first word
 * @returns the encoding of the target, for `targetNll`
 */
export function encodePairs(
  model: Network,
  source: tf.Tensor2D,
  target: tf.Tensor2D,
  noise: WindowNoise | null,
): Encoded {
  const [steps] = source.shape;
  const state = readSource(model, source, noise);
  return readTarget(model, target, state, noise && noiseAfter(noise, steps, isShared(model)));
}

/**
 * Returns the noise on the target. The clock goes on, so that no mask of a step is that of a step of the source. A mask that lasts
 * a sequence lasts for both sentences where one stack reads them as one sequence.
 */
function noiseAfter(noise: WindowNoise, steps: number, isOneSequence: boolean): WindowNoise {
  const step = noise.step + steps;
  return { ...noise, step, sequenceStep: isOneSequence ? (noise.sequenceStep ?? noise.step) : step };
}

function isShared({ architecture }: Network): boolean {
  return architecture.source?.stack !== 'separate';
}

function attends({ architecture }: Network): boolean {
  return architecture.source !== null && architecture.source.attention !== 'none';
}
