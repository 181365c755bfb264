import { describe, expect, it } from 'vitest';
import { interruption, renderOutcome } from '../../src/cli/outcome-text.js';
import type { NetworkOutcome, NgramOutcome } from '../../src/systems/system.js';

const NETWORK: NetworkOutcome = {
  system: 'network',
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

const NGRAM: NgramOutcome = {
  system: 'ngram',
  outcome: 'finished',
  alreadyFinished: false,
  run: 'kn3',
  folder: 'runs/kn3',
  corpus: 'ptb',
  ngrams: [9_999, 300_000, 1_000_000],
  fallbackOrders: [],
  epochs: 1,
  best: { epoch: 1, perplexity: 150.5 },
  seconds: 3,
};

describe('the outcome of a training', () => {
  const render = (changed: Partial<NetworkOutcome>) =>
    renderOutcome({ ...NETWORK, ...changed }, ' --runs r').split('\n');
  const trained = 'trained 13 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 12';
  const next = ['next: zlm eval small --split test --runs r', 'report: zlm report small --runs r'];
  const last = ['run folder runs/small', ...next];

  it('the outcome of a training names what was trained and the next command', () => {
    expect(render({})).toEqual([trained, ...last]);
  });

  it('the suggested commands are quoted for the shell', () => {
    expect(render({ run: 'my spec', alreadyFinished: true })).toEqual([
      `run my spec is finished already: ${trained}`,
      'run folder runs/small',
      "longer: zlm train --resume 'my spec' --set training.epochs=26 --runs r",
      "next: zlm eval 'my spec' --split test --runs r",
      "report: zlm report 'my spec' --runs r",
    ]);
    expect(interruption({ ...NETWORK, run: 'my spec' }, '').cures).toEqual([
      "Continue it: `zlm train --resume 'my spec'`.",
    ]);
    expect(interruption({ ...NGRAM, run: 'my spec', ngrams: [] }, '').cures).toEqual([
      "Count them again, which takes seconds: `zlm train --resume 'my spec'`.",
    ]);
  });

  it('the outcome says that the run stopped early', () => {
    const best = { epoch: 10, perplexity: 119.666 };
    expect(render({ stoppedEarly: true, best })[0]).toBe(
      'stopped early, 3 epochs after the best; trained 13 epochs in 2 h 5 min; best valid perplexity 119.67 in epoch 10',
    );
    expect(render({ stoppedEarly: true })[0]).toBe(`stopped early, 1 epoch after the best; ${trained}`);
  });

  it('the outcome of a finished run says how to train longer', () => {
    expect(render({ alreadyFinished: true })).toEqual([
      `run small is finished already: ${trained}`,
      'run folder runs/small',
      'longer: zlm train --resume small --set training.epochs=26 --runs r',
      ...next,
    ]);
    const longer = 'training.earlyStopping=null';
    expect(render({ alreadyFinished: true, stoppedEarly: true, longer })).toEqual([
      `run small is finished already: stopped early, 1 epoch after the best; ${trained}`,
      'run folder runs/small',
      'longer: zlm train --resume small --set training.earlyStopping=null --runs r',
      ...next,
    ]);
    expect(render({ alreadyFinished: true, longer: null })).toEqual([
      `run small is finished already: ${trained}`,
      ...last,
    ]);
  });

  it('the outcome of an n-gram model names what was counted', () => {
    const last = ['run folder runs/kn3', 'next: zlm eval kn3 --split test', 'report: zlm report kn3'];
    const counted = 'counted 1,309,999 n-grams up to order 3 in 3.0 s; valid perplexity 150.50';
    expect(renderOutcome(NGRAM, '').split('\n')).toEqual([counted, ...last]);
    expect(renderOutcome({ ...NGRAM, alreadyFinished: true, fallbackOrders: [3] }, '').split('\n')).toEqual([
      `run kn3 is finished already: ${counted}`,
      expect.stringMatching(/^fixed discounts of .* for order 3: /),
      ...last,
    ]);
  });
});
