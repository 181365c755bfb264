/** A GPU of compute capability 7.5, which copies at once and has no tensor cores for bfloat16, gives the same as any other. */

import * as tf from '@tensorflow/tfjs';
import { expect, it, vi } from 'vitest';
import { cudaBackend } from '../../../src/backends/cuda/cuda.js';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { precisionObstacle } from '../../../src/backends/select.js';
import type { Precision } from '../../../src/ops/op.js';
import { expectAgreement, productCase, softmaxCase } from '../../ops/op-cases.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../each-backend.js';

// Before the driver is loaded, which the imports do.
vi.hoisted(() => {
  process.env.ZLM_EMULATOR_CAPABILITY = '75';
});

const obstacle = whyNot('cuda');

it.skipIf(obstacle).each<Precision>(['f32', 'mixed'])(
  'products and softmax on Turing in %s',
  async (precision) => {
    await activate('cuda');
    expect((tf.backend() as CudaBackend).device.limits.capability).toBe(75);
    const tolerance = precision === 'mixed' ? 2 ** -9 : 1e-5;
    await expectAgreement('cuda', 'wasm', productCase(37, 70, 45, precision), tolerance);
    await expectAgreement('cuda', 'wasm', productCase(130, 5, 300, precision), tolerance);
    await expectAgreement('cuda', 'wasm', softmaxCase(9, 17, 131, false, precision), tolerance);
  },
);

it.skipIf(obstacle)(
  'products in TF32 are refused on Turing instead of computed in another precision',
  async () => {
    await activate('cuda');
    const reason =
      'this GPU has compute capability 7.5, and tensor cores take TF32 from 8.0 (Ampere, 2020) on';
    expect(precisionObstacle('cuda', 'tf32')).toBe(reason);
    expect(precisionObstacle('cuda', 'mixed')).toBe(null);
    await expect(expectAgreement('cuda', 'wasm', productCase(3, 4, 5, 'tf32'))).rejects.toThrow(reason);
    expect(
      (await cudaBackend.probe(BACKEND_OPTIONS)).recurrentForms?.map(({ precision }) => precision),
    ).not.toContain('tf32');
  },
);
