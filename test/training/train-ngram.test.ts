/** Checks the training of an n-gram model: the files of a session in its folder, interrupted or not. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const spec = join(place.root, 'kn2.yaml');

beforeAll(() => writeFileSync(spec, 'corpus: small\nmodel: { ngram: { order: 2 } }\n'));

const stateOf = (name: string) => JSON.parse(readFileSync(place.run(name).status, 'utf8')).state;

it('a session counts, validates and saves an n-gram model', async () => {
  const kinds = new Set<string>();
  const outcome = await trainSmall(place, { spec, name: 'whole', onEvent: ({ kind }) => kinds.add(kind) });
  expect(outcome).toMatchObject({
    outcome: 'finished',
    alreadyFinished: false,
    system: 'ngram',
    epochs: 1,
  });
  expect([...kinds]).toEqual(['session', 'counting', 'validation', 'end']);
  expect(readdirSync(place.run('whole').path).sort()).toEqual([
    'checkpoints',
    'environment.json',
    'metrics.jsonl',
    'overrides.txt',
    'spec.yaml',
    'status.json',
  ]);
  const { sessions } = JSON.parse(readFileSync(place.run('whole').environment, 'utf8'));
  expect(sessions).toMatchObject([{ command: 'zlm train', backend: 'none' }]);
  const checkpoint = await readCheckpoint(place.run('whole').checkpoint('best'));
  expect(checkpoint?.position).toMatchObject({ epochs: 1, best: outcome.best });
});

describe('an interruption', () => {
  it.each([
    ['reading', ({ kind }: TrainingEvent) => kind === 'counting'],
    ['validation', ({ kind }: TrainingEvent) => kind === 'validation'],
  ])(
    'an interruption during %s leaves no part of the model, and the run is counted again',
    async (during, interruptAt) => {
      const name = `stopped-${during}`;
      const outcome = await trainSmall(place, { spec, name, interruptAt });
      expect(outcome).toMatchObject({ outcome: 'interrupted', ngrams: [], epochs: 0, best: null });
      expect(stateOf(name)).toBe('interrupted');
      expect(existsSync(place.run(name).metrics)).toBe(false);
      expect(existsSync(join(place.run(name).path, 'checkpoints'))).toBe(false);

      const again = await trainSmall(place, { resume: name });
      expect(again).toMatchObject({ outcome: 'finished', alreadyFinished: false });
      expect(stateOf(name)).toBe('finished');
      await trainSmall(place, { spec, name: `uninterrupted-${during}` });
      expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run(`uninterrupted-${during}`)));
    },
  );
});

it('other failures are passed on', async () => {
  const onEvent = ({ kind }: TrainingEvent) => {
    if (kind === 'validation') throw new Error('no display');
  };
  await expect(trainSmall(place, { spec, name: 'failed', onEvent })).rejects.toThrow('no display');
  expect(existsSync(join(place.run('failed').path, 'checkpoints'))).toBe(false);
});
