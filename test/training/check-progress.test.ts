import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { START, type TrainingProgress } from '../../src/runs/training-progress.js';
import { checkProgress } from '../../src/training/advance.js';
import { tempFolder } from '../temp-folder.js';
import { specOf } from './training-of.js';

const TASK = { batchesIn: () => 28 };

describe('the position of a checkpoint', () => {
  const possible: TrainingProgress = {
    ...START,
    windows: 35,
    steps: 175,
    pass: 1,
    windowInPass: 7,
    epochs: 1,
    epochWindows: 7,
  };

  it('the progress of a run is accepted', async () => {
    const spec = await specOf();
    for (const position of [START, possible, { ...possible, averagedSince: 28 }]) {
      checkProgress(position, TASK, spec, 'last.safetensors');
    }
  });

  it.each([
    [{ windowInPass: 28 }, 'window 28 of pass 1, which has 28'],
    [{ windowInPass: 9000 }, 'window 9000 of pass 1, which has 28'],
    [{ pass: 99 }, '99 passes cannot have had 35 windows'],
    [{ epochWindows: 29 }, 'window 29 of epoch 2, which has 28'],
    [{ epochs: 30 }, '30 epochs and 7 windows cannot have had 35 windows'],
    [{ averagedSince: 36 }, 'averaged since window 36 of 35'],
    [{ best: { epoch: 2, perplexity: 5 } }, 'the best epoch is 2 of 1'],
  ])('an impossible progress is refused: %j', async (change, what) => {
    const spec = await specOf();
    const position: TrainingProgress = { ...possible, ...change };
    const folder = join(tempFolder(), 'checkpoints');
    mkdirSync(folder);
    writeFileSync(join(folder, 'best.safetensors'), '');
    const last = join(folder, 'last.safetensors');
    expect(() => checkProgress(position, TASK, spec, last)).toThrow(
      expect.objectContaining({
        kind: 'data',
        message: `${last} is not a checkpoint of this run: its position in the run is impossible: ${what}`,
        cures: expect.arrayContaining([expect.stringContaining('best.safetensors')]),
      }),
    );
  });
});
