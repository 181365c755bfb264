/** Kernels give the same bits however their threads are scheduled, and touch no memory but their own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const obstacle = whyNot('cuda');
const CHILD = fileURLToPath(new URL('feed-forward.child.ts', import.meta.url));

/** Runs the child with settings of the emulator, and returns its hash. */
function hashWith(settings: Record<string, string>): string {
  const environment = Object.entries(settings).map(([name, value]) => [`ZLM_EMULATOR_${name}`, value]);
  return execFileSync(process.execPath, ['--import', 'tsx', CHILD, BACKEND_OPTIONS.cudaDriver ?? ''], {
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(environment) },
  }).trim();
}

describe.skipIf(obstacle)(
  ['kernels around the recurrent layers', obstacle].filter(Boolean).join(', '),
  () => {
    it('give the same bits in every order of threads', () => {
      const plain = hashWith({});
      expect(plain).toMatch(/^[0-9a-f]{64}$/);
      for (const SEED of ['1', '2', '3']) expect(hashWith({ SEED })).toBe(plain);
    });

    it('touch no memory but their own', () => {
      expect(hashWith({ GUARD: '1', SEED: '4' })).toMatch(/^[0-9a-f]{64}$/);
    });
  },
);
