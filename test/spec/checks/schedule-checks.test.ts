import { expect, it } from 'vitest';
import { faultKeys, warningKeys } from './fault-keys.js';

const EPOCHS = 'training.epochs=5';

function decay(factor: number, afterEpoch: number): string {
  return `training.schedule={decay: {factor: ${factor}, afterEpoch: ${afterEpoch}}}`;
}

it('warns of a decay that starts after the last epoch, and trains', async () => {
  expect(await warningKeys(EPOCHS, decay(0.5, 5))).toEqual(['training.schedule.decay.afterEpoch']);
  expect(await warningKeys(EPOCHS, decay(0.5, 4))).toEqual([]);
});

it('refuses a learning rate that decays to nothing in float32', async () => {
  expect(await faultKeys('training.epochs=9', decay(1e-6, 2))).toEqual(['training.schedule.decay.factor']);
  expect(await faultKeys('training.epochs=8', decay(1e-6, 2))).toEqual([]);
});

it.each(['sgd', 'averagedSgd', 'adam', 'rmsprop'])('starts from the learning rate of %s', async (kind) => {
  const small = `training.optimizer={${kind}: {learningRate: 1e-8}}`;
  expect(await faultKeys('training.epochs=8', small, decay(1e-6, 2))).toEqual([
    'training.schedule.decay.factor',
  ]);
});

it('refuses to stop as soon as a plateau ends', async () => {
  const plateau = 'training.schedule={plateau: {patience: 1}}';
  const stop = (patience: number) => `training.earlyStopping={patience: ${patience}}`;
  expect(await faultKeys(plateau, stop(2))).toEqual(['training.earlyStopping.patience']);
  expect(await faultKeys(plateau, stop(3))).toEqual([]);
  // A threshold counts epochs as worn out that are new bests all the same.
  expect(await faultKeys('training.schedule={plateau: {patience: 1, threshold: 0.1}}', stop(1))).toEqual([]);
});
