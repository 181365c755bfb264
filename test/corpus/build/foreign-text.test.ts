/** Checks the messages for texts that are not UTF-8, and runs each cure in a shell. */
import { execFileSync, execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { textBlocks } from '../../../src/corpus/build/text-blocks.js';
import { fileText } from '../../../src/corpus/build/text-source.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';

const FORM = {
  ...({ unit: 'word', normalize: 'nfc', lowerCase: false } as const),
  ...({ numbers: 'keep', punctuation: 'keep' } as const),
};

const TEXT = 'the café is closed\nand naïve people wait “outside”\n';
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

/** Cases with the message and the text that the cure makes; without that text where a program may be missing. */
const CASES: readonly [what: string, content: Buffer, says: string, cured?: string][] = [
  ['UTF-16 with a mark, low byte first', utf16(`\uFEFF${TEXT}`), ' looks like UTF-16 text', TEXT],
  ['UTF-16 with a mark, high byte first', utf16(`\uFEFF${TEXT}`).swap16(), ' looks like UTF-16 text', TEXT],
  ['UTF-16, low byte first', utf16(TEXT), ':1: There is a NUL byte; the file looks like UTF-16LE text', TEXT],
  [
    'UTF-16, high byte first',
    utf16(TEXT).swap16(),
    ':1: There is a NUL byte; the file looks like UTF-16BE text',
    TEXT,
  ],
  [
    'Latin-1',
    Buffer.from('one\ncaf\xe9\n', 'latin1'),
    ':2: The byte E9 is not UTF-8 in this place; the file looks like Latin-1 text',
    'one\ncafé\n',
  ],
  [
    'Windows-1252',
    Buffer.from('one\r\n\x93caf\xe9\x94\r\n', 'latin1'),
    ':2: The byte 93 is not UTF-8 in this place; the file looks like Windows-1252 text',
    'one\r\n“café”\r\n',
  ],
  [
    'UTF-8 with a damaged character',
    Buffer.concat([Buffer.from('café\nnaï'), Buffer.from([0xff]), Buffer.from('ve\n')]),
    ':2: The byte FF is not UTF-8 in this place; the file looks like UTF-8 text with damaged characters',
    'café\nnaïve\n',
  ],
  [
    'UTF-8 that is cut off',
    Buffer.from([0x61, 0x0a, 0xe2, 0x82]),
    ':2: The byte E2 is not UTF-8 in this place; the file looks like UTF-8 text with damaged characters',
    'a\n',
  ],
  [
    'stray NUL bytes',
    Buffer.from(`${'plain text\n'.repeat(20)}th\0ree\n`),
    ':21: There is a NUL byte; the file looks like a binary file, or text with stray NUL bytes',
    `${'plain text\n'.repeat(20)}three\n`,
  ],
  [
    'Shift_JIS',
    Buffer.from('93fa967b8cea82cc95b68e9a8741', 'hex'),
    ' looks like text in an encoding of its language',
  ],
  ['a zip archive', Buffer.from('504b0304140000000800', 'hex'), ' looks like a zip archive'],
  ['an xz file', Buffer.from('fd377a585a000004e6d6b446', 'hex'), ' looks like an xz file'],
  ['a bzip2 file', Buffer.from('425a6839314159265359e3', 'hex'), ' looks like a bzip2 file'],
  ['a zstd file', Buffer.from('28b52ffd0458', 'hex'), ' looks like a zstd file'],
  ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), ' looks like a PDF'],
];

it.each(CASES)('the fault of %s is described, with a cure that works', async (_, content, says, cured) => {
  const path = join(tempFolder(), 'my text.txt');
  writeFileSync(path, content);
  const fault = await faultOf(read(path));
  expect(fault.kind).toBe('data');
  expect(fault.message.startsWith(path)).toBe(true);
  expect(fault.message).toContain(says);
  expect(fault.message).toMatch(/, not UTF-8$/);
  if (cured === undefined) return;
  expect(cureOf(fault.cures, path)).toBe(cured);
});

it('an archive in a gzip file is named, and the cure unpacks it', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'a.txt'), 'one\n');
  execFileSync('tar', ['-czf', 'all.tgz', 'a.txt'], { cwd: folder });
  const path = join(folder, 'all.tgz');
  const fault = await faultOf(read(path));
  expect(fault.message).toBe(`${path} looks like a tar archive, not UTF-8`);
  expect(cureOf(fault.cures, path)).toBe('one\n');
});

it('a gzip file in a gzip file is named', async () => {
  const path = join(tempFolder(), 'twice.gz');
  writeFileSync(path, gzipSync(gzipSync(TEXT)));
  expect((await faultOf(read(path))).message).toContain('looks like a gzip file inside a gzip file');
});

it('the line of a fault far into a file is named', async () => {
  const path = join(tempFolder(), 'text.txt');
  writeFileSync(path, Buffer.concat([Buffer.from('good line\r'.repeat(300_000)), Buffer.from([0xff, 0x0a])]));
  expect((await faultOf(read(path))).message).toContain(':300001: The byte FF');
});

async function read(path: string): Promise<void> {
  for await (const { bytes } of textBlocks(await fileText(path), FORM))
    expect(bytes.length).toBeGreaterThan(0);
}

/** Runs the command of the first cure, and returns what it wrote. */
function cureOf([cure]: readonly string[], path: string): string {
  const command = /`(.+)`/.exec(`${cure}`)?.[1];
  // `iconv -c` writes all it can and ends with 1 all the same.
  execSync(`${command} || true`, { cwd: join(path, '..'), stdio: 'ignore' });
  return readFileSync(join(path, '../text.utf8.txt'), 'utf8');
}
