import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { interleave, median, type Runner, withTiming } from '../../src/benchmark/rounds.js';

// A clock that advances only with the work: these tests are about whose turn it is, whatever the machine does.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that takes so long. */
const working = (milliseconds: number) => async () => {
  vi.advanceTimersByTime(milliseconds);
};

const hooks = { signal: new AbortController().signal, onUnit: () => {}, peakOf: () => null };

/** Writes its name at every unit of work. */
function runnerOf(name: string, log: string[], work: () => Promise<void> = async () => {}): Runner {
  return {
    prepare: async () => {},
    run: async () => {
      log.push(name);
      await work();
    },
  };
}

it('the runners take turns, after a warm-up that is not counted', async () => {
  const log: string[] = [];
  const runners = [runnerOf('a', log), runnerOf('b', log)];
  // No time at all: one unit a turn, but then every share is used up after the first round.
  const results = await interleave(runners, { rounds: 3, seconds: 0 }, hooks);
  expect(log.join('')).toBe('abab');
  expect(results.map(({ seconds }) => seconds.length)).toEqual([1, 1]);
});

it('a turn lasts its share of the time, and each round gives one value', async () => {
  const log: string[] = [];
  const runners = [runnerOf('a', log, working(2)), runnerOf('b', log, working(2))];
  const results = await interleave(runners, { rounds: 3, seconds: 0.3 }, hooks);
  expect(log.join('').replace(/(.)\1*/g, '$1')).toBe('abababab');
  expect(results.map(({ seconds }) => seconds.length)).toEqual([3, 3]);
  for (const { seconds } of results) for (const value of seconds) expect(value).toBeCloseTo(0.002);
});

it('a turn includes the time of the work that is still on its way at its end', async () => {
  const ahead: Runner = { ...runnerOf('a', [], working(2)), finish: working(60) };
  const [{ seconds }] = await interleave([ahead], { rounds: 1, seconds: 0.1 }, hooks);
  // 50 units of 2 ms, and 60 ms at the end.
  expect(seconds).toEqual([expect.closeTo(0.0032)]);
});

it('a slow runner skips rounds once its share of the time is used up', async () => {
  const log: string[] = [];
  const runners = [runnerOf('f', log, working(1)), runnerOf('s', log, working(150))];
  const [fast, slow] = await interleave(runners, { rounds: 4, seconds: 0.2 }, hooks);
  expect(fast.seconds).toHaveLength(4);
  expect(slow.seconds).toHaveLength(1);
});

it('a runner that fails stops alone, and the others continue', async () => {
  const log: string[] = [];
  const failing = runnerOf('x', log, async () => {
    throw new Error('no memory left');
  });
  const [a, x] = await interleave(
    [runnerOf('a', log, working(1)), failing],
    { rounds: 2, seconds: 0.02 },
    hooks,
  );
  expect(x).toEqual({ seconds: [], peaks: [], problem: 'no memory left' });
  expect(a).toMatchObject({ problem: null });
  expect(a.seconds).toHaveLength(2);
});

it('the peak beside a round is the mean of those before and after it, and takes no time of the round', async () => {
  const measured = [90, 100, 140, 80, 60];
  const peakOf = () => {
    vi.advanceTimersByTime(1000);
    return measured.shift() ?? 0;
  };
  const runners = [runnerOf('a', [], working(2))];
  const [{ seconds, peaks }] = await interleave(runners, { rounds: 2, seconds: 0.02 }, { ...hooks, peakOf });
  expect(peaks).toEqual([95, 110]);
  expect(seconds).toEqual([expect.closeTo(0.002), expect.closeTo(0.002)]);
});

it('a share of the peak is the median of the shares of the rounds, each beside its own peak', () => {
  const entry = { backend: 'native', precision: 'f32', check: null, problem: null } as const;
  const result = { seconds: [0.02, 0.01, 0.04], peaks: [100, 200, 40], problem: null };
  // A unit of 10⁹ operations: 50, 100 and 25 GFLOP/s.
  const timingOf = (roundSeconds: readonly number[]) => ({ gflops: 50, roundSeconds });
  expect(withTiming(entry, result, timingOf).timing).toEqual({
    ...{ gflops: 50, roundSeconds: result.seconds, ofPeak: expect.closeTo(0.5) },
  });
  const elsewhere = { ...result, peaks: [] };
  expect(withTiming(entry, elsewhere, timingOf).timing?.ofPeak).toBeNull();
});

it('the rounds stop with the reason of the signal', async () => {
  const controller = new AbortController();
  const abort = async () => controller.abort(new Error('enough'));
  const runners = [runnerOf('a', [], abort)];
  await expect(
    interleave(runners, { rounds: 5, seconds: 10 }, { ...hooks, signal: controller.signal }),
  ).rejects.toThrow('enough');
});

it.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
