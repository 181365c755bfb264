/** Faults of a WebGPU device: each gives an error in words, and never values that a dropped command has left as they were. */
import { spawnSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.js';
import { dropout, dropoutMask } from '../../../src/ops/noise.js';
import { ROOT } from '../../cli/capture.js';
import { readValues } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';

const obstacle = whyNot('webgpu');
const titled = (title: string) => [title, obstacle].filter(Boolean).join(', ');

/** Runs a program in a process of its own, which must end by itself and write nothing to stderr. */
function inChild<T>(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): T {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as T;
}

interface Reads {
  readonly before: number | string;
  readonly after: number | string;
  readonly later: number | string;
}

const readsAround = (fault: string) => inChild<Reads>('test/backends/webgpu/faults.child.ts', [fault]);

describe.skipIf(obstacle)(titled('a WebGPU device'), () => {
  it('a process that computes ends when its work ends', () => {
    expect(readsAround('none')).toEqual({ before: 2, after: 2, later: 1 });
  });

  it('a command that the device refuses makes every later read fail, even of values before it', () => {
    const { before, after, later } = readsAround('validation');
    expect(before).toBe(2);
    expect(after).toMatch(/^UserError: The GPU refused a command, so its results are not valid: .*workgroup/);
    expect(later).toBe(after);
  });

  it('a device that is lost makes every later read fail, with the cause', () => {
    const { before, after, later } = readsAround('lost');
    expect(before).toBe(2);
    expect(after).toMatch(/^UserError: The GPU was lost: .*destroyed/);
    expect(later).toBe(after);
  });
});

describe.skipIf(obstacle)(titled('the tfjs backend on WebGPU'), () => {
  beforeAll(() => activate('webgpu'));
  const backend = () => tf.backend() as WebgpuBackend;

  it('adds more tensors than a shader can read at once', async () => {
    const count = 3 * backend().opened.limits.maxStorageBuffersPerShaderStage;
    const tensors = Array.from({ length: count }, (_, i) => tf.fill([3, 7], i));
    const before = tf.memory().numTensors;
    const sum = tf.addN(tensors);
    expect(await readValues(sum)).toEqual(new Array(21).fill((count * (count - 1)) / 2));
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it('refuses to read values synchronously, with the way to read them', () => {
    const sum = tf.add(tf.fill([2000], 1), 1);
    expect(() => sum.dataSync()).toThrow('reads values asynchronously only');
  });

  it('refuses a tensor that is too large for the device before anything is allocated', () => {
    const { maxStorageBufferBindingSize, maxBufferSize } = backend().opened.limits;
    const length = Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4 + 1;
    expect(() => backend().borrow(length)).toThrow(/^A tensor needs \d+ MiB, but this GPU permits \d+ MiB/);
  });

  it('reads the values as they were when it was asked, although a later update changes them in place', async () => {
    const variable = tf.tensor1d(new Float32Array(1500).fill(3));
    const reading = variable.data();
    const { info, buffer } = backend().forUpdate(variable);
    backend().clear(buffer);
    expect((await reading)[7]).toBe(3);
    expect((await variable.data())[7]).toBe(0);
    backend().disposeData(info.dataId);
    variable.dispose();
  });

  it('keeps uniforms of more dispatches than their buffer has room for', async () => {
    const noise = { rate: 0.5, mask: 'step', perGate: false, seed: 1, site: 1, step: 0 } as const;
    const x = tf.ones([1, 1, 8]) as tf.Tensor3D;
    const before = backend().launcher.dispatches.get('dropout') ?? 0;
    const results = Array.from({ length: 9000 }, (_, step) => {
      const y = dropout(x, { ...noise, step });
      if (step % 3000 === 7) return y;
      y.dispose();
      return null;
    }).filter((y) => y !== null);
    expect((backend().launcher.dispatches.get('dropout') ?? 0) - before).toBe(9000);
    for (const [i, y] of results.entries()) {
      const mask = dropoutMask([1, 1, 8], { ...noise, step: 3000 * i + 7 });
      expect(await readValues(y)).toEqual(await readValues(mask));
    }
  });
});
