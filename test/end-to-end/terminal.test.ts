/** zlm behind a real pseudo terminal, typed into a shell and watched on the screen of a terminal emulator. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visibleWidth } from '../../src/cli/text-width.js';
import { ZLM } from '../cli/capture.js';
import { NO_TERMINAL, TerminalSession } from '../terminal/terminal-session.js';
import { TrainedFolder } from '../trained-folder.js';

/** A training that is long enough for a test to look at it. */
const LONG_TRAINING =
  'zlm train tiny.yaml --backend cpu --set training.epochs=100 --set training.batchSize=1 --set training.bptt=2';

let folder: TrainedFolder;
let session: TerminalSession | undefined;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('shell.rc', `PS1='$ '\nzlm() { ${process.execPath} ${ZLM} "$@"; }\n`);
});

afterAll(() => {
  session?.close();
  folder.remove();
});

const isPrompt = (row: string | undefined) => row?.trim() === '$';
const isBar = (row: string) => /[█░]/.test(row);

/** A shell of some width that shows its prompt. */
async function shell(columns: number): Promise<TerminalSession> {
  session?.close();
  session = new TerminalSession(columns, ['bash', '--rcfile', join(folder.path, 'shell.rc'), '-i'], {
    cwd: folder.path,
  });
  await session.until((rows) => isPrompt(rows.at(-1)));
  return session;
}

/** Types a command and returns the text between it and the next prompt. */
async function output(shell: TerminalSession, command: string): Promise<string[]> {
  shell.type(`clear; ${command}\n`);
  const rows = await shell.until((rows) => rows.length > 1 && isPrompt(rows.at(-1)), 120);
  return rows.slice(0, -1);
}

describe.skipIf(NO_TERMINAL)(`in a shell on a terminal${NO_TERMINAL}`, () => {
  it.each([
    ['train', 'zlm train tiny.yaml --backend cpu', /\nnext: zlm eval .*\nreport: zlm report .*$/],
    ['eval', 'zlm eval tiny --backend cpu', /\n.* on backend cpu$/],
    ['sample', 'zlm sample tiny --backend cpu --length 5', /\n[a-z ]+$/],
    ['prepare text', 'zlm prepare text again --text data/small-text/train', /\nnext: zlm train [^█░]*$/],
    ['prepare topics', 'zlm prepare topics small --topics 2 --iterations 3', /\nnext: zlm train [^█░]*$/],
    [
      'bench',
      'zlm bench tiny.yaml --backend cpu --rounds 1 --seconds 1 --vocab-size 50 --no-product',
      /\ntiny +cpu +f32 .*$/,
    ],
  ])(
    '%s leaves its result and the prompt on lines of their own',
    async (_, command, last) => {
      const rows = await output(await shell(80), command);
      expect(rows.join('\n')).toMatch(last);
      for (const row of rows.filter(isBar)) {
        expect(row).toMatch(/^\S.* [█░]{6,24} 100%/);
        expect(visibleWidth(row)).toBeLessThan(80);
      }
    },
    180_000,
  );

  it.each([60, 80, 120, 200])(
    'train shows a bar that fits %i columns',
    async (columns) => {
      const terminal = await shell(columns);
      terminal.type(`clear; ${LONG_TRAINING}\n`);
      const rows = await terminal.until((rows) => rows.some((row) => /^epoch .* left$/.test(row)), 120);
      const bars = rows.filter(isBar);
      expect(bars).toHaveLength(1);
      expect(bars[0]).toMatch(/^epoch \d+\/100 [█░]{6,24} \d+%.*, perplexity [\d.]+,.* left$/);
      expect(visibleWidth(bars[0] ?? '')).toBeLessThan(columns);
      terminal.type('\u0003');
      await terminal.until((rows) => isPrompt(rows.at(-1)), 60);
    },
    180_000,
  );

  it("train survives a change of the terminal's size, and Ctrl-C ends it on a line of its own", async () => {
    const terminal = await shell(120);
    terminal.type(`clear; ${LONG_TRAINING} --name resized\n`);
    await terminal.until((rows) => rows.some((row) => isBar(row) && row.length > 80), 120);
    await terminal.resize(60);
    const narrow = await terminal.until((rows) => rows.some((row) => isBar(row) && row.length < 60));
    expect(narrow.filter(isBar)).toHaveLength(1);
    terminal.type('\u0003');
    const rows = await terminal.until((rows) => isPrompt(rows.at(-1)), 60);
    expect(rows.filter((row) => isBar(row) || row.includes('^C'))).toEqual([]);
    const words = rows.join(' ').split(/ +/).join(' ');
    expect(words).toContain('Finishing the window and saving; interrupt again to stop at once');
    expect(words).toMatch(/✖ Interrupted after \d+ windows; the state is saved/);
  }, 180_000);
});

describe.skipIf(NO_TERMINAL)(`at TERM=dumb${NO_TERMINAL}`, () => {
  it.each([
    ['train', ['train', 'tiny.yaml', '--backend', 'cpu']],
    ['eval', ['eval', 'tiny', '--backend', 'cpu']],
    ['runs', ['runs']],
    ['spec check', ['spec', 'check', 'missing.yaml']],
    ['help', ['--help']],
  ])(
    '%s writes no escape sequence at TERM=dumb',
    async (_, argv) => {
      const terminal = new TerminalSession(80, [process.execPath, ZLM, ...argv], {
        cwd: folder.path,
        env: { TERM: 'dumb', NO_COLOR: undefined },
      });
      await terminal.ended();
      expect(terminal.bytes).toMatch(/\w/);
      expect(terminal.bytes).not.toContain('\u001b');
    },
    60_000,
  );
});
