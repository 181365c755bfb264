/** Checks that the kernels pass NaN and infinity on as the reference does, so that a diverging loss is noticed. */
import { expect, it } from 'vitest';
import type { BackendName } from '../../../src/backends/backend.js';
import type { NdArray } from '../../ops/arrays.js';
import {
  type Case,
  deepTransitionCase,
  gruCase,
  lstmCase,
  MASK,
  productCase,
  type Results,
  resultsOn,
  softmaxCase,
  tanhRnnCase,
} from '../../ops/op-cases.js';
import { updateCases } from '../../ops/update-cases.js';
import { describeEachBackend } from '../each-backend.js';
import { ALL_REGULARIZERS, REGULARIZERS } from './regularizers.js';

/** Dropout, zoneout, and both: how long a mask lives makes no difference here. */
const CELL_FREE = REGULARIZERS.filter((_, n) => n % 2 === 1);

const CASES = [
  lstmCase(3, 2, 5, 19),
  lstmCase(3, 2, 5, 19, { recurrent: MASK }),
  softmaxCase(7, 5, 19, false),
  softmaxCase(7, 5, 19, true),
  lstmCase(3, 2, 5, 19, { recurrent: MASK }, 'mixed'),
  softmaxCase(7, 5, 19, false, 'mixed'),
  lstmCase(3, 2, 5, 19, ALL_REGULARIZERS),
  ...CELL_FREE.flatMap((options) => [gruCase(3, 2, 5, 19, options), tanhRnnCase(3, 2, 5, 19, options)]),
  deepTransitionCase(3, 2, 5, 19, 3, { recurrent: MASK }),
  productCase(3, 19, 5),
  ...updateCases([19]),
];

/** The case with one value of one input replaced. */
function spoil({ at, ...rest }: Case, name: string, index: number, value: number): Case {
  const { shape, data }: NdArray = at[name];
  return { ...rest, at: { ...at, [name]: { shape, data: data.with(index, value) } } };
}

/** A case, and which value of which of its inputs is replaced. */
interface Place {
  readonly testCase: Case;
  readonly name: string;
  readonly input: string;
  readonly index: number;
}

/** Results of the reference by place and value: all backends are compared with the same ones. */
const expectedAt = new Map<Place, Map<number, Results>>();

/** Computes the case on a backend and on the reference. */
async function resultsAt(backend: BackendName, place: Place, value: number): Promise<[Results, Results]> {
  const spoiled = spoil(place.testCase, place.input, place.index, value);
  const actual = await resultsOn(backend, spoiled);
  const expected = expectedAt.get(place) ?? new Map<number, Results>();
  expectedAt.set(place, expected);
  const known = expected.get(value) ?? (await resultsOn('cpu', spoiled));
  expected.set(value, known);
  return [actual, known];
}

/** Returns which values are NaN. */
function nans({ outputs, gradients }: Results): object {
  const flags = (values: readonly number[]) => values.map(Number.isNaN);
  return {
    outputs: outputs.map(flags),
    gradients: Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, flags(values)])),
  };
}

const PLACES: readonly Place[] = CASES.flatMap((testCase) =>
  Object.entries(testCase.at).flatMap(([input, { data }]) =>
    [0, data.length - 1].map((index) => ({ testCase, name: testCase.name, input, index })),
  ),
);

describeEachBackend(
  'on %s',
  (backend) => {
    it.each(PLACES)('$name passes NaN in $input[$index] on as the reference does', async (place) => {
      const [results, expected] = await resultsAt(backend, place, Number.NaN);
      const actual = nans(results);
      expect(actual).toEqual(nans(expected));
      expect(JSON.stringify(actual)).toContain('true');
    });

    // Not mixed: the reference rounds by a difference that is NaN for infinity.
    it.each(PLACES.filter(({ name }) => !name.includes('mixed')))(
      '$name passes infinity in $input[$index] on as the reference does',
      async (place) => {
        for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const [actual, expected] = await resultsAt(backend, place, value);
          expected.outputs.forEach((output, i) => {
            output.forEach((wanted, j) => {
              if (Number.isFinite(wanted)) expect(actual.outputs[i][j]).toBeCloseTo(wanted, 5);
              else expect(actual.outputs[i][j]).toBe(wanted);
            });
          });
        }
      },
    );
  },
  { except: ['cpu', 'wasm'] },
);
