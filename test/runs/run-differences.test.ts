import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  commonValues,
  differingKeys as differingKeysOf,
  loadSpecMemory,
} from '../../src/runs/run-differences.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { loadSpec, specToYaml } from '../../src/spec/load.js';
import { ROOT } from '../cli/capture.js';
import { tempFolder } from '../temp-folder.js';

async function runOf(runs: string, name: string, spec: string, ...overrides: string[]): Promise<RunFolder> {
  const run = new RunFolder(join(runs, name));
  mkdirSync(run.path);
  const loaded = await loadSpec(join(ROOT, 'configs', `${spec}.yaml`), overrides);
  writeFileSync(run.spec, specToYaml(loaded.spec));
  return run;
}

/** Compares runs without a memory of their specs. */
async function differingKeys(runs: readonly RunFolder[]) {
  return differingKeysOf(runs, await loadSpecMemory('runs', null));
}

it('differingKeys finds the keys in which runs differ, with the values of each run', async () => {
  const runs = tempFolder();
  expect(
    await differingKeys([
      await runOf(runs, 'a', 'small'),
      await runOf(runs, 'b', 'small', 'training.seed=2'),
      await runOf(runs, 'c', 'small', 'dropout.input.rate=0.5'),
    ]),
  ).toEqual([
    { 'training.seed': 1, 'dropout.input.rate': 0 },
    { 'training.seed': 2, 'dropout.input.rate': 0 },
    { 'training.seed': 1, 'dropout.input.rate': 0.5 },
  ]);
});

it('differingKeys names a key as a whole when another run lacks the keys below it', async () => {
  const runs = tempFolder();
  const decay = { factor: 0.5, afterEpoch: 4 };
  expect(
    await differingKeys([
      await runOf(runs, 'a', 'small'),
      await runOf(runs, 'b', 'small', 'training.schedule.decay.factor=0.7'),
      await runOf(runs, 'c', 'small', 'training.schedule={constant: {}}'),
    ]),
  ).toEqual([
    { 'training.schedule': { decay } },
    { 'training.schedule': { decay: { ...decay, factor: 0.7 } } },
    { 'training.schedule': { constant: {} } },
  ]);
});

it('differingKeys finds nothing between runs of one spec, and ignores a spec that cannot be read', async () => {
  const runs = tempFolder();
  const torn = await runOf(runs, 'torn', 'small', 'training.seed=7');
  writeFileSync(torn.spec, 'corpus: [');
  const [a, b] = [await runOf(runs, 'a', 'small'), await runOf(runs, 'b', 'small')];
  expect(await differingKeys([torn, a, b])).toEqual([null, {}, {}]);
  expect(await differingKeys([])).toEqual([]);
});

it('differingKeys compares an n-gram model with a network', async () => {
  const runs = tempFolder();
  const [ngram, network] = await differingKeys([
    await runOf(runs, 'a', 'kn5'),
    await runOf(runs, 'b', 'small'),
  ]);
  expect(ngram).toHaveProperty('model', { ngram: { order: 5, smoothing: 'modified-kneser-ney' } });
  expect(network).toMatchObject({ model: { embedding: 200 }, training: { epochs: 13 } });
});

it('a value is common when more than half of the runs have it', () => {
  expect(commonValues([{ a: 1 }, { a: 1 }, { a: 2 }])).toEqual({ a: 1 });
  expect(commonValues([{ a: 1 }, { a: 2 }])).toEqual({});
  expect(commonValues([{ a: [1] }, { a: [1] }, {}])).toEqual({ a: [1] });
});

it('a spec that is remembered is not read again until its file changes', async () => {
  const [runs, cache] = [tempFolder(), tempFolder()];
  const made = [await runOf(runs, 'a', 'small'), await runOf(runs, 'b', 'small', 'training.seed=2')];
  const old = new Date(Date.now() - 60_000);
  for (const { spec } of made) utimesSync(spec, old, old);
  // The time of the change of its metadata cannot be set back.
  await sleep(2050);
  const compared = async () => differingKeysOf(made, await loadSpecMemory(runs, cache));
  const first = await compared();
  expect(first).toEqual([{ 'training.seed': 1 }, { 'training.seed': 2 }]);

  // What the memory contains is what is shown.
  const [name = ''] = readdirSync(join(cache, 'specs'));
  const file = join(cache, 'specs', name);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"seed":2', '"seed":7'));
  expect(await compared()).toEqual([{ 'training.seed': 1 }, { 'training.seed': 7 }]);

  const { spec } = made[1] as RunFolder;
  writeFileSync(spec, readFileSync(spec, 'utf8').replace('seed: 2', 'seed: 3'));
  expect(await compared()).toEqual([{ 'training.seed': 1 }, { 'training.seed': 3 }]);
});

it('a damaged memory and a run that was removed change nothing', async () => {
  const [runs, cache] = [tempFolder(), tempFolder()];
  const made = [await runOf(runs, 'a', 'small'), await runOf(runs, 'b', 'small', 'training.seed=2')];
  const expected = [{ 'training.seed': 1 }, { 'training.seed': 2 }];
  await differingKeysOf(made, await loadSpecMemory(runs, cache));
  for (const text of ['', '[', '[1]', '{"a": 1}', '{"a": {"identity": 1, "value": {}}}', 'null']) {
    mkdirSync(join(cache, 'specs'), { recursive: true });
    for (const name of readdirSync(join(cache, 'specs'))) writeFileSync(join(cache, 'specs', name), text);
    expect(await differingKeysOf(made, await loadSpecMemory(runs, cache)), text).toEqual(expected);
  }
  expect(await differingKeysOf(made.slice(1), await loadSpecMemory(runs, cache))).toEqual([{}]);
});
