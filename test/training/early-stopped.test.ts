/** Checks runs that end before their last epoch, because they stopped improving. */
import { beforeAll, expect, it } from 'vitest';
import { listRuns } from '../../src/runs/list-runs.js';
import { readStatus } from '../../src/runs/status.js';
import type { TrainingOutcome } from '../../src/systems/system.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

/** A learning rate so small after the first epoch that the validation gives exactly the same figure again. */
const FADING = 'training.schedule={decay: { factor: 1.0e-6, afterEpoch: 1 }}';
const SLOW = 'training.optimizer.sgd.learningRate=1.0e-4';
const fading = [FADING, SLOW, 'training.epochs=4'];
const overrides = [...fading, 'training.earlyStopping={ patience: 2 }'];
const WINDOWS = 28;

let outcome: TrainingOutcome;

beforeAll(async () => {
  outcome = await trainSmall(place, { name: 'stopped', overrides });
});

it('a run that stops early is finished, and says why', async () => {
  expect(outcome).toMatchObject({
    outcome: 'finished',
    alreadyFinished: false,
    stoppedEarly: true,
    longer: 'training.earlyStopping=null',
    epochs: 3,
    windows: 3 * WINDOWS,
    best: { epoch: 1 },
  });
  expect(await readStatus(place.run('stopped'))).toMatchObject({
    state: 'finished',
    stoppedEarly: true,
    epoch: 3,
    epochs: 4,
  });
  const [summary] = await listRuns(place.runs);
  expect(summary).toMatchObject({
    name: 'stopped',
    state: 'finished',
    stoppedEarly: true,
    epoch: 3,
    epochs: 4,
  });
});

it('a run stops at the same epoch after an interruption', async () => {
  await trainSmall(place, { name: 'interrupted', overrides, interruptAt: afterWindows(2 * WINDOWS + 3) });
  const rest = await trainSmall(place, { resume: 'interrupted' });
  expect(rest).toMatchObject({ stoppedEarly: true, epochs: 3 });
  expect(await contentOf(place.run('interrupted'))).toEqual(await contentOf(place.run('stopped')));
});

it('a run that stopped early has nothing left to train, and does not change', async () => {
  const before = await contentOf(place.run('stopped'));
  const again = await trainSmall(place, { resume: 'stopped' });
  expect(again).toMatchObject({ outcome: 'finished', alreadyFinished: true, stoppedEarly: true, epochs: 3 });
  expect(await contentOf(place.run('stopped'))).toEqual(before);
  expect(await readStatus(place.run('stopped'))).toMatchObject({ state: 'finished', stoppedEarly: true });
});

it('a run that stopped early continues with more patience, or without early stopping', async () => {
  await trainSmall(place, { name: 'patient', overrides });
  const patient = await trainSmall(place, {
    resume: 'patient',
    overrides: ['training.earlyStopping.patience=9'],
  });
  expect(patient).toMatchObject({
    alreadyFinished: false,
    stoppedEarly: false,
    epochs: 4,
    longer: 'training.epochs=8',
  });
  const on = await trainSmall(place, { resume: 'stopped', overrides: ['training.earlyStopping=null'] });
  expect(on).toMatchObject({ alreadyFinished: false, stoppedEarly: false, epochs: 4 });
  expect((await readStatus(place.run('stopped'))).stoppedEarly).toBeUndefined();
  await trainSmall(place, { name: 'whole', overrides: fading });
  for (const name of ['patient', 'stopped']) {
    expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run('whole')));
  }
});
