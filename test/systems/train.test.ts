/** Training from a program: the events are iterated, the outcome is the return value, and stopping early leaves nothing behind. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { readStatus } from '../../src/runs/status.js';
import { resultOf, train } from '../../src/systems/train.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { afterWindows, contentOf, smallRequest, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const ngrams = join(place.root, 'kn2.yaml');

beforeAll(async () => {
  writeFileSync(ngrams, 'corpus: small\nmodel: { ngram: { order: 2 } }\n');
  // The first tensors of a backend, which stay.
  await activateBackend('wasm');
  await trainSmall(place, { name: 'uninterrupted' });
});

/** Trains until a given event, and then stops iterating. */
async function stopAt(
  request: Parameters<typeof smallRequest>[1],
  isLast: (event: TrainingEvent) => boolean,
): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(smallRequest(place, request))) {
    events.push(event);
    if (isLast(event)) return events;
  }
  throw new Error('it went on to the end');
}

const locksIn = (name: string) => readdirSync(place.run(name).path).filter((file) => file.startsWith('lock'));

it('a loop over the events is a training', async () => {
  const kinds: string[] = [];
  const overrides = ['training.epochs=1'];
  for await (const event of train(smallRequest(place, { name: 'looped', overrides }))) {
    if (event.kind !== kinds.at(-1)) kinds.push(event.kind);
  }
  // The decay of the spec begins after the only epoch.
  expect(kinds.slice(0, 4)).toEqual(['warning', 'backend', 'session', 'window']);
  expect(kinds.slice(-4)).toEqual(['validation', 'epoch', 'checkpoint', 'end']);
  expect(await readStatus(place.run('looped'))).toMatchObject({ state: 'finished' });
});

it('the generator returns the outcome', async () => {
  const events = train(smallRequest(place, { name: 'returned', overrides: ['training.epochs=1'] }));
  const kinds: string[] = [];
  let step = await events.next();
  while (!step.done) {
    kinds.push(step.value.kind);
    step = await events.next();
  }
  expect(step.value).toMatchObject({ system: 'network', outcome: 'finished', run: 'returned', windows: 28 });
  expect(kinds.at(-1)).toBe('end');
});

it('no event contains tensors, which would be freed while the consumer uses them', async () => {
  await resultOf(train(smallRequest(place, { name: 'plain', overrides: ['training.epochs=1'] })), (event) => {
    expect(event.kind === 'checkpoint' && 'state' in event).toBe(false);
  });
});

describe('a consumer that stops early', () => {
  const places: [string, (event: TrainingEvent) => boolean][] = [
    ['as soon as the backend is active', ({ kind }) => kind === 'backend'],
    ['before the first window', ({ kind }) => kind === 'session'],
    ['within an epoch', afterWindows(31)],
    ['in a validation', ({ kind }) => kind === 'validation'],
    ['after a checkpoint', ({ kind }) => kind === 'checkpoint'],
    ['after an epoch', ({ kind }) => kind === 'epoch'],
  ];

  it.each(places)(
    'a consumer that stops %s leaves no tensor and no lock, and the run ends in the same bytes',
    async (when, isLast) => {
      const name = when.replace(/\W+/g, '-');
      const before = tf.memory().numTensors;
      await stopAt({ name }, isLast);
      expect(tf.memory().numTensors).toBe(before);
      if (!existsSync(place.run(name).spec)) return expect(when).toContain('backend');
      expect(locksIn(name)).toEqual([]);
      expect(existsSync(place.run(name).progress)).toBe(false);
      expect(await trainSmall(place, { resume: name })).toMatchObject({ outcome: 'finished', windows: 84 });
      expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run('uninterrupted')));
    },
  );

  it('a run whose consumer stopped early counts as interrupted', async () => {
    await stopAt({ name: 'left' }, afterWindows(31));
    expect(await readStatus(place.run('left'))).toMatchObject({ state: 'interrupted', epoch: 1 });
  });

  it('an error of the consumer has the same effect as stopping', async () => {
    const training = resultOf(train(smallRequest(place, { name: 'thrown' })), (event) => {
      if (event.kind === 'window') throw new Error('no display');
    });
    await expect(training).rejects.toThrow('no display');
    expect(locksIn('thrown')).toEqual([]);
    expect(await readStatus(place.run('thrown'))).toMatchObject({ state: 'interrupted' });
  });

  it.each(['counting', 'validation'])(
    'stopping in the %s of an n-gram model keeps no part of it',
    async (kind) => {
      const name = `stopped-${kind}`;
      await stopAt({ spec: ngrams, name }, (event) => event.kind === kind);
      expect(locksIn(name)).toEqual([]);
      expect(await readStatus(place.run(name))).toMatchObject({ state: 'interrupted', epoch: 0 });
      expect(existsSync(place.run(name).checkpoint('last'))).toBe(false);
      expect(await trainSmall(place, { resume: name })).toMatchObject({
        system: 'ngram',
        outcome: 'finished',
      });
    },
  );
});
