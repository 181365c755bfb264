import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstTrainingOn, topicTrainingOn } from '../../src/cli/suggested-training.js';
import PrepareText from '../../src/commands/prepare/text.js';
import PrepareTopics from '../../src/commands/prepare/topics.js';
import Train from '../../src/commands/train.js';
import type { Manifest } from '../../src/corpus/manifest.js';
import type { TrainingOutcome } from '../../src/systems/system.js';
import { tempFolder } from '../temp-folder.js';
import { ROOT, runCommand } from './capture.js';

/** Returns lines of at most four words of nine, with `count` tokens including the ends of lines. */
function textOf(tokens: number): string {
  const words = Array.from({ length: tokens }, (_, index) =>
    index % 5 === 4 ? '\n' : `w${(index * 7) % 9} `,
  );
  return `${words.slice(0, -1).join('')}\n`;
}

/** Prepares a text with the given tokens in each split, and returns the suggested words after `zlm train`. */
async function prepare(folder: string, train: number, valid: number): Promise<string[]> {
  const file = (split: string, tokens: number) => {
    writeFileSync(join(folder, split), textOf(tokens));
    return [`--${split}`, join(folder, split)];
  };
  const texts = [file('train', train), file('valid', valid), file('test', valid)].flat();
  const argv = ['short', ...texts, '--data', join(folder, 'data'), '--json'];
  const { error, result } = await runCommand<{ next: string; splits: Manifest['splits'] }>(PrepareText, argv);
  expect(error).toBeUndefined();
  expect([result?.splits.train.tokens, result?.splits.valid.tokens]).toEqual([train, valid]);
  return wordsAfterTrain(result?.next);
}

function wordsAfterTrain(next: string | null | undefined): string[] {
  const [zlm, train, ...words] = `${next}`.split(' ');
  expect([zlm, train]).toEqual(['zlm', 'train']);
  return words;
}

describe('the command that zlm prepare text suggests', () => {
  it.each([
    [2, 2],
    [5, 5],
    [20, 20],
    [100, 100],
    [100, 2],
    [2, 100],
    [5, 1],
  ])(
    'the suggested command trains on a text of %i tokens for training and %i for validation',
    { timeout: 180_000 },
    async (train, valid) => {
      const folder = tempFolder();
      const words = await prepare(folder, train, valid);
      const place = ['--runs', join(folder, 'runs'), '--backend', 'wasm', '--json'];
      const { error, result } = await runCommand<TrainingOutcome>(Train, [...words, ...place]);
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ outcome: 'finished', corpus: 'short' });
    },
  );

  it.each([
    [1000, 1000],
    [10_000, 10_000],
    [10_000, 7],
  ])(
    'the suggested command plans a training on a text of %i tokens for training and %i for validation',
    async (train, valid) => {
      const words = await prepare(tempFolder(), train, valid);
      const { error } = await runCommand(Train, [...words, '--dry-run', '--backend', 'wasm', '--json']);
      expect(error).toBeUndefined();
    },
  );
});

/** The manifest of a corpus with the given tokens in each split. */
function manifestOf(
  train: number,
  valid: number,
  words = 50,
): Pick<Manifest, 'name' | 'vocabulary' | 'splits'> {
  const split = (tokens: number) => ({
    tokens,
    lines: 1,
    types: 1,
    unknown: 0,
    bytes: 4 * tokens,
    sha256: '',
  });
  const splits = { train: split(train), valid: split(valid), test: split(valid) };
  return { name: 'own', vocabulary: { size: words, sha256: '', unk: true }, splits };
}

const overridesOf = (words: readonly string[] | undefined) =>
  words?.filter((word) => word !== '--set').slice(1);

describe('what is changed of the quickstart', () => {
  it.each([
    ['nothing for a long text', 200_000, 10_000, []],
    ['the length of an epoch for a shorter one', 10_000, 10_000, ['training.windowsPerEpoch=null']],
    [
      'the batch, so that a window fits, for one still shorter',
      100,
      100,
      ['training.batchSize=4', 'training.windowsPerEpoch=null'],
    ],
    ['the batch where validation is short', 200_000, 7, ['training.batchSize=3']],
    [
      'the window too where a single column is shorter',
      20,
      20,
      ['training.batchSize=1', 'training.bptt=19', 'training.windowsPerEpoch=null'],
    ],
  ])('the suggestion changes %s', async (_, train, valid, overrides) => {
    const words = await firstTrainingOn(manifestOf(train, valid), ROOT);
    expect(words[0]).toBe('configs/quickstart.yaml');
    expect(overridesOf(words)).toEqual(['corpus=own', ...overrides]);
  });

  it('a text too short to validate a network gets the command of an n-gram model', async () => {
    expect(await firstTrainingOn(manifestOf(100, 1), ROOT)).toEqual([
      'configs/kn5.yaml',
      '--set',
      'corpus=own',
    ]);
  });
});

describe('the command that zlm prepare topics suggests', () => {
  it('the suggested command trains on a short text with topics', async () => {
    const folder = tempFolder();
    await prepare(folder, 300, 30);
    const argv = ['short', '--topics', '3', '--iterations', '2', '--data', join(folder, 'data'), '--json'];
    const { result } = await runCommand<{ next: string }>(PrepareTopics, argv);
    const words = wordsAfterTrain(result?.next);
    const { error } = await runCommand(Train, [...words, '--dry-run', '--backend', 'wasm', '--json']);
    expect(error).toBeUndefined();
  });

  it('the suggested batch fits the text', async () => {
    expect(overridesOf(await topicTrainingOn(manifestOf(300, 30), 3, ROOT))).toEqual([
      ...['corpus=own', 'model.context.topics=3', 'training.batchSize=14'],
    ]);
  });

  it.each([
    ['more topics than words', manifestOf(1000, 100, 20)],
    ['a split of one token', manifestOf(1000, 1)],
  ])('there is no suggestion for %s', async (_, manifest) => {
    expect(await topicTrainingOn(manifest, 40, ROOT)).toBeUndefined();
  });
});
