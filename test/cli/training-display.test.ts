import { expect, it } from 'vitest';
import type { ProgressReporter } from '../../src/cli/progress.js';
import { TrainingDisplay } from '../../src/cli/training-display.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { START } from '../../src/runs/training-progress.js';
import type { EpochEvent, SessionEvent } from '../../src/training/events.js';

it('the line of a session says where it continues, if anything is left to train', () => {
  const notes: string[] = [];
  const reporter = { note: (line: string) => notes.push(line) } as unknown as ProgressReporter;
  const { show } = new TrainingDisplay(reporter);
  const session: SessionEvent = {
    kind: 'session',
    metric: 'perplexity',
    system: 'network',
    run: new RunFolder('runs/small'),
    epochs: 13,
    position: { ...START, windows: 40, epochs: 3 },
    isOver: false,
  };
  show({ ...session, position: START });
  show(session);
  show({ ...session, isOver: true });
  expect(notes).toEqual(['run runs/small', 'run runs/small, continuing after 40 windows', 'run runs/small']);
});

it('the line of an epoch says when the parameters were averaged', () => {
  const notes: string[] = [];
  const reporter = { note: (line: string) => notes.push(line) } as unknown as ProgressReporter;
  const display = new TrainingDisplay(reporter);
  const event: EpochEvent = {
    kind: 'epoch',
    epoch: 2,
    learningRate: 0.5,
    averaged: false,
    trainPerplexity: 90,
    validPerplexity: 110,
    validPredictions: 99,
    isBest: true,
    position: { ...START, seconds: 83 },
  };
  display.show(event);
  display.show({ ...event, averaged: true, isBest: false });
  expect(notes.map((note) => note.replace(/^epoch 2\/\d+: /, ''))).toEqual([
    'train perplexity 90.00, valid 110.00 (best), learning rate 0.5, 1 min 23 s',
    'train perplexity 90.00, valid 110.00, learning rate 0.5, averaged, 1 min 23 s',
  ]);
});
