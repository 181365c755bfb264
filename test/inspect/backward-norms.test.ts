/** Compares the norms with central differences of the same network in doubles, and with gradients through whole windows. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { backwardNorms } from '../../src/inspect/backward-norms.js';
import { encode, initialState, targetNll } from '../../src/model/language-model.js';
import type { Network } from '../../src/model/network.js';
import type { DropoutTable } from '../../src/model/noise-placement.js';
import { tidy } from '../../src/ops/memory.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture, uniformModel } from '../model/small-models.js';
import { type NdArray, valuesOf } from '../ops/arrays.js';
import { lstmInDoubles } from '../ops/in-doubles.js';

const UNITS = [4, 3];
const [VOCABULARY, EMBEDDING] = [7, 3];
const STEP = 1e-5;
const SEED = 3;

let model: Network;

beforeAll(async () => {
  await activateBackend('cpu');
  model = uniformModel(
    plainArchitecture({ vocabularySize: VOCABULARY, embedding: EMBEDDING, layers: lstmLayers(...UNITS) }),
    0.9,
    SEED,
  );
});

/** h and c of both layers. */
type State = readonly { readonly h: readonly number[]; readonly c: readonly number[] }[];

function array(name: string): NdArray {
  const tensor = model.parameters.get(name);
  if (!tensor) throw new Error(name);
  return { shape: tensor.shape, data: valuesOf(tensor) };
}

/** One step of the network in doubles. */
function afterStep(token: number, state: State): State {
  let x = array('embedding.weight').data.slice(token * EMBEDDING, (token + 1) * EMBEDDING);
  return state.map(({ h, c }, layer) => {
    const row = (data: readonly number[]) => ({ shape: [1, data.length], data });
    const after = lstmInDoubles({
      x: { shape: [1, 1, x.length], data: x },
      h0: row(h),
      c0: row(c),
      inputWeight: array(`layers.${layer}.inputWeight`),
      recurrentWeight: array(`layers.${layer}.recurrentWeight`),
      bias: array(`layers.${layer}.bias`),
    });
    x = [...after.h];
    return { h: after.h, c: after.c };
  });
}

const zero: State = UNITS.map((units) => ({ h: new Array(units).fill(0), c: new Array(units).fill(0) }));
const run = (tokens: ArrayLike<number>, state: State): State =>
  Array.from(tokens).reduce((s, id) => afterStep(id, s), state);

function lossOf(state: State, target: number): number {
  const top = state[UNITS.length - 1].h;
  const [weight, bias] = [array('softmax.weight').data, array('softmax.bias').data];
  const logits = bias.map(
    (b, word) => b + top.reduce((sum, h, u) => sum + h * weight[u * VOCABULARY + word], 0),
  );
  return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[target];
}

/** Central differences of a function of a state, for each unit of h or of c. */
function differences(of: (state: State) => readonly number[], at: State, part: 'h' | 'c'): number[][] {
  return at.flatMap((layer, l) =>
    layer[part].map((value, u) => {
      const shifted = (by: number) =>
        of(at.map((other, n) => (n === l ? { ...other, [part]: layer[part].with(u, value + by) } : other)));
      const [up, down] = [shifted(STEP), shifted(-STEP)];
      return up.map((after, index) => (after - down[index]) / (2 * STEP));
    }),
  );
}

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));

const TEXTS = [
  [1, 4, 2, 6, 0, 3, 5, 1],
  [0, 0, 5, 3, 2, 2, 6, 4],
].map((ids) => Int32Array.from(ids));
const [STEPS, LAGS] = [7, 5];

describe('without noise', () => {
  it.each([1, 2, 5])(
    'the gradient of the loss at lag %i has the norm of central differences',
    async (lag) => {
      const { lossHidden, lossCell } = await backwardNorms(
        model,
        { tokens: TEXTS, first: 0 },
        null,
        SEED,
        LAGS,
      );
      TEXTS.forEach((text, b) => {
        const before = run(text.slice(0, STEPS - lag), zero);
        const loss = (state: State) => [lossOf(run(text.slice(STEPS - lag, STEPS), state), text[STEPS])];
        const [h, c] = (['h', 'c'] as const).map((part) => norm(differences(loss, before, part).flat()));
        expect(Math.exp(lossHidden[lag - 1][b]) / h).toBeCloseTo(1, 3);
        expect(Math.exp(lossCell?.[lag - 1][b] ?? Number.NaN) / c).toBeCloseTo(1, 3);
      });
    },
  );

  it.each([1, 3])(
    'the Jacobian of h at lag %i has the mean square norm of central differences',
    async (lag) => {
      const text = TEXTS[0];
      const tokens = new Array<Int32Array>(600).fill(text);
      const { jacobian } = await backwardNorms(model, { tokens, first: 0 }, null, SEED, LAGS);
      const squares = Array.from(jacobian[lag - 1], (log) => Math.exp(2 * log));
      const hidden = (state: State) => run(text.slice(STEPS - lag, STEPS), state).flatMap(({ h }) => h);
      const exact = norm(differences(hidden, run(text.slice(0, STEPS - lag), zero), 'h').flat()) ** 2;
      const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
      const variance = squares.reduce((sum, square) => sum + (square - mean) ** 2, 0) / squares.length;
      // Four standard errors of the mean.
      expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt(variance / squares.length));
      expect(variance).toBeGreaterThan(0);
    },
  );

  it('nothing is said about the agreement of masks', async () => {
    const { agreement } = await backwardNorms(model, { tokens: TEXTS, first: 0 }, null, SEED, LAGS);
    expect(agreement).toBeNull();
  });
});

describe('under noise', () => {
  const edge = (rate: number, mask: 'step' | 'sequence') => ({ rate, mask, perGate: false });
  const TABLES: [string, DropoutTable][] = [
    [
      'drawn at each step',
      {
        ...NO_DROPOUT,
        input: edge(0.3, 'step'),
        between: edge(0.3, 'step'),
        output: edge(0.2, 'step'),
        recurrent: edge(0.4, 'step'),
      },
    ],
    [
      'of both lifetimes, DropConnect and dropped words',
      {
        ...NO_DROPOUT,
        embedding: { rate: 0.2 },
        input: edge(0.3, 'step'),
        output: edge(0.2, 'step'),
        recurrent: { rate: 0.4, mask: 'sequence', perGate: true },
        recurrentWeight: { rate: 0.2 },
      },
    ],
  ];

  it.each(TABLES)('masks %s are those of a window over the whole excerpt', async (_, table) => {
    const first = 5;
    const { lossHidden, lossCell, agreement } = await backwardNorms(
      model,
      { tokens: TEXTS, first },
      table,
      SEED,
      STEPS,
    );
    const columns = [...TEXTS, ...TEXTS];
    const gradients = wholeWindow(columns, table, first);
    columns.forEach((_text, b) => {
      const part = (name: string) =>
        UNITS.flatMap((units, l) => gradients[`layers.${l}.${name}`].slice(b * units, (b + 1) * units));
      expect(Math.exp(lossHidden[STEPS - 1][b]) / norm(part('h'))).toBeCloseTo(1, 3);
      expect(Math.exp(lossCell?.[STEPS - 1][b] ?? Number.NaN) / norm(part('c'))).toBeCloseTo(1, 3);
    });
    TEXTS.forEach((_text, b) => {
      const vector = (column: number) =>
        ['h', 'c'].flatMap((name) =>
          UNITS.flatMap((units, l) =>
            gradients[`layers.${l}.${name}`].slice(column * units, (column + 1) * units),
          ),
        );
      const [one, other] = [vector(b), vector(b + TEXTS.length)];
      const cosine = one.reduce((sum, value, i) => sum + value * other[i], 0) / (norm(one) * norm(other));
      expect(agreement?.[STEPS - 1][b]).toBeCloseTo(cosine, 3);
      expect(Math.abs(cosine)).toBeLessThan(0.999);
    });
  });

  /** The gradient for the state before the first step, by one backward pass through a window as in training. */
  function wholeWindow(
    texts: readonly Int32Array[],
    table: DropoutTable,
    first: number,
  ): Record<string, readonly number[]> {
    return tidy(() => {
      const batch = texts.length;
      const ids = Int32Array.from(
        { length: STEPS * batch },
        (_, n) => texts[n % batch][Math.floor(n / batch)],
      );
      const targets = tf.tensor1d(
        Int32Array.from(texts, (text) => text[STEPS]),
        'int32',
      );
      const names = Object.keys(initialState(model, batch));
      const gradients = tf.grads((...parts) => {
        const state = Object.fromEntries(names.map((name, i) => [name, parts[i] as tf.Tensor2D]));
        const noise = { table, seed: SEED, step: first * STEPS };
        const { hidden } = encode(model, tf.tensor2d(ids, [STEPS, batch], 'int32'), state, noise);
        const last = tf.slice(hidden, [(STEPS - 1) * batch, 0], [batch, -1]);
        return tf.sum(targetNll(model, last, targets));
      })(Object.values(initialState(model, batch)));
      return Object.fromEntries(names.map((name, i) => [name, valuesOf(gradients[i])]));
    });
  }
});

it('no tensor is left behind', async () => {
  const before = tf.memory().numTensors;
  await backwardNorms(
    model,
    { tokens: TEXTS, first: 0 },
    { ...NO_DROPOUT, output: { rate: 0.5, mask: 'step' } },
    SEED,
    LAGS,
  );
  expect(tf.memory().numTensors).toBe(before);
});
