import { expect, it, vi } from 'vitest';
import { backendOptions } from '../../src/cli/backend-flags.js';

it.each([
  [undefined, true],
  ['1', true],
  ['0', false],
])('ZLM_CUDA_GRAPHS=%s says whether training steps are captured: %s', (value, expected) => {
  vi.stubEnv('ZLM_CUDA_GRAPHS', value);
  expect(backendOptions({}, () => {}).cudaGraphs).toBe(expected);
});
