import { expect, it } from 'vitest';
import { faultKeys, warningKeys } from './fault-keys.js';

it('refuses to clip by norm and by value at once', async () => {
  expect(await faultKeys('training.clipValue=1')).toEqual(['training.clipValue']);
  expect(await faultKeys('training.clipValue=1', 'training.clipNorm=null')).toEqual([]);
});

it('refuses a least window longer than the mean one', async () => {
  const minimum = 'training.randomBptt.minimum=8';
  expect(await faultKeys(minimum, 'training.bptt=7')).toEqual(['training.randomBptt.minimum']);
  expect(await faultKeys(minimum, 'training.bptt=8')).toEqual([]);
});

it('accepts a fixed number of windows of random lengths', async () => {
  expect(await faultKeys('training.windowsPerEpoch=9', 'training.randomBptt={}')).toEqual([]);
});

it('warns of an average that starts after the last epoch, and trains', async () => {
  const start = 'training.optimizer={averagedSgd: {startEpoch: 5}}';
  const key = 'training.optimizer.averagedSgd.startEpoch';
  expect(await warningKeys(start, 'training.epochs=4')).toEqual([key]);
  expect(await warningKeys(start, 'training.epochs=5')).toEqual([]);
});

it('refuses to penalize changes inside windows of one step', async () => {
  const tar = 'training.temporalActivationRegularization=1';
  expect(await faultKeys(tar, 'training.bptt=1')).toEqual(['training.temporalActivationRegularization']);
  expect(await faultKeys(tar, 'training.bptt=2')).toEqual([]);
});
