import { describe, expect, it } from 'vitest';
import { faultKeys, warningKeys } from './fault-keys.js';

it('refuses a feedForward layer below all others', async () => {
  expect(await faultKeys('model.layers=[{feedForward: 8}, {lstm: 8}]')).toEqual(['model.layers.0']);
  expect(await faultKeys('model.layers=[{lstm: 8}, {feedForward: 8}, {lstm: 8}]')).toEqual([]);
});

it('refuses a bias of forget gates where there are none', async () => {
  expect(await faultKeys('model.layers=[{gru: 8}]', 'model.forgetBias=1')).toEqual(['model.forgetBias']);
  expect(await faultKeys('model.layers=[{gru: 8}, {lstm: 8}]', 'model.forgetBias=1')).toEqual([]);
});

it('refuses to set the forget gates of a trained run', async () => {
  const from = 'model.init={from: latest}';
  expect(await faultKeys(from, 'model.forgetBias=0')).toEqual(['model.forgetBias']);
  expect(await faultKeys(from)).toEqual([]);
});

it('ties an embedding to a last layer of any width: a projection stands between', async () => {
  expect(await faultKeys('model.layers=[{lstm: 9}]', 'model.tieEmbedding=true')).toEqual([]);
});

describe('a mask per gate', () => {
  const perGate = (edge: string) => `dropout.${edge}={rate: 0.5, perGate: true}`;

  it.each([
    ['input', '[{gru: 8}, {lstm: 8}]', '[{lstm: 8}, {gru: 8}]'],
    ['between', '[{lstm: 8}, {lstm: 8}, {feedForward: 8}]', '[{gru: 8}, {lstm: 8}, {lstm: 8}]'],
    ['recurrent', '[{lstm: 8}, {rnn: 8}]', '[{lstm: 8}, {feedForward: 8}]'],
    ['recurrent', '[{deepTransition: {units: 8}}]', '[{lstm: 8}]'],
  ])('at %s is refused for %s, not for %s', async (edge, wrong, right) => {
    expect(await faultKeys(perGate(edge), `model.layers=${wrong}`)).toEqual([`dropout.${edge}.perGate`]);
    expect(await faultKeys(perGate(edge), `model.layers=${right}`)).toEqual([]);
  });

  it('is refused where topics enter beside the input', async () => {
    expect(await faultKeys(perGate('input'), 'model.context={}')).toEqual(['dropout.input.perGate']);
    expect(await faultKeys(perGate('recurrent'), 'model.context={}')).toEqual([]);
  });
});

it('between layers is refused for a single layer', async () => {
  const between = 'dropout.between.rate=0.5';
  expect(await faultKeys(between, 'model.layers=[{lstm: 8}]')).toEqual(['dropout.between.rate']);
  expect(await faultKeys(between, 'model.layers=[{lstm: 8}, {lstm: 8}]')).toEqual([]);
});

it('DropConnect is refused with a deep transition', async () => {
  const weights = 'dropout.recurrentWeight.rate=0.5';
  const deep = 'model.layers=[{lstm: 8}, {deepTransition: {units: 8}}]';
  expect(await faultKeys(weights, deep)).toEqual(['dropout.recurrentWeight.rate']);
  expect(await faultKeys(weights, 'model.layers=[{gru: 8}, {rnn: 8}]')).toEqual([]);
});

describe('zoneout', () => {
  it('of cells is refused without an LSTM layer', async () => {
    const cell = 'dropout.zoneout.cell=0.5';
    expect(await faultKeys(cell, 'model.layers=[{gru: 8}]')).toEqual(['dropout.zoneout.cell']);
    expect(await faultKeys(cell, 'model.layers=[{gru: 8}, {lstm: 8}]')).toEqual([]);
  });

  it('of hidden states is refused with a deep transition', async () => {
    const hidden = 'dropout.zoneout.hidden=0.05';
    const deep = 'model.layers=[{lstm: 8}, {deepTransition: {units: 8}}]';
    expect(await faultKeys(hidden, deep)).toEqual(['dropout.zoneout.hidden']);
    expect(await faultKeys(hidden, 'model.layers=[{rnn: 8}, {feedForward: 8}]')).toEqual([]);
  });
});

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
