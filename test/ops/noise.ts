/** Dropout and zoneout of recurrent layers by definition: the word of Philox for each unit. */
import { NO_NOISE as NONE, type Noise, type RecurrentNoise } from '../../src/ops/noise.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';
import type { RecurrentOptions } from '../../src/ops/recurrent.js';

/** Options of a recurrent op with this noise and no other. */
export function withNoise(
  noise: Partial<RecurrentNoise>,
  precision?: RecurrentOptions['precision'],
): RecurrentOptions {
  return { noise: { ...NONE, ...noise }, precision };
}

/** The sizes of a layer and a window. */
export interface Shape {
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
}

/** A factor on unit k of column b at step t, as seen by a gate. */
export type Factor = (t: number, b: number, gate: number, k: number) => number;

/** r of zoneout for unit u of column b at step t. */
export type Kept = (t: number, b: number, u: number) => number;

/** All noise of a layer, as factors on single units. */
export interface Factors {
  readonly onInput: Factor;
  readonly onHidden: Factor;
  readonly keptHidden: Kept;
  readonly keptCell: Kept;
}

/** Factors that change nothing. */
export const NO_FACTORS: Factors = {
  onInput: () => 1,
  onHidden: () => 1,
  keptHidden: () => 0,
  keptCell: () => 0,
};

/** The factors that the noise of a layer makes. */
export function factorsOf(
  { input, recurrent, zoneoutHidden, zoneoutCell }: Partial<RecurrentNoise>,
  shape: Shape,
): Factors {
  return {
    onInput: factorOf(input ?? null, shape, shape.inputs),
    onHidden: factorOf(recurrent ?? null, shape, shape.units),
    keptHidden: keptBy(zoneoutHidden ?? null, shape),
    keptCell: keptBy(zoneoutCell ?? null, shape),
  };
}

function factorOf(noise: Noise | null, { steps, batch }: Shape, width: number): Factor {
  if (noise === null) return () => 1;
  const { seed, site, rate, perGate } = noise;
  const gates = perGate ? 4 : 1;
  const words = Array.from({ length: steps }, (_, t) => {
    const step = noise.mask === 'step' ? noise.step + t : noise.step;
    return philoxWords({ seed, stream: STREAM.dropout, site, step }, batch * gates * width);
  });
  return (t, b, gate, k) => {
    const unit = perGate ? gate * width + k : k;
    return words[t][b * gates * width + unit] < rate * 2 ** 32 ? 0 : 1 / (1 - rate);
  };
}

function keptBy(noise: Noise | null, { steps, batch, units }: Shape): Kept {
  if (noise === null) return () => 0;
  const { rate, mask, seed, site, step } = noise;
  if (mask === 'expected') return () => rate;
  const words = Array.from({ length: steps }, (_, t) =>
    philoxWords({ seed, stream: STREAM.dropout, site, step: step + t }, batch * units),
  );
  return (t, b, u) => (words[t][b * units + u] < rate * 2 ** 32 ? 1 : 0);
}
