/** Runs the commands of docs/tutorial.md, one after the other, as its reader does; only the text is shorter. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import { isNgram } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { generateText } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

const run = promisify(execFile);
const TUTORIAL = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8');

/** Returns the blocks of the tutorial in one language, in order. */
function blocks(language: string): string[] {
  return [...TUTORIAL.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text,
  );
}

/** Makes a folder with a text in the places of the documentation, a command zlm, and the package. */
function readersFolder(): { folder: string; path: string } {
  const folder = tempFolder();
  const [bin, modules] = [join(folder, 'bin'), join(folder, 'node_modules')];
  for (const made of [bin, modules, join(folder, 'docs')]) mkdirSync(made);
  writeFileSync(join(folder, 'README.md'), generateText(300, 1));
  writeFileSync(join(folder, 'docs', 'more.md'), generateText(300, 2));
  writeFileSync(
    join(bin, 'zlm'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/run.js')}" "$@"\n`,
  );
  chmodSync(join(bin, 'zlm'), 0o755);
  symlinkSync(ROOT, join(modules, 'zlm'));
  return { folder, path: `${bin}:${process.env.PATH}` };
}

it.skipIf(process.platform === 'win32')(
  'every command of the tutorial works',
  { timeout: 240_000 },
  async () => {
    const { folder, path } = readersFolder();
    const [program, ...otherPrograms] = blocks('js');
    expect(otherPrograms).toEqual([]);
    writeFileSync(join(folder, 'use.mjs'), program);
    const env = { ...process.env, PATH: path };
    const printed: string[] = [];
    for (const block of blocks('sh')) {
      const { stdout } = await run('bash', ['-e', '-o', 'pipefail', '-c', block], { cwd: folder, env }).catch(
        ({ message, stdout, stderr }) => {
          throw new Error(`${block}\n${message}\n${stdout}\n${stderr}`);
        },
      );
      printed.push(stdout);
    }
    const all = printed.join('\n');
    expect(all.match(/test perplexity \d/g)).toHaveLength(4);
    expect(all).toContain('corpus: mine');
    expect(all).toMatch(/^line \d+\.\d\d$/m);
    expect(existsSync(join(folder, 'compare.html'))).toBe(true);
    const [first, second] = await Promise.all(
      ['first', 'second'].map(async (name) => (await loadSpec(join(folder, 'runs', name, 'spec.yaml'))).spec),
    );
    if (isNgram(first) || isNgram(second)) throw new Error('The runs are of networks');
    expect([first.dropout.output.rate, second.dropout.output.rate]).toEqual([0.3, 0]);
  },
);

it('the spec that the tutorial shows is one', async () => {
  const [shown] = blocks('yaml');
  const file = join(tempFolder(), 'mine.yaml');
  writeFileSync(file, shown);
  const { warnings } = await loadSpec(file);
  expect(warnings).toEqual([]);
});
