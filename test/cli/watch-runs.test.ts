/** `zlm runs --watch` on an emulated terminal. */
import { expect, it, vi } from 'vitest';
import { type View, type WatchStream, watch } from '../../src/cli/watch-runs.js';
import { FakeLog, Screen } from '../terminal/screen.js';

/** A stream of a terminal with so many rows; the emulator's own `rows()` is what it shows. */
function streamOf(screen: Screen, rows: number): WatchStream {
  const stream = {
    isTTY: true,
    rows,
    get columns() {
      return screen.columns;
    },
    write: (text: string) => screen.write(text),
    on: (event: string, listener: () => void) => screen.on(event, listener),
    removeListener: (event: string, listener: () => void) => screen.off(event, listener),
  };
  return stream as unknown as WatchStream;
}

function viewOf(text: string, state = text): View {
  return { state, render: () => text };
}

/** Shows views one after the other, looks at the screen after each, and interrupts after the last. */
async function showAll(
  stream: WatchStream,
  views: readonly View[],
  onShown: (index: number) => Promise<void> = async () => {},
): Promise<void> {
  const controller = new AbortController();
  let index = 0;
  const look = async () => {
    if (index > 0) await onShown(index - 1);
    if (index === views.length - 1) controller.abort();
    return views[index++] as View;
  };
  await watch(look, 0.001, controller.signal, stream);
}

it('the table is redrawn in place, also with fewer and more lines, and the cursor ends below it', async () => {
  const screen = new Screen(60, 10);
  screen.write('$ zlm runs --watch\n');
  const seen: string[][] = [];
  const views = ['a\nb\nc', 'a', 'a\nb'].map((text) => viewOf(text));
  await showAll(streamOf(screen, 10), views, async () => void seen.push(await screen.rows()));
  seen.push(await screen.rows());
  const prompt = '$ zlm runs --watch';
  expect(seen).toEqual([
    [prompt, 'a', 'b', 'c'],
    [prompt, 'a'],
    [prompt, 'a', 'b'],
  ]);
  expect(await screen.cursor()).toEqual({ row: 3, column: 0 });
  expect(screen.bytes.endsWith('\u001b[?25h')).toBe(true);
  expect(screen.listeners).toBe(0);
});

it.each([60, 80, 120, 200])('the table never wraps or scrolls on %i columns', async (columns) => {
  const screen = new Screen(columns, 8);
  const views = Array.from({ length: 5 }, (_, round) =>
    viewOf(Array.from({ length: 20 }, (_line, line) => `${line}.${round} ${'x'.repeat(300)}`).join('\n')),
  );
  await showAll(streamOf(screen, 8), views);
  const rows = await screen.rows();
  expect(rows).toHaveLength(7);
  expect(rows.map((row) => row.split(' ')[0])).toEqual(['0.4', '1.4', '2.4', '3.4', '4.4', '5.4', '…']);
  expect(rows.at(-1)).toBe('… 14 more lines');
  for (const row of rows) expect(row.length).toBeLessThan(columns);
});

it('the table is redrawn when the terminal becomes narrower', async () => {
  const screen = new Screen(100, 10);
  const view = { state: '', render: (width: number) => `${'x'.repeat(width)}\nend` };
  await showAll(streamOf(screen, 10), [view, view], async () => {
    await screen.resize(60);
    expect(await screen.rows()).toEqual(['x'.repeat(59), 'end']);
  });
});

it('the cursor is shown again when reading the runs fails', async () => {
  const screen = new Screen();
  const failing = watch(
    () => Promise.reject(new Error('gone')),
    1,
    new AbortController().signal,
    streamOf(screen, 24),
  );
  await expect(failing).rejects.toThrow('gone');
  expect(screen.bytes).toBe('\u001b[?25l\u001b[?25h');
});

it('changes are printed as lines where there is no terminal, or one without control sequences', async () => {
  const views = [viewOf('a'), viewOf('a 1', 'a'), viewOf('b')];
  const log = new FakeLog();
  await showAll(log as unknown as WatchStream, views);
  expect(log.text).toBe('a\n\nb\n');
  vi.stubEnv('TERM', 'dumb');
  const screen = new Screen();
  await showAll(streamOf(screen, 24), views);
  expect(screen.bytes).toBe('a\n\nb\n');
  vi.unstubAllEnvs();
});

it('a terminal that says it has no columns and no rows is taken for one of the usual size', async () => {
  const screen = new Screen(80, 24);
  const stream = { ...streamOf(screen, 0), isTTY: true, rows: 0, columns: 0 } as unknown as WatchStream;
  await showAll(stream, [viewOf('a table that is wider than nothing\nand has two lines')]);
  expect(await screen.rows()).toEqual(['a table that is wider than nothing', 'and has two lines']);
});
