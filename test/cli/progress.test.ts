import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressReporter } from '../../src/cli/progress.js';
import type { Progress } from '../../src/progress.js';
import { FakeLog, Screen } from '../terminal/screen.js';

let seconds = 0;
let reporter: ProgressReporter | undefined;

// cli-progress counts the time between two drawings by the clock of the system.
beforeEach(() => vi.spyOn(Date, 'now').mockImplementation(() => seconds * 1000));

afterEach(() => {
  reporter?.stop();
  vi.restoreAllMocks();
  seconds = 0;
});

function report(stream: FakeLog | Screen, term = 'xterm-256color'): ProgressReporter {
  const now = () => seconds;
  reporter = new ProgressReporter(stream as unknown as NodeJS.WritableStream, { term, now });
  return reporter;
}

const epoch = (done: number, ...figures: string[]): Progress => ({
  label: 'epoch 1',
  done,
  total: 100,
  unit: 'windows',
  figures,
});

describe('in a log file', () => {
  it('the log has the first state at once, then one every five seconds, and the last', () => {
    const log = new FakeLog();
    const progress = report(log);
    for (let window = 0; window <= 83; window++) {
      seconds = window / 10;
      progress.update(epoch(window));
    }
    progress.stop();
    expect(log.lines).toEqual([
      'epoch 1: 0% 0/100 windows',
      'epoch 1: 50% 50/100 windows, 10 windows/s, 5.0 s left',
      'epoch 1: 83% 83/100 windows, 10 windows/s, 1.7 s left',
    ]);
  });

  it('a last state that has been written is not repeated', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(1));
    progress.stop();
    progress.stop();
    expect(log.lines).toHaveLength(1);
  });

  it('the line of one label ends before the next begins', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(0));
    seconds = 1;
    progress.update(epoch(100, 'perplexity 181.2'));
    progress.update({ label: 'valid', done: 3, unit: 'tokens' });
    expect(log.lines).toEqual([
      'epoch 1: 0% 0/100 windows',
      'epoch 1: 100% 100/100 windows, perplexity 181.2, 100 windows/s',
      'valid: 3 tokens',
    ]);
  });

  it('the rate counts from the state in which a resumed epoch began', () => {
    const log = new FakeLog();
    const progress = report(log);
    progress.update(epoch(60));
    seconds = 10;
    progress.update(epoch(80));
    expect(log.lines[1]).toBe('epoch 1: 80% 80/100 windows, 2.0 windows/s, 10 s left');
  });

  it('notes are written as lines', () => {
    const log = new FakeLog();
    report(log).note('checkpoint saved');
    expect(log.text).toBe('checkpoint saved\n');
  });
});

/** A state of a training in which every figure is long. */
const LONG: Progress = {
  label: 'epoch 12/39',
  done: 1_045,
  total: 2_323,
  unit: 'windows',
  figures: ['perplexity 181.20'],
  rate: { perSecond: 12_704, unit: 'tokens' },
};

describe('on a terminal', () => {
  it('a bar leaves its last state, with the cursor on the next line', async () => {
    const screen = new Screen();
    const progress = report(screen);
    progress.update(epoch(0));
    seconds = 2;
    progress.update(epoch(50, 'perplexity 181.2'));
    progress.stop();
    expect(await screen.rows()).toEqual([
      `epoch 1 ${'█'.repeat(12)}${'░'.repeat(12)} 50% 50/100 windows, perplexity 181.2, 25 windows/s, 2.0 s left`,
    ]);
    expect(await screen.cursor()).toEqual({ row: 1, column: 0 });
  });

  it('notes appear above the bar, whatever their length', async () => {
    const screen = new Screen(40);
    const progress = report(screen);
    progress.update(epoch(0));
    progress.note('first note');
    progress.note('x'.repeat(40));
    progress.note(`${'y'.repeat(40)}z`);
    progress.update(epoch(100));
    progress.stop();
    progress.note('last note');
    expect(await screen.rows()).toEqual([
      'first note',
      'x'.repeat(40),
      'y'.repeat(40),
      'z',
      `epoch 1 ${'█'.repeat(10)} 100% 100/100 windows`,
      'last note',
    ]);
  });

  it('the bar shows the latest state even if nothing new arrives', async () => {
    const screen = new Screen();
    const progress = report(screen);
    progress.update(epoch(0));
    seconds = 0.05;
    progress.update(epoch(70));
    expect((await screen.rows())[0]).toContain(' 0% ');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await screen.rows())[0]).toContain(' 70% ');
  });

  it('each label has its own line, without a bar when the total is unknown', async () => {
    const screen = new Screen();
    const progress = report(screen);
    progress.update({ label: 'ptb.train.txt', done: 5_100_000, total: 5_101_618, unit: 'bytes' });
    progress.update({ label: 'reading', done: 12_000_000, unit: 'bytes' });
    progress.stop();
    expect(await screen.rows()).toEqual([
      `ptb.train.txt ${'█'.repeat(23)}░ 99% 5.10 MB/5.10 MB`,
      'reading 12.0 MB',
    ]);
  });

  it('a temporary bar is removed when its label is finished', async () => {
    const screen = new Screen();
    const progress = report(screen);
    progress.update(epoch(100), true);
    progress.update({ ...epoch(100), label: 'validation' }, true);
    progress.stop();
    progress.note('epoch 1/1: valid 119.67');
    expect(await screen.rows()).toEqual(['epoch 1/1: valid 119.67']);
  });

  it('a temporary bar is removed after a note has moved it and the terminal has become narrower', async () => {
    const screen = new Screen(120);
    const progress = report(screen);
    progress.update(LONG, true);
    progress.note('note');
    await screen.resize(60, false);
    progress.stop();
    expect(await screen.rows()).toEqual(['note']);
    expect(await screen.cursor()).toEqual({ row: 1, column: 0 });
  });

  it('no mode of the terminal is changed, which would stay changed if zlm is killed', () => {
    const screen = new Screen(80);
    const progress = report(screen);
    progress.update(LONG);
    progress.note('note');
    progress.stop();
    expect(screen.bytes).toContain('█');
    expect(screen.bytes).not.toContain('\u001b[?');
  });

  it('a bar leaves nothing behind when the terminal becomes narrower, and fits when it becomes wider, before a signal arrives', async () => {
    const screen = new Screen(120);
    const progress = report(screen);
    progress.note('note');
    progress.update({ ...LONG, done: 45 });
    seconds = 60;
    progress.update(LONG);
    await screen.resize(60, false);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const narrow = (await screen.rows()).slice(1);
    expect(narrow).toEqual([
      expect.stringMatching(/^epoch 12\/39 █+░+ 44%, perplexity 181\.20, 1 min 17 s left$/),
    ]);
    expect(narrow[0]?.length).toBeLessThan(60);
    await screen.resize(200, false);
    progress.stop();
    expect((await screen.rows()).slice(1)).toEqual([
      `epoch 12/39 ${'█'.repeat(10)}${'░'.repeat(14)} 44% 1,045/2,323 windows, perplexity 181.20, 12,704 tokens/s, 1 min 17 s left`,
    ]);
  });

  it('the bar overwrites the ^C that the terminal writes into its line', async () => {
    const screen = new Screen(80);
    const progress = report(screen);
    progress.update(LONG);
    screen.write('^C');
    progress.note('Finishing the window and saving; interrupt again to stop at once');
    screen.write('^C');
    progress.stop();
    expect(await screen.rows()).toEqual([
      'Finishing the window and saving; interrupt again to stop at once',
      expect.stringMatching(/^epoch 12\/39 █/),
    ]);
    expect(await screen.cursor()).toEqual({ row: 2, column: 0 });
  });

  it('the bar overwrites a ^C that the terminal writes while the bar is drawn', async () => {
    const screen = new Screen(60);
    const progress = report(screen);
    screen.echo = '^C';
    progress.update(LONG);
    screen.echo = '';
    progress.note('Finishing the window and saving');
    progress.stop();
    expect(await screen.rows()).toEqual([
      'Finishing the window and saving',
      expect.stringMatching(/^epoch 12\/39 █/),
    ]);
  });

  it('figures stay in place while their lengths change', async () => {
    const screen = new Screen(70);
    const progress = report(screen);
    const withSpeed = (perSecond: number, done: number) =>
      progress.update({ ...LONG, label: 'epoch 1', done, rate: { perSecond, unit: 'tokens' } });
    withSpeed(9, 0);
    seconds = 100;
    withSpeed(99_000, 1000);
    const omitted = (await screen.rows())[0];
    seconds = 101;
    withSpeed(9, 1010);
    const after = (await screen.rows())[0];
    expect(omitted).not.toContain('tokens/s');
    expect(after).not.toContain('tokens/s');
  });
});

describe('on a terminal that understands no control sequences', () => {
  it('a terminal without control sequences gets plain lines', () => {
    const screen = new Screen();
    const progress = report(screen, 'dumb');
    progress.update(epoch(0));
    progress.note('note');
    seconds = 6;
    progress.update(epoch(60));
    progress.stop();
    expect(screen.bytes).toBe(
      'epoch 1: 0% 0/100 windows\nnote\nepoch 1: 60% 60/100 windows, 10 windows/s, 4.0 s left\n',
    );
  });
});
