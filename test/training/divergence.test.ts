import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { START, type TrainingProgress } from '../../src/runs/training-progress.js';
import { type DivergenceFacts, DivergenceWatch, divergenceFacts } from '../../src/training/divergence.js';
import { specOf } from './training-of.js';

const FACTS: DivergenceFacts = {
  rateKey: 'training.optimizer.sgd.learningRate',
  clip: { key: 'training.clipNorm', value: 5 },
  penalties: [],
  beginning: { text: 'model.init {"uniform":5}' },
};

/** Returns the number of windows before the watch reports divergence; null when it never does. */
function stoppedAfter(
  losses: readonly number[],
  { uniform = Math.log(10_000), start = START }: { uniform?: number; start?: TrainingProgress } = {},
): number | null {
  const watch = new DivergenceWatch(uniform, start, FACTS);
  for (const [index, nll] of losses.entries()) {
    try {
      watch.check({ nll, predictions: 1, gradientNorm: 1 }, START, { epoch: 1, learningRate: 1 });
    } catch (error) {
      if (error instanceof UserError && error.kind === 'diverged') return index;
      throw error;
    }
  }
  return null;
}

const times = (count: number, nll: number) => Array.from({ length: count }, () => nll);
/** Goes from one value to another in equal steps. */
const ramp = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));

describe('a loss that is no reason to stop', () => {
  it.each([
    // Seen with two layers of 200 units over three characters at learning rate 2: it ends at perplexity 1.48.
    [
      'a small vocabulary, long at three times a uniform guess',
      [...ramp(7, 1.1, 12), ...times(300, 3.6), ...ramp(30, 3.5, 0.4)],
      Math.log(3),
    ],
    // Seen with a model of one text of a and b followed by another.
    [
      'fine-tuning that begins far too sure',
      [8.7, 6.4, 5.3, 5.6, 3.9, 3.3, 2.5, ...ramp(400, 2.4, 0.3)],
      Math.log(3),
    ],
    ['parameters so large that all is saturated, as bad from the start', times(5000, 67.5), Math.log(10_000)],
    ['a few windows of any height', [...times(50, 6), ...times(15, 1e30), ...times(50, 6)], Math.log(10_000)],
    ['a loss somewhat above a uniform guess', times(5000, 11), Math.log(10_000)],
  ])('a loss does not stop the training: %s', (_, losses, uniform) => {
    expect(stoppedAfter(losses, { uniform })).toBeNull();
  });
});

describe('a loss that has diverged', () => {
  it.each([
    ['is seen after twenty windows where it is enormous', [9.2, ...times(500, 1000)], 20, 22],
    // Seen with the small model at learning rate 20.
    [
      'is seen within a hundred windows where it climbs to ten times a uniform guess',
      ramp(300, 9.2, 94 * 3),
      20,
      80,
    ],
    [
      'is seen within some hundred windows where it is twice a uniform guess',
      [...times(100, 6), ...times(900, 19)],
      300,
      400,
    ],
    [
      'is seen within two thousand windows where it is two nats beyond what is expected',
      [...times(100, 6), ...times(2900, 13.2)],
      900,
      2100,
    ],
  ])('a diverged loss %s', (_, losses, least, most) => {
    const after = stoppedAfter(losses);
    expect(after).toBeGreaterThanOrEqual(least);
    expect(after).toBeLessThanOrEqual(most);
  });

  it('divergence is measured against what the run had reached before it was resumed', () => {
    const start: TrainingProgress = {
      ...START,
      windows: 900,
      epochs: 1,
      best: { epoch: 1, perplexity: 200 },
      validation: [200],
    };
    expect(stoppedAfter(times(500, 60), { start })).toBeLessThan(100);
    expect(stoppedAfter(times(500, 60))).toBeNull();
    const within = { ...START, windows: 900, epochWindows: 900, epochNll: 6000, epochPredictions: 1000 };
    expect(stoppedAfter(times(500, 60), { start: within })).toBeLessThan(100);
  });

  it('checkpoints that can wait are held back as soon as there is some evidence of divergence', () => {
    const watch = new DivergenceWatch(9, START, FACTS);
    const check = (nll: number) =>
      watch.check({ nll, predictions: 1, gradientNorm: 1 }, START, { epoch: 1, learningRate: 1 });
    for (let window = 0; window < 30; window++) check(6);
    expect(watch.isSuspicious).toBe(false);
    for (let window = 0; window < 5; window++) check(60);
    expect(watch.isSuspicious).toBe(true);
    for (let window = 0; window < 50; window++) check(6);
    expect(watch.isSuspicious).toBe(false);
  });
});

/** The message and the cures for one window. */
function said(
  step: { nll: number; gradientNorm?: number },
  facts: Partial<DivergenceFacts>,
  updates: number,
): { message: string; cures: readonly string[] } {
  const watch = new DivergenceWatch(9, START, { ...FACTS, ...facts });
  try {
    const at = { ...START, windows: updates, epochWindows: updates };
    watch.check({ predictions: 1, gradientNorm: 1, ...step }, at, { epoch: 1, learningRate: 20 });
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, cures: error.cures };
    throw error;
  }
  throw new Error('nothing was said');
}

describe('the likely cause', () => {
  it('the cure names the beginning when the first window is not finite, before any update', () => {
    expect(said({ nll: Number.NaN }, {}, 0)).toEqual({
      message:
        'The loss was not finite before any update, in epoch 1, window 1: mean nll NaN nats, gradient norm 1, learning rate 20',
      cures: [
        'The first parameters are likely to be too large: draw smaller ones than model.init {"uniform":5}.',
      ],
    });
    expect(said({ nll: Number.NaN }, { beginning: { run: 'old' } }, 0).cures).toEqual([
      expect.stringContaining(
        'The parameters of run old, which model.init.from names, may not fit this corpus',
      ),
    ]);
  });

  it('the cure names a penalty when the loss is finite and its gradient is not', () => {
    const penalties = [{ key: 'training.activationRegularization', weight: 1e30 }];
    const { cures } = said({ nll: 9, gradientNorm: Number.NaN }, { penalties }, 3);
    expect(cures[0]).toBe(
      'The loss is finite and its gradient is not: lower training.activationRegularization, which is 1e+30, and begin a new run.',
    );
  });

  it.each([
    [
      null,
      'Nothing limits the gradients: set training.clipNorm (the paper takes 5), or lower training.optimizer.sgd.learningRate, and begin a new run.',
    ],
    [
      1000,
      'Lower training.clipNorm, which at 1000 limits little (the paper takes 5), or training.optimizer.sgd.learningRate, and begin a new run.',
    ],
    [
      5,
      'The updates are too large: lower training.optimizer.sgd.learningRate, or training.clipNorm, and begin a new run.',
    ],
  ])('the cure for too large updates fits clipNorm %s', (value, cure) => {
    const clip = value === null ? null : { key: 'training.clipNorm', value };
    // Better than a uniform guess at first, so that the beginning is not to blame.
    const watch = new DivergenceWatch(9, START, { ...FACTS, clip });
    const at = (windows: number) => ({ ...START, windows, epochWindows: windows });
    const place = { epoch: 1, learningRate: 20 };
    watch.check({ nll: 6, predictions: 1, gradientNorm: 1 }, at(0), place);
    expect(() => watch.check({ nll: Number.NaN, predictions: 1, gradientNorm: 1 }, at(1), place)).toThrow(
      expect.objectContaining({ cures: [cure] }),
    );
  });
});

describe('divergenceFacts', () => {
  it.each([
    ['sgd', [], 'training.clipNorm'],
    ['rmsprop', ['training.clipNorm=null', 'training.clipValue=1'], 'training.clipValue'],
    ['averagedSgd', ['training.clipNorm=null'], undefined],
  ])('divergenceFacts names the keys of %s', async (kind, overrides, clip) => {
    const facts = divergenceFacts(await specOf(`training.optimizer={${kind}: {}}`, ...overrides));
    expect(facts.rateKey).toBe(`training.optimizer.${kind}.learningRate`);
    expect(facts.clip?.key).toBe(clip);
    expect(facts.penalties).toEqual([]);
  });

  it('divergenceFacts names the penalties in use and the first parameters', async () => {
    const spec = await specOf('training.activationRegularization=2', 'model.init={uniform: 5}');
    expect(divergenceFacts(spec)).toMatchObject({
      penalties: [{ key: 'training.activationRegularization', weight: 2 }],
      beginning: { text: expect.stringContaining('model.init {"uniform":5}') },
    });
    expect(divergenceFacts(await specOf('model.init={from: old}')).beginning).toEqual({ run: 'old' });
  });
});
