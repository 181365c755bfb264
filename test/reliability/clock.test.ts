/** A wall clock that jumps while a network is trained, as when a laptop wakes up, or the time is set. */
import { describe, expect, it } from 'vitest';
import { listRuns } from '../../src/runs/list-runs.js';
import { readMetrics } from '../../src/training/metrics.js';
import { spawnZlm } from '../cli/capture.js';
import { contentOf, trainSmall, useWorkplace } from '../small-runs.js';
import { CAN_PRELOAD, NEEDS_PRELOAD, usePreloaded } from './preloaded.js';

const place = useWorkplace();
const library = usePreloaded('reliability/clock.c');
const [HOUR, YEAR] = [3600, 365 * 24 * 3600];

describe.skipIf(!CAN_PRELOAD)(`a wall clock that jumps${NEEDS_PRELOAD}`, () => {
  it.each([
    ['an hour back and forth', -HOUR],
    ['a year forth and back', YEAR],
  ])(
    '%s changes nothing of a training, nor its times',
    async (_, jump) => {
      const name = `jump${jump}`;
      const words = ['train', place.spec, '--name', name, '--data', place.data, '--runs', place.runs];
      const { code, stderr } = await spawnZlm([...words, '--backend', 'wasm'], {
        env: { LD_PRELOAD: library, ZLM_CLOCK_JUMP: String(jump), ZLM_CLOCK_EVERY: '150' },
      });
      expect(code, stderr).toBe(0);
      await trainSmall(place, { name: `whole${jump}` });
      expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run(`whole${jump}`)));
      const seconds = (await readMetrics(place.run(name))).map((row) => row.seconds);
      expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
      expect(seconds[0]).toBeGreaterThanOrEqual(0);
      expect(seconds.at(-1)).toBeLessThan(100);
      const [run] = await listRuns(place.runs, undefined, [name]);
      expect(run).toMatchObject({ state: 'finished', epoch: 3 });
    },
    60_000,
  );
});
