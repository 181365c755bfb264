import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../src/corpus/acquire/archive.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { type Entry, makeTar, makeTgz, makeZip } from './archives.js';

const wantsText = (name: string) => name.endsWith('.txt');

function write(content: Buffer, name = 'archive'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

async function contents(path: string): Promise<Record<string, string>> {
  const files = await readArchive(path, wantsText);
  return Object.fromEntries(files.map(({ name, content }) => [name, content.toString()]));
}

const KINDS: [string, (entries: readonly Entry[]) => Buffer][] = [
  ['tar', makeTar],
  ['gzipped tar', makeTgz],
  ['zip', makeZip],
];

describe.each(KINDS)('a %s archive', (_, make) => {
  it('a %s archive gives the wanted files at any depth', async () => {
    const path = write(
      make([
        { path: 'top.txt', content: 'one' },
        { path: 'a/b/deep.txt', content: 'x'.repeat(2000) },
        { path: 'a/b/other.bin', content: 'no' },
        { path: './data/empty.txt', content: '' },
      ]),
    );
    expect(await contents(path)).toEqual({ 'top.txt': 'one', 'deep.txt': 'x'.repeat(2000), 'empty.txt': '' });
  });

  it('nothing is written under absolute names or names with ".."', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'inner'));
    const path = join(folder, 'inner/archive');
    writeFileSync(
      path,
      make([
        { path: '../../climb.txt', content: 'c' },
        { path: `${folder}/absolute.txt`, content: 'a' },
        { path: '..\\windows.txt', content: 'w' },
      ]),
    );
    // Only base names count, and contents stay in memory.
    expect(await contents(path)).toEqual({ 'climb.txt': 'c', 'absolute.txt': 'a', 'windows.txt': 'w' });
    expect(readdirSync(folder)).toEqual(['inner']);
    expect(readdirSync(join(folder, 'inner'))).toEqual(['archive']);
  });

  it('the path of each file in the archive is reported', async () => {
    const path = write(make([{ path: 'a/b.txt', content: 'x' }]));
    expect((await readArchive(path, wantsText))[0]?.origin).toBe(`a/b.txt in ${path}`);
  });

  it('an archive with a wanted file that is far too large is refused', async () => {
    const path = write(make([{ path: 'a.txt', content: 'x'.repeat(1001) }]));
    const limits = { fileBytes: 1000, takenBytes: 1e6, unpackedBytes: 1e6 };
    expect((await faultOf(readArchive(path, wantsText, limits))).message).toContain(
      '"a.txt" in it has 1001 bytes',
    );
  });

  it('an archive whose wanted files are together too large is refused', async () => {
    const files = Array.from({ length: 11 }, (_file, index) => ({
      path: `${index}/a.txt`,
      content: 'x'.repeat(100),
    }));
    const limits = { fileBytes: 1000, takenBytes: 1000, unpackedBytes: 1e6 };
    expect((await faultOf(readArchive(write(make(files)), wantsText, limits))).message).toContain(
      'far larger',
    );
  });

  it.each([0.1, 0.5, 0.9])('an archive that ends after %f of its bytes is refused', async (fraction) => {
    const whole = make([
      {
        path: 'a.txt',
        content: Buffer.from(Array.from({ length: 5000 }, (_byte, index) => (index * 7919) % 251)),
      },
    ]);
    const path = write(whole.subarray(0, Math.floor(whole.length * fraction)));
    const fault = await faultOf(readArchive(path, wantsText));
    expect(fault.kind).toBe('data');
    expect(fault.message).toContain(path);
  });
});

it('links and folders in tar archives are skipped', async () => {
  const entries = [
    { path: 'symbolic.txt', type: '2', linkTo: '/etc/passwd' },
    { path: 'hard.txt', type: '1', linkTo: '/etc/passwd' },
    { path: 'folder.txt', type: '5' },
    { path: 'device.txt', type: '3' },
    { path: 'real.txt', content: 'r' },
  ];
  expect(await contents(write(makeTar(entries)))).toEqual({ 'real.txt': 'r' });
});

it('links and folders in zip archives are skipped', async () => {
  const entries = [
    { path: 'symbolic.txt', content: '/etc/passwd', mode: 0o120777 },
    { path: 'folder.txt/', mode: 0o040755 },
    { path: 'real.txt', content: 'r' },
  ];
  expect(await contents(write(makeZip(entries)))).toEqual({ 'real.txt': 'r' });
});

it('long names in tar archives are read', async () => {
  const long = `${'folder/'.repeat(30)}long.txt`;
  const pax = `path=${long}\n`;
  const entries = [
    { path: '././@LongLink', type: 'L', content: `${long}\0` },
    { path: long.slice(0, 100), content: 'gnu' },
    { path: 'PaxHeader', type: 'x', content: `${pax.length + 4} ${pax}` },
    { path: long.slice(0, 100), content: 'pax' },
    { path: 'short.txt', content: 'short' },
  ];
  const files = await readArchive(write(makeTar(entries)), wantsText);
  expect(files.map(({ name, content }) => `${name} ${content}`)).toEqual([
    'long.txt gnu',
    'long.txt pax',
    'short.txt short',
  ]);
});

it('an archive of the tar program is read', async () => {
  const folder = tempFolder();
  const deep = join(folder, 'd'.repeat(90), 'e'.repeat(90));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'text.txt'), 'content');
  for (const format of ['ustar', 'gnu', 'pax']) {
    const path = join(folder, `${format}.tgz`);
    execFileSync('tar', [`--format=${format}`, '-czf', path, '-C', folder, 'd'.repeat(90)]);
    expect(await contents(path)).toEqual({ 'text.txt': 'content' });
  }
});

it('an archive bomb is refused', async () => {
  const bomb = makeTgz([
    { path: 'zeros.bin', content: Buffer.alloc(5_000_000) },
    { path: 'a.txt', content: 'x' },
  ]);
  expect(bomb.length).toBeLessThan(10_000);
  const limits = { fileBytes: 1000, takenBytes: 1000, unpackedBytes: 1e6 };
  expect((await faultOf(readArchive(write(bomb), wantsText, limits))).message).toContain(
    'unpacks to more than',
  );
});

it('a zip entry that is larger than it claims is refused', async () => {
  const path = write(makeZip([{ path: 'a.txt', content: 'x'.repeat(100_000), claimedSize: 10 }]));
  expect((await faultOf(readArchive(path, wantsText))).message).toContain('damaged');
});

it.each<[string, Buffer, RegExp]>([
  [
    'a negative size',
    damagedHeader((header) => header.write('-0000002000\0', 124)),
    /damaged or not a tar archive/,
  ],
  ['a wrong sum', damagedHeader((header) => header.write('X', 0), false), /damaged or not a tar archive/],
  ['an HTML page', Buffer.from('<!DOCTYPE html><html></html>'), /an HTML page/],
  ['nothing', Buffer.alloc(0), /it is empty/],
  ['plain text', Buffer.from('just words\n'.repeat(100)), /neither a zip nor a tar archive/],
  ['a gzipped text', gzipSync('just words\n'.repeat(100)), /damaged or not a tar archive/],
])('an archive with %s is refused', async (_, content, message) => {
  const fault = await faultOf(readArchive(write(content), wantsText));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
});

function damagedHeader(damage: (header: Buffer) => void, correctSum = true): Buffer {
  const tar = makeTar([{ path: 'a.txt', content: 'x' }]);
  damage(tar);
  if (!correctSum) return tar;
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}

it('a missing archive is reported by its path', async () => {
  expect((await faultOf(readArchive('/nowhere/x.tgz', wantsText))).message).toContain('/nowhere/x.tgz');
});
