import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { Trial } from '../../src/benchmark/trial.js';
import { loadSpec } from '../../src/spec/load.js';
import { isNgram, type NetworkSpec } from '../../src/spec/systems.js';
import { tempFolder } from '../temp-folder.js';

const CONTENDER = { backend: 'cpu', precision: 'f32' } as const;

beforeAll(() => activateBackend(CONTENDER.backend));

/** A toy, with `training.randomBptt` as given. */
async function toy(randomBptt: string): Promise<NetworkSpec> {
  const path = join(tempFolder(), 'toy.yaml');
  const training = `training: { batchSize: 3, bptt: 6, randomBptt: ${randomBptt} }`;
  writeFileSync(path, `corpus: none\nmodel: { embedding: 5, layers: [{ lstm: 7 }] }\n${training}\n`);
  const { spec } = await loadSpec(path);
  if (isNgram(spec)) throw new Error('no network');
  return spec;
}

async function figuresOf(spec: NetworkSpec) {
  const trial = await Trial.begin(CONTENDER, spec, 11);
  const figures = [await trial.step(), await trial.step(), await trial.step()];
  trial.dispose();
  return figures;
}

it('a trial uses windows of one length even if the spec draws random lengths', async () => {
  const random = await toy('{ halve: 0.5, deviation: 2, minimum: 2 }');
  expect(random.training.randomBptt).not.toBeNull();
  expect(await figuresOf(random)).toEqual(await figuresOf(await toy('null')));
});
