/** Every kind of layer by its cell. */
import type { LayerShape } from '../architecture.js';
import { deepTransitionLayer } from './deep-transition-layer.js';
import { feedForwardLayer } from './feed-forward-layer.js';
import { gruLayer } from './gru-layer.js';
import type { LayerKind } from './layer.js';
import { lstmLayer } from './lstm-layer.js';
import { tanhRnnLayer } from './tanh-rnn-layer.js';

const KINDS = {
  lstm: lstmLayer,
  gru: gruLayer,
  rnn: tanhRnnLayer,
  deepTransition: deepTransitionLayer,
  feedForward: feedForwardLayer,
};

/** The kind of a layer, which takes that layer's shape. */
export function kindOf({ cell }: LayerShape): LayerKind {
  return KINDS[cell] as LayerKind;
}
