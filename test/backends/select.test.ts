import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BACKEND_NAMES, type BackendOptions } from '../../src/backends/backend.js';
import { measureBackend } from '../../src/backends/measure.js';
import { activateBackend, probeBackends } from '../../src/backends/select.js';
import { BACKEND_OPTIONS, describeEachBackend, whyNot } from './each-backend.js';

/** With a driver that was named and is not there. */
const NO_DRIVER: BackendOptions = {
  ...BACKEND_OPTIONS,
  cudaDriver: '/nowhere/libcuda.so.1',
  tensorflow: undefined,
};

/** With a compiler that was named and is not there. */
const NO_COMPILER: BackendOptions = {
  ...BACKEND_OPTIONS,
  cudaDriver: undefined,
  compiler: 'no-such-compiler',
  tensorflow: undefined,
};

/** As on a machine without any of the usual ones. */
const NONE_NAMED: BackendOptions = { ...NO_COMPILER, compiler: undefined };

/** Where there is a GPU, `auto` asks nothing of the other backends. */
const HAS_GPU = (await probeBackends(NONE_NAMED)).some(({ name, available }) => name === 'cuda' && available);

afterEach(() => {
  vi.unstubAllEnvs();
});

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
  it('probeBackends lists every backend, fastest first, with a reason in one line', async () => {
    const probes = await probeBackends(BACKEND_OPTIONS);
    expect(probes.map(({ name }) => name)).toEqual([...BACKEND_NAMES]);
    for (const { name, available, reason } of probes) {
      expect(available || ['native', 'cuda', 'webgpu', 'tensorflow'].includes(name)).toBe(true);
      expect(reason).toMatch(/^.+$/);
    }
  });

  it('probeBackends says why a backend cannot run', async () => {
    await withoutWebAssembly(async () => {
      const [cuda, , native, tensorflow, wasm] = await probeBackends({
        ...NO_DRIVER,
        compiler: 'no-such-compiler',
      });
      expect(cuda).toMatchObject({ available: false, reason: '/nowhere/libcuda.so.1 does not exist' });
      expect(native).toMatchObject({
        available: false,
        reason: expect.stringContaining('the C compiler "no-such-compiler" does not run'),
      });
      expect(tensorflow).toMatchObject({ available: false, absent: true });
      expect(wasm).toEqual({ name: 'wasm', available: false, reason: 'this Node runs without WebAssembly' });
    });
  });
});

describe('activateBackend', () => {
  it('activateBackend refuses a named backend that cannot run, with the reason and the cures', async () => {
    await withoutWebAssembly(async () => {
      await expect(activateBackend('wasm')).rejects.toMatchObject({
        kind: 'backend',
        message: expect.stringContaining('wasm: this Node runs without WebAssembly'),
        cures: expect.arrayContaining([expect.stringContaining('zlm doctor')]),
      });
    });
  });

  it.skipIf(HAS_GPU)('activateBackend passes over what cannot run under auto, and says so', async () => {
    await withoutWebAssembly(async () => {
      vi.stubEnv('PATH', '/nowhere');
      const { name, reason } = await activateBackend('auto', NONE_NAMED);
      expect(name).toBe('cpu');
      expect(reason).toContain('passed over native: no C compiler on the PATH');
      expect(reason).toContain('wasm: this Node runs without WebAssembly');
      expect(tf.getBackend()).toBe('cpu');
    });
  });

  it('activateBackend does not pass over cuda when its driver was named, and ignores the driver for other backends', async () => {
    await expect(activateBackend('auto', NO_DRIVER)).rejects.toMatchObject({
      kind: 'backend',
      message: expect.stringMatching(
        /^The cuda backend cannot run here with the driver \/nowhere\/libcuda.so.1\n.*does not exist/,
      ),
    });
    expect((await activateBackend('wasm', NO_DRIVER)).name).toBe('wasm');
  });

  it.skipIf(HAS_GPU)(
    'activateBackend does not pass over native when its compiler was named, and ignores the compiler for other backends',
    async () => {
      await expect(activateBackend('auto', NO_COMPILER)).rejects.toMatchObject({
        kind: 'backend',
        message: expect.stringMatching(
          /^The native backend cannot run here with the compiler no-such-compiler\n.*does not run: there is no no-such-compiler on the PATH/,
        ),
      });
      expect((await activateBackend('wasm', NO_COMPILER)).name).toBe('wasm');
    },
  );

  it('activateBackend accepts up to four threads for each processor', async () => {
    const most = 4 * availableParallelism();
    const refused = {
      kind: 'usage',
      message: expect.stringContaining(`between 1 and ${most}, 4 for each of the`),
    };
    for (const threads of [most + 1, 1000, 20_000, 0, 1.5]) {
      await expect(activateBackend('auto', { ...BACKEND_OPTIONS, threads })).rejects.toMatchObject(refused);
      await expect(probeBackends({ ...BACKEND_OPTIONS, threads })).rejects.toMatchObject(refused);
    }
    await activateBackend('wasm', { ...BACKEND_OPTIONS, threads: most });
  });

  it.each(BACKEND_NAMES.filter((name) => whyNot(name) === undefined))(
    'activateBackend activates %s by name, and it computes',
    async (name) => {
      const active = await activateBackend(name, BACKEND_OPTIONS);
      expect(active.name).toBe(name);
      expect(active.reason).toContain('chosen by name');
      expect(tf.getBackend()).toBe(name);
      const product = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 1])));
      expect(await product.array()).toEqual([[3], [3]]);
      product.dispose();
    },
  );

  it('activateBackend takes the fastest for auto, and says that it is', async () => {
    const probes = await probeBackends(BACKEND_OPTIONS);
    const fastest = probes.findIndex(({ available }) => available);
    const passesOver = probes.slice(0, fastest).some(({ absent }) => !absent);
    const { name, reason } = await activateBackend('auto', BACKEND_OPTIONS);
    expect(name).toBe(BACKEND_NAMES[fastest]);
    expect(reason).toContain(passesOver ? 'the fastest that runs here' : 'the fastest there is');
    expect(reason.includes('passed over')).toBe(passesOver);
    expect(tf.getBackend()).toBe(name);
  });
});

describeEachBackend('measureBackend of %s', (backend) => {
  it('measureBackend returns a rate, activates the backend and frees what it used', async () => {
    await activateBackend(backend === 'cpu' ? 'wasm' : 'cpu');
    const before = tf.memory().numTensors;
    const { gflops } = await measureBackend(backend, BACKEND_OPTIONS);
    expect(gflops).toBeGreaterThan(0);
    expect(gflops).toBeLessThan(10_000);
    expect(tf.getBackend()).toBe(backend);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('measureBackend reads a single value of the product, since a copy takes time too', async () => {
    await activateBackend(backend, BACKEND_OPTIONS);
    const read = vi.spyOn(tf.backend(), 'read');
    await measureBackend(backend, BACKEND_OPTIONS);
    expect(read).toHaveBeenCalled();
    for (const { value } of read.mock.settledResults) expect(value).toHaveLength(1);
    read.mockRestore();
  });
});
