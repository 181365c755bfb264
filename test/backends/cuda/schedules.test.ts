/** Kernels give the same bits however their threads are scheduled, and touch no memory but their own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const obstacle = whyNot('cuda');

/** Runs a program beside this file with settings of the emulator, and returns its hash. */
function hashWith(program: string, settings: Record<string, string>): string {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const environment = Object.entries(settings).map(([name, value]) => [`ZLM_EMULATOR_${name}`, value]);
  return execFileSync(process.execPath, ['--import', 'tsx', path, BACKEND_OPTIONS.cudaDriver ?? ''], {
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(environment) },
  }).trim();
}

describe.skipIf(obstacle).each([
  ['recurrent layers', 'recurrent.child.ts'],
  ['kernels around the recurrent layers', 'feed-forward.child.ts'],
])(['%s', obstacle].filter(Boolean).join(', '), (_, program) => {
  it('give the same bits in every order of threads', () => {
    const plain = hashWith(program, {});
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    for (const SEED of ['1', '2', '3']) expect(hashWith(program, { SEED })).toBe(plain);
  });

  it('touch no memory but their own', () => {
    expect(hashWith(program, { GUARD: '1', SEED: '4' })).toMatch(/^[0-9a-f]{64}$/);
  });
});
