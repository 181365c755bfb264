/** Dropout and zoneout of recurrent layers by definition: which word of Philox decides over which unit. */
import type { RecurrentDropout, Zoneout } from '../../src/backends/fused.js';
import type { DropoutMask } from '../../src/ops/dropout.js';
import type { LstmOptions } from '../../src/ops/lstm.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';

/** How large a layer and a window are. */
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

/** All that can act on a layer. */
export interface Noise {
  readonly onInput: Factor;
  readonly onHidden: Factor;
  readonly keptHidden: Kept;
  readonly keptCell: Kept;
}

/** None at all. */
export const NO_NOISE: Noise = {
  onInput: () => 1,
  onHidden: () => 1,
  keptHidden: () => 0,
  keptCell: () => 0,
};

/** The noise that the options of a layer ask for. */
export function noiseOf({ inputDropout, recurrentDropout, zoneout }: LstmOptions, shape: Shape): Noise {
  return {
    onInput: factorOf(inputDropout ?? null, shape, shape.inputs, 4),
    onHidden: factorOf(recurrentDropout ?? null, shape, shape.units, recurrentDropout?.perGate ? 4 : 1),
    keptHidden: keptBy(zoneout ?? null, 'hidden', shape),
    keptCell: keptBy(zoneout ?? null, 'cell', shape),
  };
}

function factorOf(
  mask: DropoutMask | RecurrentDropout | null,
  { steps, batch }: Shape,
  width: number,
  gates: number,
): Factor {
  if (mask === null) return () => 1;
  const { seed, site, rate } = mask;
  const words = Array.from({ length: steps }, (_, t) => {
    const step = mask.lifetime === 'step' ? mask.step + t : mask.step;
    return philoxWords({ seed, stream: STREAM.dropout, site, step }, batch * gates * width);
  });
  return (t, b, gate, k) => {
    const unit = gates === 1 ? k : gate * width + k;
    return words[t][b * gates * width + unit] < rate * 2 ** 32 ? 0 : 1 / (1 - rate);
  };
}

function keptBy(zoneout: Zoneout | null, part: 'hidden' | 'cell', { steps, batch, units }: Shape): Kept {
  if (zoneout === null) return () => 0;
  const probability = zoneout[part];
  if (zoneout.masks === null) return () => probability;
  const { seed, step, [`${part}Site` as const]: site } = zoneout.masks;
  const words = Array.from({ length: steps }, (_, t) =>
    philoxWords({ seed, stream: STREAM.dropout, site, step: step + t }, batch * units),
  );
  return (t, b, u) => (words[t][b * units + u] < probability * 2 ** 32 ? 1 : 0);
}
