import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { BACKEND_NAMES } from '../../src/backends/backend.js';
import { measureBackend } from '../../src/backends/measure.js';
import { activateBackend, probeBackends } from '../../src/backends/select.js';

/** As under `node --jitless`: the process has no WebAssembly. */
async function withoutWebAssembly(run: () => Promise<void>): Promise<void> {
  const webAssembly = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly') as PropertyDescriptor;
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    await run();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', webAssembly);
  }
}

describe('probeBackends', () => {
  it('lists every backend, fastest first, with a reason', async () => {
    const probes = await probeBackends();
    expect(probes.map(({ name }) => name)).toEqual([...BACKEND_NAMES]);
    for (const { available, reason } of probes) {
      expect(available).toBe(true);
      expect(reason).not.toBe('');
    }
  });

  it('says why a backend cannot run', async () => {
    await withoutWebAssembly(async () => {
      expect(await probeBackends()).toContainEqual({
        name: 'wasm',
        available: false,
        reason: 'this Node runs without WebAssembly',
      });
    });
  });
});

describe('activateBackend', () => {
  it('refuses a named backend that cannot run, with the reason and the cures', async () => {
    await withoutWebAssembly(async () => {
      await expect(activateBackend('wasm')).rejects.toMatchObject({
        kind: 'backend',
        message: expect.stringContaining('wasm: this Node runs without WebAssembly'),
        cures: expect.arrayContaining([expect.stringContaining('zlm doctor')]),
      });
    });
  });

  it('passes over what cannot run when it may choose, and says so', async () => {
    await withoutWebAssembly(async () => {
      const { name, reason } = await activateBackend('auto');
      expect(name).toBe('cpu');
      expect(reason).toContain('passed over wasm: this Node runs without WebAssembly');
      expect(tf.getBackend()).toBe('cpu');
    });
  });

  it.each(BACKEND_NAMES)('activates %s by name, and it computes', async (name) => {
    const active = await activateBackend(name);
    expect(active.name).toBe(name);
    expect(active.reason).toContain('chosen by name');
    expect(tf.getBackend()).toBe(name);
    const product = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 1])).arraySync() as never);
    expect(product).toEqual([[3], [3]]);
  });

  it('takes the fastest for auto, and says that it is', async () => {
    const { name, reason } = await activateBackend('auto');
    expect(name).toBe('wasm');
    expect(reason).toContain('the fastest there is');
    expect(reason).not.toContain('passed over');
    expect(tf.getBackend()).toBe('wasm');
  });
});

it('measureBackend gives a rate, activates what it measured and frees what it used', async () => {
  await activateBackend('cpu');
  const { gflops } = await measureBackend('wasm');
  expect(gflops).toBeGreaterThan(0);
  expect(gflops).toBeLessThan(10_000);
  expect(tf.getBackend()).toBe('wasm');
  expect(tf.memory().numTensors).toBe(0);
});
