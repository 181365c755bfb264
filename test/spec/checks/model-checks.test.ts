import { expect, it } from 'vitest';
import { faultKeys } from './fault-keys.js';

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
