/** Runs the commands of docs/tutorial.md, one after the other, as its reader does; only the text is shorter. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import { isNgram } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { generateText, prepareSmallCorpus, writeSmallSpec } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

const run = promisify(execFile);
/** The two walks of the tutorial, by their titles. */
const WALKS = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8').split(/^## /m);

/** Returns the blocks of a walk in one language, in order. */
function blocks(title: string, language: string): string[] {
  const walk = WALKS.find((text) => text.startsWith(title)) ?? '';
  return [...walk.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text,
  );
}

/** A folder of a reader, and what runs a block of commands there as a shell does. */
class Reader {
  readonly folder = tempFolder();
  readonly #env: NodeJS.ProcessEnv;

  /** Puts a command zlm on the reader's PATH, and the package where a program finds it. */
  constructor() {
    const [bin, modules] = [join(this.folder, 'bin'), join(this.folder, 'node_modules')];
    for (const made of [bin, modules]) mkdirSync(made);
    writeFileSync(
      join(bin, 'zlm'),
      `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/run.js')}" "$@"\n`,
    );
    chmodSync(join(bin, 'zlm'), 0o755);
    symlinkSync(ROOT, join(modules, 'zlm'));
    // The backend is what this machine has, as for a reader.
    this.#env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, ZLM_BACKEND: undefined };
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Returns what the commands print. */
  async follow(commands: readonly string[]): Promise<string> {
    const printed: string[] = [];
    for (const block of commands) {
      const shell = run('bash', ['-e', '-o', 'pipefail', '-c', block], { cwd: this.folder, env: this.#env });
      const { stdout } = await shell.catch(({ message, stdout, stderr }) => {
        throw new Error(`${block}\n${message}\n${stdout}\n${stderr}`);
      });
      printed.push(stdout);
    }
    return printed.join('\n');
  }
}

const HALF_AN_HOUR = 'Half an hour with dropout';
const OWN_TEXT = 'A model of your own text';

describe.skipIf(process.platform === 'win32')('the tutorial', () => {
  it('every command of the first walk works, after npm and with short trainings', {
    timeout: 240_000,
  }, async () => {
    const reader = new Reader();
    const [npm, ...commands] = blocks(HALF_AN_HOUR, 'sh');
    expect(npm).toMatch(/^npm ci && npm run quickstart$/m);
    writeSmallSpec(reader.folder);
    await prepareSmallCorpus(join(reader.folder, 'data'));
    await reader.follow(['zlm train tiny.yaml']);
    // One's own file goes before the sweep of the same name that comes with zlm.
    reader.write('recall.yaml', shortened(readFileSync(join(ROOT, 'configs/sweeps/recall.yaml'), 'utf8')));
    const printed = await reader.follow(
      commands.map((block) => block.replace('prepare recall recall', '$& --lines 200 --test-lines 40')),
    );
    expect(printed).toMatch(/none .*\n.*vertical /s);
    expect(printed).toMatch(/lag/);
    for (const file of ['first.html', 'memory.svg', 'recall.html'])
      expect(existsSync(join(reader.folder, file)), file).toBe(true);
  });

  it('every command of the second walk works, on a shorter text', { timeout: 240_000 }, async () => {
    const reader = new Reader();
    reader.write('README.md', generateText(300, 1));
    reader.write('docs/more.md', generateText(300, 2));
    const [program, ...otherPrograms] = blocks(OWN_TEXT, 'js');
    expect(otherPrograms).toEqual([]);
    reader.write('use.mjs', program);
    const printed = await reader.follow(blocks(OWN_TEXT, 'sh'));
    expect(printed.match(/test perplexity \d/g)).toHaveLength(4);
    expect(printed).toContain('corpus: mine');
    expect(printed).toMatch(/^line \d+\.\d\d$/m);
    expect(existsSync(join(reader.folder, 'compare.html'))).toBe(true);
    const [first, second] = await Promise.all(
      ['first', 'second'].map(
        async (name) => (await loadSpec(join(reader.folder, 'runs', name, 'spec.yaml'))).spec,
      ),
    );
    if (isNgram(first) || isNgram(second)) throw new Error('The runs are of networks');
    expect([first.dropout.output.rate, second.dropout.output.rate]).toEqual([0.3, 0]);
  });
});

/** Makes a sweep of the trainings of a few windows, with the spec where it is. */
function shortened(sweep: string): string {
  const spec = sweep.replace('../recall.yaml', join(ROOT, 'configs/recall.yaml'));
  const once = spec.replace('seeds: [1, 2, 3]', 'seeds: [1]');
  return `${once}\nset: { training.epochs: 1, training.windowsPerEpoch: 3 }\n`;
}

it('the spec that the tutorial shows is one', async () => {
  const [shown] = blocks(OWN_TEXT, 'yaml');
  const file = join(tempFolder(), 'mine.yaml');
  writeFileSync(file, shown);
  const { warnings } = await loadSpec(file);
  expect(warnings).toEqual([]);
});
