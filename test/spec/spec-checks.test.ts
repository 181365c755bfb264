import { describe, expect, it } from 'vitest';
import { faultKeys, warningKeys } from './fault-keys.js';

it('a feedForward layer below all others is refused', async () => {
  expect(await faultKeys('model.layers=[{feedForward: 8}, {lstm: 8}]')).toEqual(['model.layers.0']);
  expect(await faultKeys('model.layers=[{lstm: 8}, {feedForward: 8}, {lstm: 8}]')).toEqual([]);
});

it('a bias of forget gates is refused when no layer has them', async () => {
  expect(await faultKeys('model.layers=[{gru: 8}]', 'model.forgetBias=1')).toEqual(['model.forgetBias']);
  expect(await faultKeys('model.layers=[{gru: 8}, {lstm: 8}]', 'model.forgetBias=1')).toEqual([]);
});

it('a bias of the forget gates of a trained run is refused', async () => {
  const from = 'model.init={from: latest}';
  expect(await faultKeys(from, 'model.forgetBias=0')).toEqual(['model.forgetBias']);
  expect(await faultKeys(from)).toEqual([]);
});

it('an embedding may be tied to a last layer of any width, through a projection', async () => {
  expect(await faultKeys('model.layers=[{lstm: 9}]', 'model.tieEmbedding=true')).toEqual([]);
});

describe('a mask per gate', () => {
  const perGate = (edge: string) => `dropout.${edge}={rate: 0.5, perGate: true}`;

  it.each([
    ['input', '[{gru: 8}, {lstm: 8}]', '[{lstm: 8}, {gru: 8}]'],
    ['between', '[{lstm: 8}, {lstm: 8}, {feedForward: 8}]', '[{gru: 8}, {lstm: 8}, {lstm: 8}]'],
    ['recurrent', '[{lstm: 8}, {rnn: 8}]', '[{lstm: 8}, {feedForward: 8}]'],
    ['recurrent', '[{deepTransition: {units: 8}}]', '[{lstm: 8}]'],
  ])('a mask per gate at %s is refused for %s, and accepted for %s', async (edge, wrong, right) => {
    expect(await faultKeys(perGate(edge), `model.layers=${wrong}`)).toEqual([`dropout.${edge}.perGate`]);
    expect(await faultKeys(perGate(edge), `model.layers=${right}`)).toEqual([]);
  });

  it('a mask per gate is refused where topics enter beside the input', async () => {
    expect(await faultKeys(perGate('input'), 'model.context={}')).toEqual(['dropout.input.perGate']);
    expect(await faultKeys(perGate('recurrent'), 'model.context={}')).toEqual([]);
  });
});

it('dropout between layers is refused for a single layer', async () => {
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
  it('zoneout of cells is refused without an LSTM layer', async () => {
    const cell = 'dropout.zoneout.cell=0.5';
    expect(await faultKeys(cell, 'model.layers=[{gru: 8}]')).toEqual(['dropout.zoneout.cell']);
    expect(await faultKeys(cell, 'model.layers=[{gru: 8}, {lstm: 8}]')).toEqual([]);
  });

  it('zoneout of hidden states is refused with a deep transition', async () => {
    const hidden = 'dropout.zoneout.hidden=0.05';
    const deep = 'model.layers=[{lstm: 8}, {deepTransition: {units: 8}}]';
    expect(await faultKeys(hidden, deep)).toEqual(['dropout.zoneout.hidden']);
    expect(await faultKeys(hidden, 'model.layers=[{rnn: 8}, {feedForward: 8}]')).toEqual([]);
  });
});

it('clipping by norm and by value at once is refused', async () => {
  expect(await faultKeys('training.clipValue=1')).toEqual(['training.clipValue']);
  expect(await faultKeys('training.clipValue=1', 'training.clipNorm=null')).toEqual([]);
});

it('a minimum length above the mean is refused', async () => {
  const minimum = 'training.randomBptt.minimum=8';
  expect(await faultKeys(minimum, 'training.bptt=7')).toEqual(['training.randomBptt.minimum']);
  expect(await faultKeys(minimum, 'training.bptt=8')).toEqual([]);
});

it('a fixed number of windows of random lengths is accepted', async () => {
  expect(await faultKeys('training.windowsPerEpoch=9', 'training.randomBptt={}')).toEqual([]);
});

it('an average that starts after the last epoch is accepted with a warning', async () => {
  const start = 'training.optimizer={averagedSgd: {startEpoch: 5}}';
  const key = 'training.optimizer.averagedSgd.startEpoch';
  expect(await warningKeys(start, 'training.epochs=4')).toEqual([key]);
  expect(await warningKeys(start, 'training.epochs=5')).toEqual([]);
});

it('a penalty on changes inside windows of one step is refused', async () => {
  const tar = 'training.temporalActivationRegularization=1';
  expect(await faultKeys(tar, 'training.bptt=1')).toEqual(['training.temporalActivationRegularization']);
  expect(await faultKeys(tar, 'training.bptt=2')).toEqual([]);
});

const EPOCHS = 'training.epochs=5';

function decay(factor: number, afterEpoch: number): string {
  return `training.schedule={decay: {factor: ${factor}, afterEpoch: ${afterEpoch}}}`;
}

it('a decay that starts after the last epoch is accepted with a warning', async () => {
  expect(await warningKeys(EPOCHS, decay(0.5, 5))).toEqual(['training.schedule.decay.afterEpoch']);
  expect(await warningKeys(EPOCHS, decay(0.5, 4))).toEqual([]);
});

it('a learning rate that decays to nothing in float32 is refused', async () => {
  expect(await faultKeys('training.epochs=9', decay(1e-6, 2))).toEqual(['training.schedule.decay.factor']);
  expect(await faultKeys('training.epochs=8', decay(1e-6, 2))).toEqual([]);
});

it.each(['sgd', 'averagedSgd', 'adam', 'rmsprop'])(
  'the schedule starts from the learning rate of %s',
  async (kind) => {
    const small = `training.optimizer={${kind}: {learningRate: 1e-8}}`;
    expect(await faultKeys('training.epochs=8', small, decay(1e-6, 2))).toEqual([
      'training.schedule.decay.factor',
    ]);
  },
);

it('early stopping as soon as a plateau ends is refused', async () => {
  const plateau = 'training.schedule={plateau: {patience: 1}}';
  const stop = (patience: number) => `training.earlyStopping={patience: ${patience}}`;
  expect(await faultKeys(plateau, stop(2))).toEqual(['training.earlyStopping.patience']);
  expect(await faultKeys(plateau, stop(3))).toEqual([]);
  // A threshold counts epochs without enough improvement, some of which are new bests.
  expect(await faultKeys('training.schedule={plateau: {patience: 1, threshold: 0.1}}', stop(1))).toEqual([]);
});
