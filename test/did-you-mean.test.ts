import { expect, it } from 'vitest';
import { didYouMean } from '../src/did-you-mean.js';

const KEYS = ['batchSize', 'bptt', 'epochs', 'clipNorm'];
const COMMANDS = ['doctor', 'eval', 'prepare ptb', 'prepare text', 'runs', 'sample', 'train'];

it.each([
  ['batch_size', 'batchSize'],
  ['BATCH-SIZE', 'batchSize'],
  ['epoch', 'epochs'],
  ['bppt', 'bptt'],
  ['clip', 'clipNorm'],
])('the key %s is guessed to mean %s', (word, meant) => {
  expect(didYouMean(word, KEYS)).toBe(meant);
});

it.each([
  ['doctr', 'doctor'],
  ['trian', 'train'],
  ['TRAIN', 'train'],
  ['run', 'runs'],
  ['doc', 'doctor'],
  ['evaluate', 'eval'],
  ['prepare pbt', 'prepare ptb'],
  ['prepare test', 'prepare text'],
])('the command %s is guessed to mean %s', (word, meant) => {
  expect(didYouMean(word, COMMANDS)).toBe(meant);
});

it('a key that continues a dotted path is guessed before one that is equally similar', () => {
  expect(didYouMean('training.clip', ['training.bptt', 'training.clipNorm'])).toBe('training.clipNorm');
});

it.each(['learningRate', 'translate', 'x', ''])('there is no guess for "%s"', (word) => {
  expect(didYouMean(word, [...KEYS, ...COMMANDS])).toBeUndefined();
});

it('there is no guess when there is nothing to choose from', () => {
  expect(didYouMean('train', [])).toBeUndefined();
});
