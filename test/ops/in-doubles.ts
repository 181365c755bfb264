/** The ops in plain JavaScript doubles, without tensors, which the tests compare the kernels with. */
import type { Arrays, NdArray } from './arrays.js';
import { type Factor, type Factors, type Kept, NO_FACTORS } from './noise.js';

/** The output of every step [T·B·H], and the parts of the state after the last, [B·H] each. */
interface Results {
  readonly output: readonly number[];
  readonly h: readonly number[];
}

/** The parts of the state of one column before or after a step: h, and c where there is one. */
type State = readonly (readonly number[])[];

/** One step of one column. */
type Step = (x: readonly number[], state: State, t: number, b: number) => State;

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const rowOf = ({ shape, data }: NdArray, row: number) => data.slice(row * shape[1], (row + 1) * shape[1]);

/** i, f, g, o = σ, σ, tanh, σ of (x·W + h·U + b); c̃ = f c + i g; h̃ = o tanh(c̃); then zoneout. */
export function lstmInDoubles(
  arrays: Arrays,
  noise: Factors = NO_FACTORS,
): Results & { readonly c: readonly number[] } {
  const [output, h, c] = overTime(arrays, [arrays.h0, arrays.c0], (x, [h, c], t, b) => {
    const fromInput = timesWeight(x, arrays.inputWeight, 4, noise.onInput, t, b);
    const fromHidden = timesWeight(h, arrays.recurrentWeight, 4, noise.onHidden, t, b);
    const z = fromInput.map((value, column) => value + fromHidden[column] + arrays.bias.data[column]);
    const next = c.map((before, u) => {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => z[gate * c.length + u]);
      const cell = sigmoid(f) * before + sigmoid(i) * Math.tanh(g);
      return { cell, hidden: sigmoid(o) * Math.tanh(cell) };
    });
    const [hidden, cells] = [next.map(({ hidden }) => hidden), next.map(({ cell }) => cell)];
    return [zonedOut(h, hidden, noise.keptHidden, t, b), zonedOut(c, cells, noise.keptCell, t, b)];
  });
  return { output, h, c };
}

/** r, z = σ of (x·W + h·U + b); n = tanh(x·W_n + b_n + r (h·U_n + candidateBias)); h̃ = (1 − z) n + z h; then zoneout. */
export function gruInDoubles(arrays: Arrays, noise: Factors = NO_FACTORS): Results {
  const [output, h] = overTime(arrays, [arrays.h0], (x, [h], t, b) => {
    const fromInput = timesWeight(x, arrays.inputWeight, 3, noise.onInput, t, b).map(
      (value, column) => value + arrays.bias.data[column],
    );
    const fromHidden = timesWeight(h, arrays.recurrentWeight, 3, noise.onHidden, t, b);
    const candidate = h.map((before, u) => {
      const [r, z] = [0, 1].map((gate) => {
        const column = gate * h.length + u;
        return sigmoid(fromInput[column] + fromHidden[column]);
      });
      const column = 2 * h.length + u;
      const n = Math.tanh(fromInput[column] + r * (fromHidden[column] + arrays.candidateBias.data[u]));
      return (1 - z) * n + z * before;
    });
    return [zonedOut(h, candidate, noise.keptHidden, t, b)];
  });
  return { output, h };
}

/** h̃ = tanh(x·W + h·U + b); then zoneout. */
export function tanhRnnInDoubles(arrays: Arrays, noise: Factors = NO_FACTORS): Results {
  const [output, h] = overTime(arrays, [arrays.h0], (x, [h], t, b) => [
    zonedOut(h, tanhOfSums(arrays, x, h, noise, t, b), noise.keptHidden, t, b),
  ]);
  return { output, h };
}

/**
 * y_1 = tanh(x·W + h·U + b); y_k = tanh(y_{k−1}·V_k + b_k); the last adds h·S; h = y_depth.
 *
 * @param arrays as for the others, weight1, bias1, … for k = 2, …, and shortcutWeight where there is a shortcut
 */
export function deepTransitionInDoubles(arrays: Arrays, noise: Factors = NO_FACTORS): Results {
  const [output, h] = overTime(arrays, [arrays.h0], (x, [h], t, b) => {
    let y = tanhOfSums(arrays, x, h, noise, t, b);
    for (let k = 1; `weight${k}` in arrays; k++) {
      const z = timesWeight(y, arrays[`weight${k}`], 1, () => 1, t, b);
      const isLast = !(`weight${k + 1}` in arrays);
      const shortcut =
        isLast && 'shortcutWeight' in arrays
          ? timesWeight(h, arrays.shortcutWeight, 1, noise.onHidden, t, b)
          : z.map(() => 0);
      y = z.map((value, u) => Math.tanh(value + arrays[`bias${k}`].data[u] + shortcut[u]));
    }
    return [y];
  });
  return { output, h };
}

function tanhOfSums(
  { inputWeight, recurrentWeight, bias }: Arrays,
  x: readonly number[],
  h: readonly number[],
  noise: Factors,
  t: number,
  b: number,
): number[] {
  const fromInput = timesWeight(x, inputWeight, 1, noise.onInput, t, b);
  const fromHidden = timesWeight(h, recurrentWeight, 1, noise.onHidden, t, b);
  return bias.data.map((offset, u) => Math.tanh(fromInput[u] + fromHidden[u] + offset));
}

/** Runs a step over the window and the columns of x [T,B,I]. */
function overTime({ x }: Arrays, initial: readonly NdArray[], step: Step): number[][] {
  const [steps, batch, inputs] = x.shape;
  const output: number[] = [];
  let columns: State[] = Array.from({ length: batch }, (_, b) => initial.map((part) => rowOf(part, b)));
  for (let t = 0; t < steps; t++) {
    columns = columns.map((state, b) => {
      const start = (t * batch + b) * inputs;
      return step(x.data.slice(start, start + inputs), state, t, b);
    });
    output.push(...columns.flatMap(([h]) => h));
  }
  return [output, ...initial.map((_, part) => columns.flatMap((state) => state[part]))];
}

/** (factor ⊙ row) · weight, where the factor may be another one for each of the gates that the columns belong to. */
function timesWeight(
  row: readonly number[],
  weight: NdArray,
  gates: number,
  factor: Factor,
  t: number,
  b: number,
): number[] {
  const columns = weight.shape[1];
  return Array.from({ length: columns }, (_, column) => {
    const gate = Math.floor((column * gates) / columns);
    return row.reduce(
      (sum, value, k) => sum + value * factor(t, b, gate, k) * weight.data[k * columns + column],
      0,
    );
  });
}

function zonedOut(
  before: readonly number[],
  candidate: readonly number[],
  kept: Kept,
  t: number,
  b: number,
): number[] {
  return candidate.map((value, u) => {
    const r = kept(t, b, u);
    return r * before[u] + (1 - r) * value;
  });
}

/**
 * Negative log-likelihoods.
 *
 * @param arrays hidden [N,H]; weight [H,V], or [V,H] when tied; bias [V]
 */
export function nllInDoubles(
  { hidden, weight, bias }: Arrays,
  targets: readonly number[],
  tied: boolean,
): number[] {
  const [units, classes] = [hidden.shape[1], bias.shape[0]];
  return targets.map((target, row) => {
    const logits = bias.data.map((offset, v) => {
      let z = offset;
      for (let k = 0; k < units; k++) {
        z += hidden.data[row * units + k] * weight.data[tied ? v * units + k : k * classes + v];
      }
      return z;
    });
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
    return largest + Math.log(sum) - logits[target];
  });
}
