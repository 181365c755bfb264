import { expect, it } from 'vitest';
import { parseResolvedSpec } from '../../src/spec/load.js';
import { checkCheckpointSize } from '../../src/training/capacity.js';
import { networkOf } from '../spec/spec-files.js';

/** Eight units between two tables of 4,096 columns: about 2 * 4,096 parameters a word. */
async function wide(optimizer: string) {
  const model = '{ embedding: 4096, layers: [{ lstm: 8 }, { feedForward: 4096 }] }';
  return networkOf(
    await parseResolvedSpec(
      `corpus: ptb\nmodel: ${model}\ntraining: { optimizer: { ${optimizer}: {} } }\n`,
      'spec.yaml',
    ),
  );
}

it('a network that could be saved but never read is refused', async () => {
  const words = 2 ** 32 / 4 / (2 * 4096 + 1);
  const sgd = await wide('sgd');
  expect(() => checkCheckpointSize(sgd, Math.floor(0.8 * words))).not.toThrow();
  expect(() => checkCheckpointSize(sgd, Math.ceil(words))).toThrow('but at most 4.3 GB can be read back');
});

it('the state of the optimizer is counted, and the cure says so', async () => {
  const adam = await wide('adam');
  const words = 2 ** 32 / 4 / (2 * 4096 + 1);
  expect(() => checkCheckpointSize(adam, Math.floor(0.2 * words))).not.toThrow();
  expect(() => checkCheckpointSize(adam, Math.floor(0.4 * words))).toThrow(
    expect.objectContaining({
      cures: expect.arrayContaining([expect.stringContaining('training.optimizer sgd')]),
    }),
  );
});
