import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { inPlaces, placeFlags } from '../../src/cli/place-flags.js';
import { ROOT } from './capture.js';

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

it('flags that the environment already gives are not repeated', () => {
  vi.stubEnv('ZLM_RUNS', '/my/runs');
  vi.stubEnv('ZLM_DATA', '/my/data');
  vi.stubEnv('ZLM_BACKEND', 'cpu');
  expect(placeFlags({ runFolder: '/my/runs/a', data: '/my/data', backend: 'cpu' })).toBe('');
  expect(placeFlags({ runFolder: 'runs/a', data: 'data', backend: 'auto' })).toBe(
    ' --runs runs --data data --backend auto',
  );
});

const PLACES = { runs: '/my/runs', data: 'my data' };
const NAMED = { runs: '--runs /my/runs', data: "--data 'my data'" };

it.each([
  [
    'Continue its training: `zlm train --resume a`.',
    `Continue its training: \`zlm train --resume a ${NAMED.runs} ${NAMED.data}\`.`,
  ],
  ['`zlm runs` lists them all.', `\`zlm runs ${NAMED.runs}\` lists them all.`],
  ['`zlm prepare text a … --force`', `\`zlm prepare text a … --force ${NAMED.data}\``],
  [
    '`zlm eval --runs x`, then `zlm sample --data y`',
    `\`zlm eval --runs x ${NAMED.data}\`, then \`zlm sample --data y ${NAMED.runs}\``,
  ],
  ['`zlm spec show a.yaml > b.yaml`', '`zlm spec show a.yaml > b.yaml`'],
  ['`cp a b`, or --runs', '`cp a b`, or --runs'],
])('the cure %j gets the flags that find what the failed command worked on', (cure, completed) => {
  vi.stubEnv('ZLM_RUNS', undefined);
  vi.stubEnv('ZLM_DATA', undefined);
  expect(inPlaces(cure, PLACES)).toBe(completed);
  expect(inPlaces(cure, { runs: 'runs', data: './data' })).toBe(cure);
  expect(inPlaces(cure, {})).toBe(cure);
});

const COMMANDS = join(ROOT, 'src/commands');
const FILES = readdirSync(COMMANDS, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

it.each(FILES)(
  'a cure that suggests the command of %s gets the flags that this command takes, and no others',
  async (file) => {
    const { default: command } = await import(join(COMMANDS, file));
    const line = ['zlm', ...file.replace(/\.ts$/, '').split('/')].join(' ');
    const flags = Object.keys(NAMED).filter(
      (name) => name in (command.flags ?? {}),
    ) as (keyof typeof NAMED)[];
    const completed = [line, ...flags.map((flag) => NAMED[flag])].join(' ');
    expect(inPlaces(`\`${line}\``, PLACES)).toBe(`\`${completed}\``);
  },
);
