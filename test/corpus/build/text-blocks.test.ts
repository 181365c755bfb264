import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MAX_WORD_BYTES } from '../../../src/corpus/build/long-word.js';
import { countLines, textBlocks } from '../../../src/corpus/build/text-blocks.js';
import { fileText, memoryText, type Text } from '../../../src/corpus/build/text-source.js';
import type { Normalization } from '../../../src/corpus/normalize.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';

const WORDS: Normalization & { unit: 'word' } = {
  ...{ unit: 'word', normalize: 'nfc', lowerCase: false, numbers: 'keep', punctuation: 'keep' },
};
const CHARACTERS = { ...WORDS, unit: 'character' } as const;

function textOf(content: string | Buffer): Text {
  return memoryText('text.txt', Buffer.from(content));
}

/** The same bytes in chunks of one size, which cut line ends and characters anywhere. */
function inPieces(content: string | Buffer, size: number): Text {
  const bytes = Buffer.from(content);
  return {
    ...textOf(bytes),
    async *chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

async function blocksOf(text: Text, form: Parameters<typeof textBlocks>[1] = WORDS) {
  const blocks: { bytes: Buffer; line: number }[] = [];
  for await (const block of textBlocks(text, form)) blocks.push(block);
  return blocks;
}

/** The lines with their numbers, "1:a". */
async function linesOf(text: Text): Promise<string[]> {
  const blocks = await blocksOf(text);
  let line = 1;
  for (const block of blocks) {
    expect(block.line).toBe(line);
    line += block.bytes.toString().split('\n').length - 1;
  }
  const whole = Buffer.concat(blocks.map(({ bytes }) => bytes)).toString();
  return whole
    .split('\n')
    .slice(0, -1)
    .map((read, index) => `${index + 1}:${read}`);
}

describe.each([1, 2, 3, 1000])('in chunks of %i bytes', (size) => {
  it.each([
    ['ends with a line end', 'a\nb\n', ['1:a', '2:b']],
    ['ends without', 'a\nb', ['1:a', '2:b']],
    ['ends with a space', 'a\nb ', ['1:a', '2:b ']],
    ['has empty lines', '\na\n\n', ['1:', '2:a', '3:']],
    ['has CR LF', 'a\r\nb\r\n', ['1:a', '2:b']],
    ['has CR alone', 'a\rb\rc', ['1:a', '2:b', '3:c']],
    ['has all three', 'a\r\nb\rc\n\rd\r\r\ne', ['1:a', '2:b', '3:c', '4:', '5:d', '6:', '7:e']],
    ['ends in a CR', 'a\r\nb\r', ['1:a', '2:b']],
    ['has a byte order mark', '\uFEFFa\n\uFEFFb\n', ['1:a', '2:\uFEFFb']],
    ['has other line separators', 'a\u2028b\u0085c\n', ['1:a\u2028b\u0085c']],
    ['is one letter', 'a', ['1:a']],
    ['has characters of many bytes', 'é \u{1F600}\n漢字 x\n', ['1:é \u{1F600}', '2:漢字 x']],
  ])('a text that %s is read line by line', async (_, content, lines) => {
    expect(await linesOf(inPieces(content, size))).toEqual(lines);
    expect(await countLines(inPieces(content, size))).toBe(lines.length);
  });
});

it('a gzip file is recognized by its content, whatever its name', async () => {
  const path = join(tempFolder(), 'text.txt');
  // Two members, one behind the other, are one text.
  writeFileSync(path, Buffer.concat([gzipSync('a\nb'), gzipSync('c\n')]));
  expect(await linesOf(await fileText(path))).toEqual(['1:a', '2:bc']);
});

it('a gzip file that is cut off is reported', async () => {
  const path = join(tempFolder(), 'text.gz');
  writeFileSync(path, gzipSync('the cat sat\n'.repeat(10_000)).subarray(0, 60));
  const fault = await faultOf(linesOf(await fileText(path)));
  expect(fault.message).toBe(`${path} is a gzip file that is damaged or cut off`);
});

it('an endless line is read in blocks of bounded size', async () => {
  const line = 'the quick brown fox '.repeat(400_000);
  const blocks = await blocksOf(textOf(line));
  expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString()).toBe(`${line}\n`);
  expect(Math.max(...blocks.map(({ bytes }) => bytes.length))).toBeLessThan(3 * MAX_WORD_BYTES);
});

it.each([
  ['Chinese', '漢字仮名交じり文'.repeat(300_000)],
  ['letters of DNA', 'ACGT'.repeat(2_000_000)],
  ['decomposed accents', 'e\u0301'.repeat(2_000_000)],
  ['surrogate pairs', '\u{1F600}'.repeat(1_000_000)],
])('an endless line without spaces is cut between characters: %s', async (_, line) => {
  const blocks = await blocksOf(textOf(line), CHARACTERS);
  const parts = blocks.map(({ bytes }) => bytes.toString());
  expect(parts.join('')).toBe(`${line}\n`);
  expect(parts.map((part) => part.normalize('NFC')).join('')).toBe(`${line}\n`.normalize('NFC'));
  expect(Math.max(...blocks.map(({ bytes }) => bytes.length))).toBeLessThan(3 * MAX_WORD_BYTES);
});

describe('a word of absurd length', () => {
  const TREEBANK = { ...WORDS, punctuation: 'treebank' } as const;

  it.each([
    ['that is the longest allowed', MAX_WORD_BYTES, true],
    ['that is one byte longer', MAX_WORD_BYTES + 1, false],
    ['of several chunks', 5 * MAX_WORD_BYTES + 7, false],
  ])('%s is taken or refused wherever it lies', async (_, length, taken) => {
    const forms = [WORDS, TREEBANK, { ...TREEBANK, unit: 'character' as const }];
    for (const [index, before] of ['', 'a b ', `a\n${'b '.repeat(300_000)}`].entries()) {
      for (const after of ['', ' c', '\nc\n']) {
        const blocks = blocksOf(textOf(`${before}${'x'.repeat(length)}${after}`), forms[index]);
        if (taken) {
          expect((await blocks).length).toBeGreaterThan(0);
          continue;
        }
        const [line, has] = [before.includes('\n') ? 2 : 1, length.toLocaleString('en-US')];
        expect((await faultOf(blocks)).message).toBe(
          `text.txt:${line}: A word has ${has} bytes, and a word can have 1,048,576 at most`,
        );
      }
    }
  });

  it('is found in pieces of any size', async () => {
    for (const size of [1000, 65_536, 2 ** 20]) {
      const fault = await faultOf(blocksOf(inPieces(`a b\nc ${'漢'.repeat(400_000)} d`, size)));
      expect(fault.message).toContain('text.txt:2: A word has 1,200,000 bytes');
    }
  });

  it('is not followed forever, as one that a pipe never ends', async () => {
    const endless: Text = {
      ...textOf('x'),
      async *chunks() {
        for (;;) yield Buffer.alloc(2 ** 16, 'x');
      },
    };
    expect((await faultOf(blocksOf(endless))).message).toContain('A word has more than 67,108,864 bytes');
  });

  it('is not a word where the bytes are not text', async () => {
    const bytes = Buffer.alloc(2 * MAX_WORD_BYTES, 0xe9);
    expect((await faultOf(blocksOf(textOf(bytes)))).message).toContain('not UTF-8');
  });

  it('advises no other form where the form is given', async () => {
    const blocks = async () => {
      for await (const _ of textBlocks(textOf('x'.repeat(2 ** 21)), WORDS, { formIsGiven: true }));
    };
    expect((await faultOf(blocks())).cures.join()).not.toContain('--unit');
  });

  it.each([
    ['A number', '7', { ...CHARACTERS, numbers: 'N' as const }, '--numbers keep'],
    ['A character with its combining marks', '\u0301', CHARACTERS, '--normalize none'],
  ])(
    'is %s, where characters are the tokens: with the advice it is read',
    async (what, character, form, flags) => {
      const text = `e${character.repeat(1_500_000)}`;
      const fault = await faultOf(blocksOf(textOf(text), form));
      expect(fault.message).toMatch(`text.txt:1: ${what} has more than `);
      expect(fault.cures[0]).toContain(`\`${flags}\``);
      const [key, value] = flags.slice(2).split(' ');
      const blocks = await blocksOf(textOf(text), { ...form, [key]: value });
      expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString()).toBe(`${text}\n`);
    },
  );
});

it('reading stops at a signal', async () => {
  const fault = await faultOf(countLines(textOf('a\n'), { signal: AbortSignal.abort() }));
  expect(fault.kind).toBe('interrupted');
});

it.each([
  ['a missing file', '/nowhere/text.txt', /\/nowhere\/text\.txt/],
  ['a folder', new URL('.', import.meta.url).pathname, /not a regular file/],
])('%s is refused', async (_, path, message) => {
  expect((await faultOf(fileText(path))).message).toMatch(message);
});

it('an empty file is refused', async () => {
  const path = join(tempFolder(), 'text.txt');
  writeFileSync(path, '');
  expect((await faultOf(fileText(path))).message).toContain('is empty');
});
