/** What is advised about a word of absurd length is done literally, and must then work. */
import { execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateText } from '../small-corpus.js';
import { TrainedFolder } from '../trained-folder.js';
import { advised, inCopyOf, run } from './fault.js';

const BLOB = 'x'.repeat(1_300_000);
const LINES = generateText(60, 5).trimEnd().split('\n');
const MESSAGE = 'A word has 1,300,000 bytes, and a word can have 1,048,576 at most';

/** The lines with the word as line 31, after some words. */
const lines = [...LINES.slice(0, 30), `data ${BLOB}`, ...LINES.slice(30)];

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
});

afterAll(() => folder.remove());

describe.each([
  ['plain', ''],
  ['treebank', '--punctuation treebank'],
])('in %s mode', (_, flags) => {
  it.each<[string, string, Buffer]>([
    ['a text', 'book.txt', Buffer.from(`${lines.join('\n')}\n`)],
    ['a text with CR LF', 'book.txt', Buffer.from(lines.join('\r\n'))],
    ['a text with CR', 'book.txt', Buffer.from(lines.join('\r'))],
    ['a gzip file', 'book.gz', gzipSync(lines.join('\n'))],
    ['a gzip file with CR', 'book.gz', gzipSync(lines.join('\r'))],
    ['a file whose name has a space', 'my book.txt', Buffer.from(lines.join('\n'))],
  ])('the line is left out of %s, as it advises', async (_, name, content) => {
    await inCopyOf(folder.path, async () => {
      writeFileSync(name, content);
      const { text, exitCode } = await run(`prepare text book --text '${name}' ${flags}`);
      expect(exitCode).toBe(4);
      expect(text).toContain(`${name}:31: ${MESSAGE}`);
      execSync(advised(text, 'Or leave out the line'));
      expect(readFileSync('text.txt', 'utf8').replaceAll('\r', '').trimEnd().split('\n')).toEqual(LINES);
      expect((await run(`prepare text book --text text.txt ${flags}`)).exitCode).toBe(0);
    });
  });

  it('a text without spaces is read by characters, as it advises', async () => {
    await inCopyOf(folder.path, async () => {
      writeFileSync('dna.txt', `${'ACGT'.repeat(300_000)}\n`.repeat(30));
      const command = `prepare text dna --text dna.txt ${flags}`;
      const { text } = await run(command);
      expect(text).toContain('dna.txt:1: A word has 1,200,000 bytes');
      const added = advised(text, 'For a text without spaces');
      expect((await run(`${command.replace(flags, '')} ${added}`)).exitCode).toBe(0);
    });
  });
});

it('the word is the whole text: no line is left to advise', async () => {
  await inCopyOf(folder.path, async () => {
    writeFileSync('book.txt', BLOB);
    const { text } = await run('prepare text book --text book.txt');
    expect(text).toContain(`book.txt:1: ${MESSAGE}`);
    expect(text).not.toContain('leave out the line');
  });
});

it.each([
  'prepare text book --text book.txt --vocabulary-of small',
  'sample tiny --length 2 --prompt-file book.txt',
])('no other form is advised where it is given: %s', async (command) => {
  await inCopyOf(folder.path, async () => {
    writeFileSync('book.txt', lines.join('\n'));
    const { text, exitCode } = await run(command);
    expect(exitCode).toBe(4);
    expect(text).toContain(`book.txt:31: ${MESSAGE}`);
    expect(text).not.toContain('--unit');
    execSync(advised(text, 'Or leave out the line'));
    expect((await run(command.replace('book.txt', 'text.txt'))).exitCode).toBe(0);
  });
});
