/** Layers on top of each other with dropout on the edges between them (paper, equations of section 3.2). */
import * as tf from '@tensorflow/tfjs';
import { dropout } from '../ops/dropout.js';
import type { Precision } from '../ops/products.js';
import type { Architecture } from './architecture.js';
import {
  type DropoutPlan,
  edgeBelowLayer,
  maskBelowLayer,
  maskBelowSoftmax,
  recurrentMask,
  recurrentWeightMask,
  zoneoutOf,
} from './dropout-placement.js';
import { kindOf } from './layers/kinds.js';
import type { LayerNoise, LayerState } from './layers/layer.js';
import { type Parameters, parameter } from './parameters.js';

/** The recurrent state by name: `layers.N.h`, `layers.N.c`, each [B,H]; and `context`, [B,K], where there are topics. */
export type ModelState = Readonly<Record<string, tf.Tensor2D>>;

/** What a stack does in one window. */
export interface StackResult {
  /** The last layer's output, [T,B,H]. */
  readonly raw: tf.Tensor3D;
  /** The same after the dropout below the softmax. */
  readonly dropped: tf.Tensor3D;
  readonly state: ModelState;
}

/** h = c = 0 for every layer: the state at the start of a pass over the corpus. */
export function zeroStackState({ layers }: Architecture, batch: number): ModelState {
  const entries = layers.flatMap((layer, index) =>
    kindOf(layer).stateNames.map((name) => [stateName(index, name), tf.zeros([batch, layer.units])]),
  );
  return Object.fromEntries(entries);
}

/**
 * Runs the stack over a window.
 *
 * @param x       [T,B,E], the embedded input
 * @param context [T,B,K], what enters the first layer beside it, undropped; or null
 * @param plan    masks, or null at test time
 */
export function runStack(
  x: tf.Tensor3D,
  context: tf.Tensor3D | null,
  state: ModelState,
  architecture: Architecture,
  parameters: Parameters,
  plan: DropoutPlan | null,
  precision: Precision = 'f32',
): StackResult {
  const { layers, zoneout } = architecture;
  const after: Record<string, tf.Tensor2D> = {};
  let signal = x;
  layers.forEach((shape, layer) => {
    const kind = kindOf(shape);
    const perGate = plan !== null && edgeBelowLayer(plan.table, layer).perGate;
    if (plan && !perGate) signal = dropout(signal, maskBelowLayer(plan, layer));
    if (context && layer === 0) signal = tf.concat([signal, context], 2);
    const noise: LayerNoise = {
      inputDropout: perGate ? maskBelowLayer(plan, layer) : null,
      recurrentDropout: plan && recurrentMask(plan, layer),
      recurrentWeight: plan && recurrentWeightMask(plan, layer),
      zoneout: zoneoutOf(zoneout, plan, layer),
    };
    const result = kind.run(
      {
        x: signal,
        state: layerState(state, layer, kind.stateNames),
        parameter: (name) => parameter(parameters, `layers.${layer}.${name}`),
        noise,
        precision,
      },
      shape,
    );
    signal = result.output;
    for (const [name, tensor] of Object.entries(result.state)) after[stateName(layer, name)] = tensor;
  });
  const dropped = plan ? dropout(signal, maskBelowSoftmax(plan, layers.length)) : signal;
  return { raw: signal, dropped, state: after };
}

function layerState(state: ModelState, layer: number, names: readonly string[]): LayerState {
  return Object.fromEntries(names.map((name) => [name, state[stateName(layer, name)]]));
}

function stateName(layer: number, name: string): string {
  return `layers.${layer}.${name}`;
}
