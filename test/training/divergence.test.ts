import { describe, expect, it } from 'vitest';
import { divergenceCures } from '../../src/training/divergence.js';
import { trainingOf } from './training-of.js';

describe('against divergence', () => {
  it.each([
    ['sgd', [], 'Lower training.optimizer.sgd.learningRate or training.clipNorm and begin a new run.'],
    ['adam', [], 'Lower training.optimizer.adam.learningRate or training.clipNorm and begin a new run.'],
    [
      'rmsprop',
      ['training.clipNorm=null', 'training.clipValue=1'],
      'Lower training.optimizer.rmsprop.learningRate or training.clipValue and begin a new run.',
    ],
    [
      'averagedSgd',
      ['training.clipNorm=null'],
      'Lower training.optimizer.averagedSgd.learningRate, or set training.clipNorm, and begin a new run.',
    ],
  ])('the keys of %s are named', async (kind, overrides, expected) => {
    const training = await trainingOf(`training.optimizer={${kind}: {}}`, ...overrides);
    expect(divergenceCures(training)).toEqual(['What was saved before that is kept.', expected]);
  });
});
