/** The recurrent ops behind one interface, so that their common properties are tested once. */
import type * as tf from '@tensorflow/tfjs';
import { deepTransition } from '../../src/ops/deep-transition.js';
import { type GruParameters, gru } from '../../src/ops/gru.js';
import { type LstmParameters, type LstmState, lstm } from '../../src/ops/lstm.js';
import type { RecurrentNoise } from '../../src/ops/noise.js';
import type { Inputs, Precision } from '../../src/ops/op.js';
import { type TanhRnnParameters, tanhRnn } from '../../src/ops/tanh-rnn.js';
import { type Arrays, randomArray, randomNumbers } from './arrays.js';
import { deepTransitionInDoubles, gruInDoubles, lstmInDoubles, tanhRnnInDoubles } from './in-doubles.js';
import { type Factors, type Shape, withNoise } from './noise.js';

/** One kind of recurrent layer. */
export interface Cell {
  readonly name: string;
  /** Its state by the names of its inputs: h0, and c0 where there is a cell. */
  readonly state: readonly ('h0' | 'c0')[];
  /** x, the state and the parameters by name, drawn at random. */
  inputsOf(shape: Shape, seed: number): Arrays;
  /** The output of every step and the parts of the state after the last. */
  run(tensors: Inputs, noise?: Partial<RecurrentNoise>, precision?: Precision): tf.Tensor[];
  /** The same in doubles. */
  inDoubles(arrays: Arrays, noise: Factors): (readonly number[])[];
}

/** Long short-term memory. */
export const LSTM: Cell = {
  name: 'lstm',
  state: ['h0', 'c0'],
  inputsOf: (shape, seed) => draw(seed, { ...gated(shape, 4), c0: [shape.batch, shape.units] }),
  run: ({ x, h0, c0, ...parameters }, noise = {}, precision) => {
    const state = { h: h0, c: c0 } as unknown as LstmState;
    const result = lstm(
      x as tf.Tensor3D,
      state,
      parameters as unknown as LstmParameters,
      withNoise(noise, precision),
    );
    return [result.output, result.state.h, result.state.c];
  },
  inDoubles: (arrays, noise) => Object.values(lstmInDoubles(arrays, noise)),
};

/** Gated recurrent units. */
export const GRU: Cell = {
  name: 'gru',
  state: ['h0'],
  inputsOf: (shape, seed) => draw(seed, { ...gated(shape, 3), candidateBias: [shape.units] }),
  run: ({ x, h0, ...parameters }, noise = {}, precision) => {
    const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
    const { output, h } = gru(
      window,
      state,
      parameters as unknown as GruParameters,
      withNoise(noise, precision),
    );
    return [output, h];
  },
  inDoubles: (arrays, noise) => Object.values(gruInDoubles(arrays, noise)),
};

/** The plain recurrent layer. */
export const TANH_RNN: Cell = {
  name: 'tanhRnn',
  state: ['h0'],
  inputsOf: (shape, seed) => draw(seed, gated(shape, 1)),
  run: ({ x, h0, ...parameters }, noise = {}, precision) => {
    const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
    const { output, h } = tanhRnn(
      window,
      state,
      parameters as unknown as TanhRnnParameters,
      withNoise(noise, precision),
    );
    return [output, h];
  },
  inDoubles: (arrays, noise) => Object.values(tanhRnnInDoubles(arrays, noise)),
};

/** The layer with a deep transition; its further layers go by weight1, bias1, … . */
export function deepTransitionCell(depth: number, shortcut: boolean): Cell {
  const further = Array.from({ length: depth - 1 }, (_, k) => k + 1);
  return {
    name: `deepTransition of depth ${depth}${shortcut ? ' with a shortcut' : ''}`,
    state: ['h0'],
    inputsOf: (shape, seed) => {
      const square = [shape.units, shape.units];
      const layers = further.map((k) => ({ [`weight${k}`]: square, [`bias${k}`]: [shape.units] }));
      const shapes = Object.assign({ ...gated(shape, 1) }, ...layers);
      return draw(seed, shortcut ? { ...shapes, shortcutWeight: square } : shapes);
    },
    run: (tensors, noise = {}, precision) => {
      const { x, h0, inputWeight, recurrentWeight, bias, shortcutWeight = null } = tensors;
      const transitions = further.map((k) => ({ weight: tensors[`weight${k}`], bias: tensors[`bias${k}`] }));
      const parameters = { inputWeight, recurrentWeight, bias, transitions, shortcutWeight };
      const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
      const { output, h } = deepTransition(window, state, parameters as never, withNoise(noise, precision));
      return [output, h];
    },
    inDoubles: (arrays, noise) => Object.values(deepTransitionInDoubles(arrays, noise)),
  };
}

/** Shapes of the inputs that all cells have, with `gates` gates side by side. */
function gated({ steps, batch, inputs, units }: Shape, gates: number): Record<string, number[]> {
  return {
    x: [steps, batch, inputs],
    h0: [batch, units],
    inputWeight: [inputs, gates * units],
    recurrentWeight: [units, gates * units],
    bias: [gates * units],
  };
}

function draw(seed: number, shapes: Record<string, readonly number[]>): Arrays {
  const random = randomNumbers(seed);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, randomArray(random, shape)]),
  );
}
