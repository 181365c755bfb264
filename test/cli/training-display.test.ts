import { describe, expect, it } from 'vitest';
import type { ProgressReporter } from '../../src/cli/progress.js';
import { interruption, renderOutcome, TrainingDisplay } from '../../src/cli/training-display.js';
import { START } from '../../src/runs/position.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import type { EpochEvent } from '../../src/training/events.js';
import type { TrainingSession } from '../../src/training/session.js';
import type { TrainOutcome } from '../../src/training/train.js';

const OUTCOME: TrainOutcome = {
  outcome: 'finished',
  alreadyFinished: false,
  stoppedEarly: false,
  longer: 'training.epochs=26',
  run: 'small',
  folder: 'runs/small',
  corpus: 'ptb',
  backend: 'native',
  epochs: 13,
  windows: 30_199,
  best: { epoch: 12, perplexity: 119.666 },
  seconds: 7500,
};

describe('the outcome of a training', () => {
  const render = (changed: Partial<TrainOutcome>) =>
    renderOutcome({ ...OUTCOME, ...changed }, ' --runs r').split('\n');
  const trained = 'trained 13 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 12';
  const last = ['run folder runs/small', 'next: zlm eval small --split test --runs r'];

  it('is what it trained and what comes next', () => {
    expect(render({})).toEqual([trained, ...last]);
  });

  it('quotes for the shell what it must', () => {
    expect(render({ run: 'my spec', alreadyFinished: true })).toEqual([
      `run my spec is finished already: ${trained}`,
      'run folder runs/small',
      "longer: zlm train --resume 'my spec' --set training.epochs=26 --runs r",
      "next: zlm eval 'my spec' --split test --runs r",
    ]);
    expect(interruption({ ...OUTCOME, run: 'my spec' }, '').cures).toEqual([
      "Go on with it: `zlm train --resume 'my spec'`.",
    ]);
    expect(interruption({ ...OUTCOME, run: 'my spec', ngrams: [] }, '').cures).toEqual([
      "Count them again, which takes seconds: `zlm train --resume 'my spec'`.",
    ]);
  });

  it('tells that the run stopped early', () => {
    const best = { epoch: 10, perplexity: 119.666 };
    expect(render({ stoppedEarly: true, best })[0]).toBe(
      'stopped early, 3 epochs after the best; trained 13 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 10',
    );
    expect(render({ stoppedEarly: true })[0]).toBe(`stopped early, 1 epoch after the best; ${trained}`);
  });

  it('tells how to train longer when there was nothing left to train', () => {
    expect(render({ alreadyFinished: true })).toEqual([
      `run small is finished already: ${trained}`,
      'run folder runs/small',
      'longer: zlm train --resume small --set training.epochs=26 --runs r',
      last[1],
    ]);
    const longer = 'training.earlyStopping=null';
    expect(render({ alreadyFinished: true, stoppedEarly: true, longer })).toEqual([
      `run small is finished already: stopped early, 1 epoch after the best; ${trained}`,
      'run folder runs/small',
      'longer: zlm train --resume small --set training.earlyStopping=null --runs r',
      last[1],
    ]);
    expect(render({ alreadyFinished: true, longer: null })).toEqual([
      `run small is finished already: ${trained}`,
      ...last,
    ]);
  });
});

it('the line of a session tells where it goes on, if there is anything left to train', () => {
  const notes: string[] = [];
  const reporter = { note: (line: string) => notes.push(line) } as unknown as ProgressReporter;
  const { onSession } = new TrainingDisplay(reporter).hooks;
  const session = {
    run: new RunFolder('runs/small'),
    spec: { model: {}, training: { epochs: 13 } },
    position: { ...START, windows: 40, epochs: 3 },
    isOver: false,
  } as TrainingSession;
  onSession({ ...session, position: START });
  onSession(session);
  onSession({ ...session, isOver: true });
  expect(notes).toEqual(['run runs/small', 'run runs/small, going on after 40 windows', 'run runs/small']);
});

it('the line of an epoch tells when the parameters were averaged', () => {
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
  display.hooks.onEvent(event);
  display.hooks.onEvent({ ...event, averaged: true, isBest: false });
  expect(notes.map((note) => note.replace(/^epoch 2\/\d+: /, ''))).toEqual([
    'train perplexity 90.00, valid 110.00 (best), learning rate 0.5, 1 min 23 s',
    'train perplexity 90.00, valid 110.00, learning rate 0.5, averaged, 1 min 23 s',
  ]);
});
