/** Checks that everything in the table of edges has something to act on. */
import type { Fault } from '../diagnostics.js';
import { type Cell, cellOf } from '../kinds.js';
import type { NetworkSpec } from '../systems.js';
import type { Check } from './check.js';

export const DROPOUT_CHECKS: readonly Check[] = [
  (spec) => perGateWithoutGates(spec, 'input'),
  (spec) => perGateWithoutGates(spec, 'between'),
  (spec) => perGateWithoutGates(spec, 'recurrent'),
  perGateBesideContext,
  betweenNoLayers,
  weightDropOfDeepTransition,
  zoneoutWithoutCells,
  zoneoutOfDeepTransition,
];

type GatedEdge = 'input' | 'between' | 'recurrent';

/** A mask for each gate of a layer is one for each of the LSTM's four (Gal and Ghahramani 2016, section 4). */
function perGateWithoutGates(spec: NetworkSpec, edge: GatedEdge): Fault | undefined {
  const other = cellsAbove(spec, edge).find((cell) => cell !== 'lstm');
  if (!spec.dropout[edge].perGate || !other) return undefined;
  return {
    key: `dropout.${edge}.perGate`,
    others: ['model.layers'],
    message: `dropout.${edge}.perGate needs lstm layers alone where the edge leads, but one is ${other}; set it to false`,
  };
}

/** The cells that an edge leads into. A feedForward layer has no recurrent edge. */
function cellsAbove({ model }: NetworkSpec, edge: GatedEdge): Cell[] {
  const cells = model.layers.map(cellOf);
  if (edge === 'input') return cells.slice(0, 1);
  return edge === 'between' ? cells.slice(1) : cells.filter((cell) => cell !== 'feedForward');
}

/** Topics enter the first layer undropped beside the embedding, so that layer can drop none of its input by itself. */
function perGateBesideContext({ model, dropout }: NetworkSpec): Fault | undefined {
  if (!dropout.input.perGate || model.context === null) return undefined;
  return {
    key: 'dropout.input.perGate',
    others: ['model.context'],
    message:
      'dropout.input.perGate does not go with model.context, whose topics enter the first layer undropped; set it to false',
  };
}

/** One layer has an edge below it and one above, and none between. */
function betweenNoLayers({ model, dropout }: NetworkSpec): Fault | undefined {
  if (dropout.between.rate === 0 || model.layers.length > 1) return undefined;
  return {
    key: 'dropout.between.rate',
    others: ['model.layers'],
    message:
      'dropout.between drops from one layer to the next, but model.layers has a single one; use dropout.input and dropout.output',
  };
}

/** Several matrices lead from h(t − 1) to h(t) there; to drop weights of one alone would be no DropConnect of W_hh. */
function weightDropOfDeepTransition({ model, dropout }: NetworkSpec): Fault | undefined {
  const index = model.layers.findIndex((layer) => cellOf(layer) === 'deepTransition');
  if (dropout.recurrentWeight.rate === 0 || index === -1) return undefined;
  return {
    key: 'dropout.recurrentWeight.rate',
    others: ['model.layers'],
    message: `dropout.recurrentWeight does not act on deepTransition layers, and model.layers.${index} is one; set its rate to 0`,
  };
}

/** Only LSTM layers have a c beside h. */
function zoneoutWithoutCells({ model, dropout }: NetworkSpec): Fault | undefined {
  if (dropout.zoneout.cell === 0 || model.layers.some((layer) => cellOf(layer) === 'lstm')) return undefined;
  return {
    key: 'dropout.zoneout.cell',
    others: ['model.layers'],
    message:
      'dropout.zoneout.cell needs an lstm layer: no other has memory cells; use dropout.zoneout.hidden',
  };
}

/** Krueger et al. 2017 define zoneout for a step of one layer; a deep transition has several. */
function zoneoutOfDeepTransition({ model, dropout }: NetworkSpec): Fault | undefined {
  const index = model.layers.findIndex((layer) => cellOf(layer) === 'deepTransition');
  if (dropout.zoneout.hidden === 0 || index === -1) return undefined;
  return {
    key: 'dropout.zoneout.hidden',
    others: ['model.layers'],
    message: `dropout.zoneout.hidden does not act on deepTransition layers, and model.layers.${index} is one; set it to 0`,
  };
}
