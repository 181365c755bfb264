import { afterEach, describe, expect, it } from 'vitest';
import { ProgressReporter } from '../../src/cli/progress.js';
import type { Progress } from '../../src/progress.js';
import { FakeLog, FakeTerminal } from './fake-terminal.js';

let seconds = 0;
let reporter: ProgressReporter | undefined;

afterEach(() => {
  reporter?.stop();
  seconds = 0;
});

function report(stream: FakeLog | FakeTerminal): ProgressReporter {
  reporter = new ProgressReporter(stream as unknown as NodeJS.WritableStream, () => seconds);
  return reporter;
}

const epoch = (done: number, detail?: string): Progress => ({
  label: 'epoch 1',
  done,
  total: 100,
  unit: 'windows',
  detail,
});

describe('in a log file', () => {
  it('writes the first state at once, then one every five seconds, and the last', () => {
    const log = new FakeLog();
    const progress = report(log);
    for (let window = 0; window <= 83; window++) {
      seconds = window / 10;
      progress.update(epoch(window));
    }
    progress.stop();
    expect(log.lines).toEqual([
      'epoch 1: 0% 0/100 windows',
      'epoch 1: 50% 50/100 windows, 10/s, 5.0 s left',
      'epoch 1: 83% 83/100 windows, 10/s, 1.7 s left',
    ]);
  });

  it('does not repeat a last state that has been written', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(1));
    progress.stop();
    progress.stop();
    expect(log.lines).toHaveLength(1);
  });

  it('ends the line of one label before it begins the next', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(0));
    seconds = 1;
    progress.update(epoch(100, 'perplexity 181.2'));
    progress.update({ label: 'valid', done: 3, unit: 'tokens' });
    expect(log.lines).toEqual([
      'epoch 1: 0% 0/100 windows',
      'epoch 1: 100% 100/100 windows, perplexity 181.2, 100/s',
      'valid: 3 tokens',
    ]);
  });

  it('counts the rate from where a resumed epoch began', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(60));
    seconds = 10;
    progress.update(epoch(80));
    expect(log.lines[1]).toBe('epoch 1: 80% 80/100 windows, 2.0/s, 10 s left');
  });

  it('writes notes as lines', () => {
    const log = new FakeLog();
    report(log).note('checkpoint saved');
    expect(log.text).toBe('checkpoint saved\n');
  });
});

describe('on a terminal', () => {
  it('draws a bar and leaves its last state', () => {
    const terminal = new FakeTerminal();
    const progress = report(terminal);
    progress.update(epoch(0));
    seconds = 2;
    progress.update(epoch(50, 'perplexity 181.2'));
    progress.stop();
    expect(terminal.screen).toBe(
      `epoch 1 ${'█'.repeat(12)}${'░'.repeat(12)} 50% 50/100 windows, perplexity 181.2, 25/s, 2.0 s left`,
    );
  });

  it('puts notes above the bar', () => {
    const terminal = new FakeTerminal();
    const progress = report(terminal);
    progress.update(epoch(0));
    progress.note('first note');
    progress.note('second note');
    progress.update(epoch(100));
    progress.stop();
    progress.note('last note');
    expect(terminal.screen.split('\n')).toEqual([
      'first note',
      'second note',
      `epoch 1 ${'█'.repeat(24)} 100% 100/100 windows`,
      'last note',
    ]);
  });

  it('gives up the bar, not the figures, on a narrow terminal', () => {
    const terminal = new FakeTerminal(45);
    const progress = report(terminal);
    progress.update(epoch(50));
    progress.note('next');
    progress.update(epoch(50, 'perplexity 181.2'));
    progress.stop();
    expect(terminal.screen.split('\n')).toEqual(['next', 'epoch 1 50% 50/100 windows, perplexity 181.2']);
  });

  it('gives each label its own line, without a bar when the total is unknown', () => {
    const terminal = new FakeTerminal();
    const progress = report(terminal);
    progress.update({ label: 'ptb.train.txt', done: 5_100_000, total: 5_101_618, unit: 'bytes' });
    progress.update({ label: 'reading', done: 12_000_000, unit: 'bytes' });
    progress.stop();
    expect(terminal.screen.split('\n')).toEqual([
      `ptb.train.txt ${'█'.repeat(24)} 99% 5.10 MB/5.10 MB`,
      'reading 12.0 MB',
    ]);
  });
});
