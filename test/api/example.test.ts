/** Runs the program in examples/ as a user would. It imports `zlm`, which is the built code in dist/. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../cli/capture.js';
import { generateText } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

const run = promisify(execFile);

it('examples/train-evaluate-sample.ts trains, evaluates, scores and samples', {
  timeout: 120_000,
}, async () => {
  const folder = tempFolder();
  const text = join(folder, 'text.txt');
  writeFileSync(text, generateText(400, 1));
  const program = ['--import', 'tsx', 'examples/train-evaluate-sample.ts', text, join(folder, 'work')];
  const { stdout } = await run(process.execPath, program, { cwd: ROOT });
  const lines = stdout.trimEnd().split('\n');
  const [first, second] = lines.map((line) => Number(/^epoch \d: valid ([\d.]+)$/.exec(line)?.[1]));
  expect(second).toBeLessThan(first);
  expect(lines[2]).toMatch(/^test perplexity [\d.]+ over \d+ predictions$/);
  // The same words in the order of the text, and in another; then the sum of both.
  const [likely, unlikely, total] = lines
    .slice(3, 6)
    .map((line) => Number(/: ([\d.]+) nats$/.exec(line)?.[1]));
  expect(likely).toBeLessThan(unlikely);
  expect(total).toBeCloseTo(likely + unlikely, 1);
  expect(lines[6]).toMatch(/^the \w+/);
});
