import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c, EventWriter, maskedCrc32c } from '../../src/storage/tensorboard.js';
import { findPython, runPython } from '../python.js';
import { tempFolder } from '../temp-folder.js';
import { mountTmpfs } from './tmpfs.js';

/** The records' contents, every frame and checksum checked. */
function readRecords(path: string): Buffer[] {
  const file = readFileSync(path);
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const content = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(content));
    records.push(content);
    at += 16 + length;
  }
  return records;
}

it('crc32c gives the numbers of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

describe('EventWriter', () => {
  it('EventWriter names its file as TensorBoard expects and starts it with the version', async () => {
    const folder = join(tempFolder(), 'made');
    const writer = new EventWriter(folder);
    expect(existsSync(folder)).toBe(false);
    await writer.close();
    const [name] = readdirSync(folder);
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
    expect(name.endsWith(`.${hostname()}.${process.pid}`)).toBe(true);
    const records = readRecords(writer.path);
    expect(records).toHaveLength(1);
    expect(records[0].toString('latin1')).toContain('brain.Event:2');
  });

  it('EventWriter only appends to the file', async () => {
    const writer = new EventWriter(tempFolder());
    writer.scalar('a', 1, 0.5);
    await writer.flush();
    const before = readFileSync(writer.path);
    writer.scalar('a', 2, 0.25);
    await Promise.all([writer.flush(), writer.flush()]);
    await writer.close();
    const after = readFileSync(writer.path);
    expect(after.subarray(0, before.length)).toEqual(before);
    expect(readRecords(writer.path)).toHaveLength(3);
  });

  it('EventWriter refuses steps that are not counts', () => {
    const writer = new EventWriter(tempFolder());
    for (const step of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => writer.scalar('a', step, 1)).toThrow(RangeError);
    }
  });

  it('EventWriter keeps the figures for the next flush when the folder cannot be written', async () => {
    const folder = join(tempFolder(), 'folder');
    writeFileSync(folder, 'a file in the way');
    const writer = new EventWriter(folder);
    writer.scalar('a', 1, 0.5);
    const refused = expect.objectContaining({ kind: 'data', message: expect.stringContaining(folder) });
    await expect(writer.flush()).rejects.toEqual(refused);
    rmSync(folder);
    await writer.close();
    expect(readRecords(writer.path)).toHaveLength(2);
  });

  it('EventWriter ends with a whole record when the disk is full, and continues when there is space', async ({
    skip,
  }) => {
    const folder = mountTmpfs('size=64k');
    if (!folder) return skip('cannot mount a small file system here');
    const writer = new EventWriter(folder);
    writer.scalar('a', 1, 0.5);
    await writer.flush();
    writeFileSync(join(folder, 'ballast'), new Uint8Array(48 << 10));
    for (let step = 0; step < 1000; step++) writer.scalar('a', step, 1);
    await expect(writer.flush()).rejects.toMatchObject({ message: expect.stringContaining('no space') });
    expect(readRecords(writer.path)).toHaveLength(2);
    rmSync(join(folder, 'ballast'));
    await writer.close();
    expect(readRecords(writer.path)).toHaveLength(1002);
  });
});

describe('the real tensorboard', () => {
  const python = findPython('tensorboard');

  it.skipIf(!python.path)(`tensorboard reads the figures${python.note}`, async () => {
    const folder = tempFolder();
    const writer = new EventWriter(folder);
    writer.scalar('train/loss', 0, 9.5, 1000.25);
    writer.scalar('train/loss', 300, 4.25, 1001.5);
    writer.scalar('valid/perplexity', 2 ** 40, 181.25, 1002);
    writer.scalar('größe', 127, -0.5, 1002);
    await writer.close();
    // In the same second, so that it continues in the same file.
    const next = new EventWriter(folder);
    next.scalar('train/loss', 16384, 4, 1003);
    await next.close();
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
tags = events.Tags()['scalars']
print(json.dumps({
    'version': events.file_version,
    'scalars': {tag: [[e.wall_time, e.step, e.value] for e in events.Scalars(tag)] for tag in tags},
}))`;
    expect(runPython(python, script, folder)).toEqual({
      version: 2,
      scalars: {
        'train/loss': [
          [1000.25, 0, 9.5],
          [1001.5, 300, 4.25],
          [1003, 16384, 4],
        ],
        'valid/perplexity': [[1002, 2 ** 40, 181.25]],
        größe: [[1002, 127, -0.5]],
      },
    });
  });

  it.skipIf(!python.path)(`tensorboard forgets what was lost before a session${python.note}`, async () => {
    const folder = tempFolder();
    const killed = new EventWriter(folder);
    killed.beginSession(1, 1000);
    for (const step of [1, 2, 3]) killed.scalar('train/loss', step, 9, 1000 + step);
    await killed.close();
    const resumed = new EventWriter(folder);
    resumed.beginSession(2, 1010);
    resumed.scalar('train/loss', 2, 5, 1011);
    await resumed.close();
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps([[e.step, e.value] for e in events.Scalars('train/loss')]))`;
    expect(runPython(python, script, folder)).toEqual([
      [1, 9],
      [2, 5],
    ]);
  });
});
