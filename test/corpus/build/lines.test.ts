import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countLines, rangesOfLines } from '../../../src/corpus/build/line-ranges.js';
import { MAX_LINE_BYTES, visitLines } from '../../../src/corpus/build/lines.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';

function write(content: string | Buffer): string {
  const path = join(tempFolder(), 'text.txt');
  writeFileSync(path, content);
  return path;
}

async function linesOf(path: string, counts?: readonly number[]): Promise<string[][]> {
  const ranges = await rangesOfLines(path, counts ?? [await countLines(path)]);
  const parts: string[][] = [];
  for (const range of ranges) {
    const part: string[] = [];
    await visitLines(path, range, (line, number) => part.push(`${number}:${line}`));
    parts.push(part);
  }
  return parts;
}

it.each([
  ['ends with a line end', 'a\nb\n', ['1:a', '2:b']],
  ['ends without', 'a\nb', ['1:a', '2:b']],
  ['has empty lines', '\na\n\n', ['1:', '2:a', '3:']],
  ['has CR LF', 'a\r\nb\r\n', ['1:a', '2:b']],
  ['ends in a CR', 'a\r\nb\r', ['1:a', '2:b']],
  ['has a byte order mark', '\uFEFFa\n\uFEFFb\n', ['1:a', '2:\uFEFFb']],
  ['has other line separators', 'a\u2028b\u0085c\n', ['1:a\u2028b\u0085c']],
])('reads a text that %s', async (_, text, lines) => {
  const path = write(text);
  expect(await linesOf(path)).toEqual([lines]);
  expect(await countLines(path)).toBe(lines.length);
});

it('reads lines and characters that cross the borders of chunks', async () => {
  // 3-byte characters and lines of 1,000 bytes: a chunk of 2^20 bytes ends in the middle of both.
  const line = `${'€'.repeat(333)}`;
  const path = write(`${line}\n`.repeat(3000));
  const [lines] = await linesOf(path);
  expect(lines).toHaveLength(3000);
  expect(lines?.every((read, index) => read === `${index + 1}:${line}`)).toBe(true);
});

it('cuts a file into ranges of lines', async () => {
  const path = write('a\nb\nc\nd\ne');
  expect(await linesOf(path, [3, 1, 1])).toEqual([['1:a', '2:b', '3:c'], ['4:d'], ['5:e']]);
});

it.each([
  ['a NUL byte', Buffer.from('one\ntwo\nth\0ree\n'), ':3: a NUL byte'],
  ['Latin-1', Buffer.from('one\ncaf\xe9\n', 'latin1'), ':2: a byte sequence that is not UTF-8'],
  ['a cut character', Buffer.from([0x61, 0x0a, 0xe2, 0x82]), ':2: a byte sequence that is not UTF-8'],
  ['UTF-16', Buffer.from('\uFEFFone\n', 'utf16le'), ':1: a NUL byte'],
])('names the line of %s', async (_, content, place) => {
  const path = write(content);
  const fault = await faultOf(linesOf(path));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain(path + place);
  expect(fault.cures.join()).toContain('iconv');
});

it('names the line of a fault far into a file', async () => {
  const path = write(Buffer.concat([Buffer.from('good line\n'.repeat(300_000)), Buffer.from([0xff, 0x0a])]));
  expect((await faultOf(linesOf(path))).message).toContain(':300001: a byte sequence');
});

it('refuses a line of absurd length', async () => {
  const path = write(`short\n${'x'.repeat(MAX_LINE_BYTES + 2 ** 20)}`);
  const fault = await faultOf(linesOf(path));
  expect(fault.message).toContain(':2: the line is longer than 16 MiB');
  expect(fault.cures.join()).toContain('fold');
});

it.each([
  ['a missing file', '/nowhere/text.txt', /\/nowhere\/text\.txt/],
  ['a folder', tmpFolderPath(), /not a regular file/],
])('refuses %s', async (_, path, message) => {
  expect((await faultOf(countLines(path))).message).toMatch(message);
});

function tmpFolderPath(): string {
  return new URL('.', import.meta.url).pathname;
}

it('refuses an empty file', async () => {
  expect((await faultOf(countLines(write('')))).message).toContain('is empty');
});

it('stops when asked to', async () => {
  const path = write('a\n');
  const fault = await faultOf(countLines(path, { signal: AbortSignal.abort() }));
  expect(fault.kind).toBe('interrupted');
});
