import { expect, it } from 'vitest';
import { CC, NEEDS_CC, runProgram } from './compiled.js';

/** Relative, over the whole range. */
const LARGEST_ERROR = 2e-6;

it.skipIf(!CC)(`exp, sigmoid and tanh are right over the whole range${NEEDS_CC}`, () => {
  const { errors, values } = runProgram('elementary.c') as {
    errors: Record<string, number>;
    /** At −∞, −1e30, −200, −0, 0, 200, 1e30, ∞, NaN. */
    values: Record<string, string[]>;
  };
  for (const error of Object.values(errors)) expect(error).toBeLessThan(LARGEST_ERROR);
  expect(Object.keys(errors)).toEqual(['exp', 'sigmoid', 'tanh']);
  expect(values).toEqual({
    exp: ['0', '0', '0', '1', '1', 'inf', 'inf', 'inf', expect.stringMatching(/nan/)],
    sigmoid: ['0', '0', '0', '0.5', '0.5', '1', '1', '1', expect.stringMatching(/nan/)],
    tanh: ['-1', '-1', '-1', '0', '0', '1', '1', '1', expect.stringMatching(/nan/)],
  });
});
