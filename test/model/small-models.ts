/** Small models and empty tables of dropout for tests. */
import type { Architecture, LayerShape, WordArchitecture } from '../../src/model/architecture.js';
import type { Network } from '../../src/model/network.js';
import { createNetwork } from '../../src/model/network.js';
import type { DropoutTable } from '../../src/model/noise-placement.js';

const NONE = { rate: 0, mask: 'step' } as const;
const NONE_GATED = { ...NONE, perGate: false } as const;

/** Nothing is dropped anywhere. */
export const NO_DROPOUT: DropoutTable = {
  embedding: { rate: 0 },
  input: NONE_GATED,
  between: NONE_GATED,
  output: NONE,
  recurrent: NONE_GATED,
  recurrentWeight: { rate: 0 },
  zoneout: { cell: 0, hidden: 0 },
};

/** An architecture without anything special: what is not given is off. */
export function plainArchitecture(
  given: Pick<WordArchitecture, 'vocabularySize' | 'embedding' | 'layers'> & Partial<WordArchitecture>,
): WordArchitecture {
  return { source: null, tieEmbedding: false, zoneout: { cell: 0, hidden: 0 }, context: null, ...given };
}

/** LSTM layers of these widths. */
export function lstmLayers(...units: number[]): LayerShape[] {
  return units.map((width) => ({ cell: 'lstm', units: width }));
}

/** A fresh model with every parameter from U(−bound, bound). */
export function uniformModel(architecture: Architecture, bound: number, seed: number): Network {
  return createNetwork(architecture, { init: { uniform: bound }, forgetBias: null, seed });
}
