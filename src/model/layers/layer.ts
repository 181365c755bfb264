/** What every kind of layer can do: say which parameters it has, and run over a window. */
import type * as tf from '@tensorflow/tfjs';
import type { DropoutMask } from '../../ops/dropout.js';
import type { Precision } from '../../ops/products.js';
import type { RecurrentDropout, Zoneout } from '../../ops/recurrent.js';
import type { LayerShape } from '../architecture.js';

/** What a parameter is for: initializations treat these differently. */
export type ParameterRole = 'embedding' | 'softmax' | 'input' | 'recurrent' | 'bias' | 'softmaxBias';

/** Name and shape of one parameter. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** H of the layer that it belongs to; absent outside the layers. */
  readonly units?: number;
}

/** What is carried from window to window, by name (h, c), each [B,H]. Empty for layers without recurrence. */
export type LayerState = Readonly<Record<string, tf.Tensor2D>>;

/** The noise of one layer in one window; null where there is none. */
export interface LayerNoise {
  /** On x, with a mask for each gate; masks that gates share were applied before. */
  readonly inputDropout: DropoutMask | null;
  readonly recurrentDropout: RecurrentDropout | null;
  /** DropConnect on the recurrent weight. */
  readonly recurrentWeight: DropoutMask | null;
  /** Not only noise: at test time its expectation. */
  readonly zoneout: Zoneout | null;
}

/** One layer and one window. */
export interface LayerWindow {
  /** [T,B,I]. */
  readonly x: tf.Tensor3D;
  readonly state: LayerState;
  /** The layer's parameters by their names within it. */
  readonly parameter: (name: string) => tf.Tensor;
  readonly noise: LayerNoise;
  readonly precision: Precision;
}

/** One kind of layer. */
export interface LayerKind<S extends LayerShape = LayerShape> {
  /** Names of its state. */
  readonly stateNames: readonly string[];
  /** Its parameters, named within the layer, in the order that numbers their random streams. */
  parameterShapes(shape: S, inputs: number): ParameterShape[];
  /** Values per step and column that a training step keeps, roughly, for {@link modelSize}. */
  readonly keptPerUnit: number;
  /** Runs over a window: the output of every step, [T,B,H], and the state after the last. */
  run(window: LayerWindow, shape: S): { output: tf.Tensor3D; state: LayerState };
}
