/**
 * Records the picture of a terminal in the README: `npx tsx scripts/record-terminal.ts docs/terminal.svg` after `npm run build`. The commands really run, in
 * a new folder behind a pseudo terminal (python3); only waits are shortened. Takes a minute or two.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TerminalSession } from '../test/terminal/terminal-session.js';
import { type Output, terminalSvg } from './terminal-svg.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = 100;
const PROMPT = '$ ';

const COMMANDS = [
  'zlm prepare sotu',
  'zlm train quickstart --name first',
  'zlm eval first --split test',
  'zlm sample first --temp 0.8 --prompt "the people of" --length 30 --seed 2',
];

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: npx tsx scripts/record-terminal.ts FILE.svg');
  process.exitCode = 2;
} else {
  const recording = await record();
  const options = { columns: COLUMNS, rows: 24, longest: 0.6, last: 6 };
  const title = `A terminal: ${COMMANDS.join(', ')}`;
  writeFileSync(path, await terminalSvg(recording, { ...options, title }));
}

/** Types the commands, and returns what the terminal showed. */
async function record(): Promise<Output[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zlm-recording-'));
  const rc = join(folder, '.shell');
  writeFileSync(
    rc,
    `PS1='${PROMPT}'\nzlm() { ${process.execPath} ${join(ROOT, 'bin/run.js')} "$@"; }\nclear\n`,
  );
  const session = new TerminalSession(COLUMNS, ['bash', '--rcfile', rc, '-i'], { cwd: folder });
  const outputs: Output[] = [];
  let [shown, isOver] = [0, false];
  const watch = (async () => {
    const began = performance.now();
    while (!isOver) {
      const { bytes } = session;
      if (bytes.length > shown)
        outputs.push({ seconds: (performance.now() - began) / 1000, text: bytes.slice(shown) });
      shown = bytes.length;
      await sleep(20);
    }
  })();
  try {
    await session.until(isPrompt, 30);
    for (const command of COMMANDS) {
      for (const letter of command) {
        session.type(letter);
        await sleep(35);
      }
      session.type('\n');
      await session.until((rows) => isPrompt(rows) && !rows.at(-2)?.endsWith(command), 300);
      await sleep(1500);
    }
  } finally {
    isOver = true;
    await watch;
    session.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return outputs;
}

/** Whether the shell waits: nothing is behind its last prompt. */
function isPrompt(rows: readonly string[]): boolean {
  return rows.at(-1)?.trim() === PROMPT.trim();
}
