/** `training.precision: tf32` on each backend: refused where there are no such products, instead of trained in another precision. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { BackendName } from '../../src/backends/backend.js';
import { precisionObstacle } from '../../src/backends/select.js';
import { BACKEND_OPTIONS, describeEachBackend, whyNot } from '../backends/each-backend.js';
import { trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

/** Trains a few windows. Returns their losses. */
async function losses(backend: BackendName, precision: string): Promise<number[]> {
  const found: number[] = [];
  await trainSmall(place, {
    overrides: [`training.precision=${precision}`, 'training.epochs=1', 'training.windowsPerEpoch=4'],
    name: `${backend}-${precision}`,
    backend,
    backendOptions: BACKEND_OPTIONS,
    onEvent: (event) => event.kind === 'window' && found.push(event.nll),
  });
  return found;
}

describeEachBackend(
  'the precision tf32 on %s',
  (backend) => {
    it('is refused before a run is made', async () => {
      await expect(losses(backend, 'tf32')).rejects.toMatchObject({
        kind: 'backend',
        message: `Backend ${backend} cannot train in training.precision tf32: only the tensor cores of an NVIDIA GPU multiply in TF32`,
        cures: [expect.stringContaining('training.precision=f32'), expect.stringContaining('zlm doctor')],
      });
      expect(existsSync(place.run(`${backend}-tf32`).path)).toBe(false);
      expect(precisionObstacle(backend, 'mixed')).toBe(null);
    });
  },
  { except: ['cuda'] },
);

const obstacle = whyNot('cuda');

it.skipIf(obstacle)(
  `a training in tf32 on cuda has losses close to those of f32, and not the same${obstacle ? `, ${obstacle}` : ''}`,
  async () => {
    const [exact, rounded] = [await losses('cuda', 'f32'), await losses('cuda', 'tf32')];
    expect(rounded).toHaveLength(4);
    expect(rounded).not.toEqual(exact);
    // Rounded to 2⁻¹¹ and averaged over the terms of each sum.
    for (const [i, loss] of rounded.entries()) expect(Math.abs(loss / exact[i] - 1)).toBeLessThan(2 ** -11);
  },
);
