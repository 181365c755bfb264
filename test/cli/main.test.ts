/** The program as a process of its own: what the shell sees. */
import { describe, expect, it } from 'vitest';
import { ROOT, spawnZlm, startZlm } from './capture.js';

/** One command line of the transcript, with all that it printed. */
async function transcript(...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await spawnZlm(args);
  return `$ zlm ${args.join(' ')}\n${stdout}${stderr}[exit code ${code}]\n`;
}

it('answers wrong command lines shortly, with a guess, and exit code 2', async () => {
  const parts = await Promise.all([
    transcript('doctr'),
    transcript('doctr', '--help'),
    transcript('help', 'doctr'),
    transcript('frobnicate', '--json'),
    transcript('prepare', 'pbt'),
    transcript('runs', 'extra'),
    transcript('runs', '--ruins', 'x'),
    transcript('runs', '--runs'),
    transcript('runs', '--runs', 'x', '--runs', 'y', '--json'),
  ]);
  await expect(parts.join('\n')).toMatchFileSnapshot('../golden/cli/help-faults.txt');
});

describe.each(['--version', '-v'])('zlm %s', (flag) => {
  it('prints the version', async () => {
    expect(await spawnZlm([flag])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^zlm\/\d+\.\d+\.\d+ /),
    });
  });
});

it('ends without a word when its reader has gone', async () => {
  const { process: child, ended } = startZlm(['help']);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ stderr: '', code: 0, signal: null });
});

it('shows what a timer throws as a bug, without the minified source that the wasm backend would add', async () => {
  const env = { NODE_OPTIONS: `--require "${ROOT}/test/cli/fail-later.cjs"` };
  const { stderr, code } = await spawnZlm(['doctor'], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^✖ Error: thrown by a timer\n(?: {6}at .*\n)+ {2}→ This is a bug in zlm\..*\n$/);
});
