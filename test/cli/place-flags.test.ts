import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { placeFlags } from '../../src/cli/place-flags.js';

afterEach(() => vi.unstubAllEnvs());

it.each([
  [{ runFolder: 'runs/a', data: 'data', backend: 'auto' }, ''],
  [{ runFolder: join(process.cwd(), 'runs', 'a'), data: './data/', backend: 'auto' }, ''],
  [{ runFolder: 'elsewhere/a', data: 'data', backend: 'auto' }, ' --runs elsewhere'],
  [
    { runFolder: '/elsewhere/a', data: '/data', backend: 'cpu' },
    ' --runs /elsewhere --data /data --backend cpu',
  ],
  [{ runFolder: "it's/a", data: 'my data', backend: 'auto' }, ` --runs 'it'\\''s' --data 'my data'`],
  [{ runFolder: 'a', data: 'data', backend: 'auto' }, ' --runs .'],
])('%j needs "%s"', (places, flags) => {
  for (const name of ['ZLM_RUNS', 'ZLM_DATA', 'ZLM_BACKEND']) vi.stubEnv(name, undefined);
  expect(placeFlags(places)).toBe(flags);
});

it('does not repeat what the environment says', () => {
  vi.stubEnv('ZLM_RUNS', '/my/runs');
  vi.stubEnv('ZLM_DATA', '/my/data');
  vi.stubEnv('ZLM_BACKEND', 'cpu');
  expect(placeFlags({ runFolder: '/my/runs/a', data: '/my/data', backend: 'cpu' })).toBe('');
  expect(placeFlags({ runFolder: 'runs/a', data: 'data', backend: 'auto' })).toBe(
    ' --runs runs --data data --backend auto',
  );
});
