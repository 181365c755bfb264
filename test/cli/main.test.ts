/** Runs the program as a process of its own, as a shell does. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTexts } from '../corpus/tiny-corpus.js';
import { tempFolder } from '../temp-folder.js';
import { ROOT, spawnZlm, startZlm, ZLM } from './capture.js';

/** One command line of the transcript, with all that it printed. */
async function transcript(...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await spawnZlm(args);
  return `$ zlm ${args.join(' ')}\n${stdout}${stderr}[exit code ${code}]\n`;
}

it('a wrong command line gets a short answer with a guess and exit code 2', async () => {
  const parts = await Promise.all([
    transcript('doctr'),
    transcript('doctr', '--help'),
    transcript('help', 'doctr'),
    transcript('frobnicate', '--json'),
    transcript('prepare', 'pbt'),
    transcript('doctor', 'extra'),
    transcript('runs', '--ruins', 'x'),
    transcript('runs', '--runs'),
    transcript('runs', '--runs', 'x', '--runs', 'y', '--json'),
  ]);
  await expect(parts.join('\n')).toMatchFileSnapshot('../golden/cli/help-faults.txt');
});

describe.each(['--version', '-v'])('zlm %s', (flag) => {
  it('zlm prints its version', async () => {
    expect(await spawnZlm([flag])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^zlm\/\d+\.\d+\.\d+ /),
    });
  });
});

it('zlm ends silently when its reader has closed the pipe', async () => {
  const { process: child, ended } = startZlm(['help']);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ stderr: '', code: 0, signal: null });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  /** Runs a line of shell in which `zlm` is this one. */
  function shell(line: string) {
    const script = `zlm() { '${process.execPath}' '${ZLM}' "$@"; }; ${line}`;
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    return spawnSync('sh', ['-c', script], { encoding: 'utf8', env });
  }

  it.each(['zlm --help', 'zlm runs', 'zlm runs --json'])(
    'a full disk below the output of `%s` is reported',
    (line) => {
      const { stderr, status } = shell(`${line} > /dev/full`);
      expect(stderr).toMatch(
        /^✖ Cannot write the standard output: no space left on the disk\n {2}→ Free some space.*\n {2}→ Then run the command again\.\n$/,
      );
      expect(status).toBe(4);
    },
  );

  it('a full disk below the progress display does not stop the work', () => {
    const folder = tempFolder();
    const { train, valid, test } = writeTexts(folder);
    const texts = `--train ${train} --valid ${valid} --test ${test}`;
    const { stdout, status } = shell(
      `zlm prepare text tiny ${texts} --data ${join(folder, 'data')} 2> /dev/full`,
    );
    expect(status).toBe(0);
    expect(stdout).toContain('tiny prepared');
  });
});

it('an error in a timer is reported as a bug, without minified source of the wasm backend', async () => {
  const env = { NODE_OPTIONS: `--require "${ROOT}/test/cli/fail-later.cjs"` };
  const { stderr, code } = await spawnZlm(['doctor'], { env });
  expect(code).toBe(1);
  // The first doctor of a machine may be compiling the kernels by then, and says so.
  expect(stderr).toMatch(
    /^(?:Compiling the kernels .*\n)?✖ Error: thrown by a timer\n(?: {6}at .*\n)+ {2}→ This is a bug in zlm\..*\n$/,
  );
});
