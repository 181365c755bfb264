import { describe, expect, it } from 'vitest';
import { faultKeys } from './fault-keys.js';

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
