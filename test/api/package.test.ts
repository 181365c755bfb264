/** Installs the package that `npm pack` makes in another folder, and uses its command and its API there. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../cli/capture.js';
import { generateText } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

const run = promisify(execFile);

/** The limit for the package's file: it was 1.8 MB when this was written, most of it PTX, and 2.70 MB with translation and speech. */
const MOST_BYTES = 2_800_000;

const PROGRAM = `
import { evaluate, openRun, prepareText, resultOf, train } from 'zlm';
await prepareText({ name: 'mine', input: { file: 'text.txt', fractions: [0.8, 0.1, 0.1] } });
const outcome = await resultOf(train({ spec: 'own.yaml', name: 'own', backend: 'wasm' }));
const run = await openRun('own', { backend: 'wasm' });
const report = await evaluate(run);
run.dispose();
console.log(JSON.stringify({ outcome: outcome.outcome, perplexity: report.perplexity }));
`;

const SPEC = `
corpus: mine
model: { embedding: 8, layers: [{ lstm: 8 }] }
training: { batchSize: 4, bptt: 5, epochs: 1 }
`;

it('npm pack makes a package that installs elsewhere, with a command and an API', {
  timeout: 300_000,
}, async ({ skip }) => {
  const folder = tempFolder();
  const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const tarball = join(folder, packed.trim());
  expect(statSync(tarball).size).toBeLessThan(MOST_BYTES);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-save', tarball];
  try {
    await run('npm', words, { cwd: folder });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/.test(stderr)) {
      return skip('no npm registry can be reached to install the dependencies from');
    }
    throw error;
  }
  writeFileSync(join(folder, 'text.txt'), generateText(200, 1));
  writeFileSync(join(folder, 'own.yaml'), SPEC);
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder });
  const { outcome, perplexity } = JSON.parse(stdout);
  expect(outcome).toBe('finished');
  const zlm = join(folder, 'node_modules/.bin/zlm');
  const { stdout: report } = await run(
    zlm,
    ['eval', 'own', '--split', 'test', '--backend', 'wasm', '--json'],
    { cwd: folder },
  );
  expect(JSON.parse(report).perplexity).toBe(perplexity);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect((await run(zlm, ['--version'], { cwd: folder })).stdout).toContain(`zlm/${version}`);
});
