import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findWrongFile, type VerifyOptions } from '../../src/corpus/verify-files.js';
import { sha256 } from '../../src/storage/file-identity.js';
import { sharedFolder, tempFolder } from '../temp-folder.js';

const RIGHT = 'the words of a corpus';
const WRONG = 'the words of a wolves';

/** A folder with one file, and a cache folder. */
function makePlace(folder: string) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'train.bin');
  const cacheFolder = join(folder, 'cache');
  writeFileSync(path, RIGHT);
  let hashed = 0;
  /** Verifies as if every file were a large one, and counts the files that are hashed. */
  const verify = async (options: VerifyOptions = { cacheFolder }) => {
    const [file, reads] = [{ path, sha256: sha256(RIGHT) }, new CountedReads()];
    const wrong = await findWrongFile(folder, [file], {
      alwaysHashedBytes: 0,
      signal: reads.signal,
      ...options,
    });
    hashed = reads.count;
    return wrong;
  };
  return { folder, path, cacheFolder, verify, hashed: () => hashed };
}

/** Counts how often a signal is asked, which is once for each piece that is hashed. */
class CountedReads {
  count = 0;
  readonly signal: AbortSignal;

  constructor() {
    const { signal } = new AbortController();
    this.signal = Object.create(signal, {
      throwIfAborted: { value: () => void this.count++ },
    });
  }
}

/** Waits until a change of a file would change its time on any file system. */
const settle = () => sleep(2050);

describe('a large file', () => {
  const shared = sharedFolder();
  const places: ReturnType<typeof makePlace>[] = [];
  let place: ReturnType<typeof makePlace>;

  // All at once, so that the tests wait together until the changes are long enough ago to be remembered.
  beforeAll(async () => {
    places.push(...Array.from({ length: 7 }, (_, index) => makePlace(join(shared, `${index}`))));
    await settle();
  });

  beforeEach(() => {
    place = places.pop() ?? expect.unreachable('there are too few places');
  });

  it('a large file is hashed once for each state', async () => {
    const { path, verify, hashed } = place;
    expect(await verify()).toBeUndefined();
    expect(hashed()).toBe(1);
    expect(await verify()).toBeUndefined();
    expect(hashed()).toBe(0);
    writeFileSync(path, RIGHT);
    expect(await verify()).toBeUndefined();
    expect(hashed()).toBe(1);
  });

  it('a large file is found to be wrong after a change that keeps size and time', async () => {
    const { path, verify } = place;
    const time = new Date(2020, 1, 1);
    utimesSync(path, time, time);
    await settle();
    expect(await verify()).toBeUndefined();
    writeFileSync(path, WRONG);
    utimesSync(path, time, time);
    const wrong = { path, sha256: sha256(RIGHT), found: sha256(WRONG) };
    expect(await verify()).toEqual(wrong);
    await settle();
    expect(await verify()).toEqual(wrong);
    expect(await verify()).toEqual(wrong);
  });

  it('a large file is not remembered while another change could go unnoticed', async () => {
    const { path, cacheFolder, verify, hashed } = place;
    writeFileSync(path, RIGHT);
    await verify();
    expect(() => readdirSync(cacheFolder)).toThrow('ENOENT');
    await verify();
    expect(hashed()).toBe(1);
  });

  it('a large file is hashed again for another manifest', async () => {
    const { folder, path, cacheFolder, verify } = place;
    await verify();
    const other = { path, sha256: sha256('something else') };
    const options = { cacheFolder, alwaysHashedBytes: 0 };
    expect(await findWrongFile(folder, [other], options)).toEqual({ ...other, found: sha256(RIGHT) });
  });

  it('a large file is hashed again when the cache is damaged', async () => {
    const { cacheFolder, verify, hashed } = place;
    await verify();
    const [name] = readdirSync(join(cacheFolder, 'verified'));
    for (const text of ['', '[]', '{"train.bin": 7}', '{"train.bin": "right"}', 'null', '{"train.bin']) {
      writeFileSync(join(cacheFolder, 'verified', name), text);
      expect(await verify(), text).toBeUndefined();
      expect(hashed(), text).toBe(1);
      await verify();
      expect(hashed(), text).toBe(0);
    }
  });

  it('a large file is hashed each time when there is no cache, or it cannot be written', async () => {
    const { folder, verify, hashed } = place;
    const noFolder = join(folder, 'file');
    writeFileSync(noFolder, '');
    for (const cacheFolder of [noFolder, undefined]) {
      for (const _ of ['first', 'second']) {
        expect(await verify({ cacheFolder })).toBeUndefined();
        expect(hashed()).toBe(1);
      }
    }
  });

  it('many checks of a large file at once agree, and leave one record', async () => {
    const { cacheFolder, verify } = place;
    const all = await Promise.all(Array.from({ length: 8 }, () => verify()));
    expect(all).toEqual(Array(8).fill(undefined));
    const names = readdirSync(join(cacheFolder, 'verified'));
    expect(names).toHaveLength(1);
    expect(readFileSync(join(cacheFolder, 'verified', names[0]), 'utf8')).toContain(sha256(RIGHT));
  });
});

it('a small file is hashed each time and not remembered', async () => {
  const { cacheFolder, verify, hashed } = makePlace(tempFolder());
  for (const _ of ['first', 'second']) {
    await verify({ cacheFolder, alwaysHashedBytes: RIGHT.length });
    expect(hashed()).toBe(1);
  }
  expect(() => readdirSync(cacheFolder)).toThrow('ENOENT');
});

it('the verification stops when it is interrupted', async () => {
  const { verify } = makePlace(tempFolder());
  await expect(verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});
