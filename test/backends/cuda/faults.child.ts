/**
 * Meets a fault of the emulated GPU in a process of its own, and prints in JSON what a user would be told. Arguments: the driver,
 * or nothing for the one that the system has; and what to do.
 */
import * as tf from '@tensorflow/tfjs';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { cudaNoise } from '../../../src/backends/cuda/cuda-kernel.js';
import { activateBackend, probeBackends } from '../../../src/backends/select.js';
import { UserError } from '../../../src/errors.js';
import { dropout } from '../../../src/ops/noise.js';

const [driver, work] = process.argv.slice(2);
const options = { cudaDriver: driver || undefined, cudaExactMemory: work === 'overrun' };

const NOISE = { rate: 0.5, mask: 'step', perGate: false, seed: 1, site: 0, step: 0 } as const;

function drop(steps: number, perStep: number): tf.Tensor {
  return tf.tidy(() => dropout(tf.ones([steps, 1, perStep]) as tf.Tensor3D, NOISE));
}

/** Returns the failure of `work`. */
async function failureOf(run: () => unknown): Promise<object | null> {
  try {
    await run();
    return null;
  } catch (error) {
    const { message } = error as Error;
    return error instanceof UserError ? { kind: error.kind, message, cures: error.cures } : { message };
  }
}

const WORK: Readonly<Record<string, () => Promise<unknown>>> = {
  probe: async () => ({
    probe: (await probeBackends(options)).find(({ name }) => name === 'cuda'),
    activation: await failureOf(() => activateBackend('cuda', options)),
  }),
  /** Asks for more than there is, and then for what there is. */
  allocate: async () => {
    await activateBackend('cuda', options);
    const failure = await failureOf(() => drop(1, 1 << 20));
    return { failure, afterwards: await failureOf(() => drop(1, 100).dataSync()) };
  },
  /** Frees tensors that the pool keeps, and asks for a larger one, which there is room for only without them. */
  reuse: async () => {
    await activateBackend('cuda', options);
    for (let length = 1; length <= 4; length++) tf.dispose(drop(1, length * 10_000));
    return failureOf(() => drop(1, 150_000).dataSync());
  },
  /** Has a kernel write a value more than its tensor has. */
  overrun: async () => {
    await activateBackend('cuda', options);
    const backend = tf.backend() as CudaBackend;
    const [x, y] = [backend.allocate([24]).address, backend.allocate([17]).address];
    return failureOf(() => {
      backend.device.launch('dropout', { perStep: 24, x, y, noise: cudaNoise(NOISE, backend) }, [1]);
      backend.device.wait();
    });
  },
  /** Computes until a kernel fails. */
  launch: async () => {
    await activateBackend('cuda', options);
    const failures: unknown[] = [];
    for (let i = 0; i < 5; i++)
      failures.push(await failureOf(() => tf.tidy(() => void drop(2, 10).dataSync())));
    return failures;
  },
};

console.log(JSON.stringify(await WORK[work]()));
