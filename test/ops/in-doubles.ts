/** The ops once more, in plain JavaScript doubles and without a tensor: what the tests hold the kernels against. */
import type { Arrays } from './arrays.js';

/** A factor on h(t−1) for unit u of column b at step t. */
export type RecurrentFactor = (t: number, b: number, u: number) => number;

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/**
 * One LSTM layer.
 *
 * @param arrays x [T,B,I], h0 and c0 [B,H], inputWeight [I,4H], recurrentWeight [H,4H], bias [4H]
 * @returns output [T·B·H], h and c [B·H]
 */
export function lstmInDoubles(
  { x, h0, c0, inputWeight, recurrentWeight, bias }: Arrays,
  factor: RecurrentFactor = () => 1,
): { output: number[]; h: number[]; c: number[] } {
  const [steps, batch, inputs] = x.shape;
  const units = h0.shape[1];
  const output: number[] = [];
  let [h, c] = [[...h0.data], [...c0.data]];
  for (let t = 0; t < steps; t++) {
    const [nextH, nextC]: [number[], number[]] = [[], []];
    for (let b = 0; b < batch; b++) {
      for (let u = 0; u < units; u++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => {
          const column = gate * units + u;
          let z = bias.data[column];
          for (let k = 0; k < inputs; k++) {
            z += x.data[(t * batch + b) * inputs + k] * inputWeight.data[k * 4 * units + column];
          }
          for (let k = 0; k < units; k++) {
            z += h[b * units + k] * factor(t, b, k) * recurrentWeight.data[k * 4 * units + column];
          }
          return z;
        });
        const cell = sigmoid(f) * c[b * units + u] + sigmoid(i) * Math.tanh(g);
        nextC.push(cell);
        nextH.push(sigmoid(o) * Math.tanh(cell));
      }
    }
    [h, c] = [nextH, nextC];
    output.push(...h);
  }
  return { output, h, c };
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
