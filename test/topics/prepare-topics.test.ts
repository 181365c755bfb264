import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/storage/safetensors.js';
import { type PrepareTopicsOptions, prepareTopics } from '../../src/topics/prepare-topics.js';
import { readTopicFile, readTopicTable, textIdentity } from '../../src/topics/topic-file.js';
import { faultOf } from '../corpus/tiny-corpus.js';
import { prepareSmallCorpus, SMALL_CORPUS } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** A data folder with the small corpus. */
async function dataFolder(): Promise<string> {
  const folder = join(tempFolder(), 'data');
  await prepareSmallCorpus(folder);
  return folder;
}

async function prepareThree(folder: string, options: Partial<PrepareTopicsOptions> = {}) {
  const choices = { topics: 3, iterations: 8, sentences: 10, seed: 1, force: false };
  return prepareTopics({ dataFolder: folder, corpus: SMALL_CORPUS, ...choices, ...options });
}

/** Reads the three topics as a training would. */
async function readThree(folder: string) {
  const corpus = await PreparedCorpus.open(folder, SMALL_CORPUS);
  corpus.close();
  return readTopicTable(folder, SMALL_CORPUS, 3, textIdentity(corpus.manifest));
}

const fileIn = (folder: string) => join(folder, SMALL_CORPUS, 'topics-3.safetensors');

/** Rewrites the file with other metadata or tensors. */
function rewrite(path: string, change: (file: ReturnType<typeof decodeSafetensors>) => void): void {
  const file = decodeSafetensors(readFileSync(path), path);
  change(file);
  writeFileSync(path, Buffer.concat(encodeSafetensors([...file.tensors.values()], file.metadata)));
}

const asOfVersion2 = (path: string) =>
  rewrite(path, ({ metadata }) => {
    metadata['zlm.formatVersion'] = '2';
  });

describe('prepared topics', () => {
  it('prepared topics can be read as a distribution for each word', async () => {
    const folder = await dataFolder();
    const prepared = await prepareThree(folder);
    const { topics, vocabularySize, logProbability } = await readThree(folder);
    const { vocabulary } = await PreparedCorpus.open(folder, SMALL_CORPUS);
    expect([topics, vocabularySize]).toEqual([3, vocabulary.size]);
    const row = (id: number) => Array.from(logProbability.subarray(3 * id, 3 * id + 3), Math.exp);
    for (let id = 0; id < vocabularySize; id++) {
      expect(row(id).reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5);
    }
    expect(row(vocabulary.eos)).toEqual(row(vocabulary.unk ?? -1));
    expect(row(vocabulary.eos)[0]).toBeCloseTo(1 / 3, 6);
    expect(Math.max(...row(vocabulary.id('heron') ?? -1))).toBeGreaterThan(0.4);
    expect(prepared).toMatchObject({
      ...{ corpus: SMALL_CORPUS, file: fileIn(folder), alreadyPrepared: false, documents: 10 },
      recipe: { topics: 3, alpha: 50 / 3, beta: 0.1, iterations: 8, sentences: 10, seed: 1 },
    });
  });

  it('prepared topics record what they were made from', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    const { metadata } = decodeSafetensors(readFileSync(fileIn(folder)), 'topics');
    const corpus = await PreparedCorpus.open(folder, SMALL_CORPUS);
    expect(metadata).toMatchObject({ 'zlm.formatVersion': '1', 'zlm.corpus': SMALL_CORPUS });
    expect(JSON.parse(metadata['zlm.topicRecipe'])).toEqual({
      ...{ vocabularyHash: corpus.vocabulary.sha256, trainHash: corpus.manifest.splits.train.sha256 },
      ...{ topics: 3, alpha: 50 / 3, beta: 0.1, iterations: 8, sentences: 10, seed: 1 },
    });
  });

  it('prepared topics have the same bytes for the same text and options', async () => {
    const [one, two, other] = [await dataFolder(), await dataFolder(), await dataFolder()];
    await prepareThree(one);
    await prepareThree(two);
    await prepareThree(other, { seed: 2 });
    expect(readFileSync(fileIn(two))).toEqual(readFileSync(fileIn(one)));
    expect(readFileSync(fileIn(other))).not.toEqual(readFileSync(fileIn(one)));
  });
});

describe('existing topics', () => {
  it('existing topics are kept when they are the same', async () => {
    const folder = await dataFolder();
    const first = await prepareThree(folder);
    const { ino } = statSync(fileIn(folder));
    const second = await prepareThree(folder);
    expect(second).toEqual({ ...first, alreadyPrepared: true });
    expect(statSync(fileIn(folder)).ino).toBe(ino);
  });

  it('existing topics that differ are refused with every difference, unless forced', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    const fault = await faultOf(prepareThree(folder, { seed: 2, sentences: 5 }));
    expect(fault.kind).toBe('data');
    expect(fault.message).toMatch(
      /prepared from another text or with other options:\n {2}sentences: 10, now 5\n {2}seed: 1, now 2$/,
    );
    expect(fault.cures[0]).toContain('--force');
    const { alreadyPrepared } = await prepareThree(folder, { seed: 2, sentences: 5, force: true });
    expect(alreadyPrepared).toBe(false);
    expect((await prepareThree(folder, { seed: 2, sentences: 5 })).alreadyPrepared).toBe(true);
  });

  it('existing topics of another text are kept', async () => {
    const [folder, other] = [await dataFolder(), join(tempFolder(), 'data')];
    await prepareSmallCorpus(other, { train: 'the heron rests\nthe mill turns\n' });
    await prepareThree(other);
    cpSync(fileIn(other), fileIn(folder));
    expect((await faultOf(prepareThree(folder))).message).toMatch(
      /vocabulary: SHA-256 \w{12}…, now SHA-256 \w{12}…\n {2}training text: SHA-256/,
    );
  });

  it('damaged topics are trained again', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    const whole = readFileSync(fileIn(folder));
    truncateSync(fileIn(folder), 700);
    expect((await prepareThree(folder)).alreadyPrepared).toBe(false);
    expect(readFileSync(fileIn(folder))).toEqual(whole);
  });

  it('topics with any bit of the header or the table flipped are not read', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    const path = fileIn(folder);
    const whole = readFileSync(path);
    const place = { dataFolder: folder, corpus: SMALL_CORPUS, topics: 3 };
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] ^= 1 << (at & 7);
      writeFileSync(path, damaged);
      expect((await faultOf(readTopicFile(place))).kind, `byte ${at}`).toBe('data');
    }
  });

  it('topics of a newer zlm are kept, unless forced', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    asOfVersion2(fileIn(folder));
    expect((await faultOf(prepareThree(folder))).message).toContain('format version 2');
    expect((await prepareThree(folder, { force: true })).alreadyPrepared).toBe(false);
  });

  it('topics do not replace a file of the user, unless forced', async () => {
    const folder = await dataFolder();
    for (const own of [
      Buffer.concat(encodeSafetensors([{ name: 'mine', shape: [1], data: Float32Array.of(1) }], {})),
      Buffer.from('a table of mine\n'),
    ]) {
      writeFileSync(fileIn(folder), own);
      const fault = await faultOf(prepareThree(folder));
      expect(fault.message).toMatch(/topics-3\.safetensors is not a file of topics that zlm wrote$/);
      expect(readFileSync(fileIn(folder)).equals(own)).toBe(true);
      expect((await prepareThree(folder, { force: true })).alreadyPrepared).toBe(false);
    }
  });

  it('existing topics do not prevent a new preparation of the corpus, which removes them', async () => {
    const folder = await dataFolder();
    await prepareThree(folder);
    writeFileSync(join(folder, SMALL_CORPUS, `.topics-9.safetensors.host.1.0123abcd.tmp`), '');
    await prepareSmallCorpus(folder, { train: 'the heron rests\n' });
    expect(readdirSync(join(folder, SMALL_CORPUS))).not.toContain('topics-3.safetensors');
  });
});

it('an interrupted training of topics writes nothing', async () => {
  const folder = await dataFolder();
  const before = readdirSync(join(folder, SMALL_CORPUS));
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  const fault = await faultOf(prepareThree(folder, { onProgress, signal: controller.signal }));
  expect(fault.kind).toBe('interrupted');
  expect(readdirSync(join(folder, SMALL_CORPUS))).toEqual(before);
});

it('a training of topics needs a prepared corpus', async () => {
  const fault = await faultOf(prepareThree(tempFolder()));
  expect(fault.message).toContain(`There is no prepared corpus "${SMALL_CORPUS}"`);
});

describe('readTopicTable reports', () => {
  it.each<[string, (folder: string) => unknown, RegExp, string]>([
    [
      'that the topics are missing',
      () => {},
      /^There are no 3 topics of the corpus "small": .*topics-3\.safetensors is missing$/,
      'Train them: `zlm prepare topics small --topics 3`.',
    ],
    [
      'that they are cut off',
      async (folder) => {
        await prepareThree(folder);
        truncateSync(fileIn(folder), 100);
      },
      /Cannot read .*topics-3\.safetensors/,
      'Train the topics again: `zlm prepare topics small --topics 3`.',
    ],
    [
      'that a bit has changed',
      async (folder) => {
        await prepareThree(folder);
        const bytes = readFileSync(fileIn(folder));
        bytes[bytes.length - 1] ^= 1;
        writeFileSync(fileIn(folder), bytes);
      },
      /does not match its checksum/,
      'Train the topics again: `zlm prepare topics small --topics 3`.',
    ],
    [
      'that the file contains no topics',
      (folder) => {
        const tensor = { name: 'topics', shape: [2, 3], data: new Float32Array(6) };
        writeFileSync(fileIn(folder), Buffer.concat(encodeSafetensors([tensor], {})));
      },
      /topics-3\.safetensors is not a file of topics that zlm wrote$/,
      'Move it away, or replace it: `zlm prepare topics small --topics 3 --force`.',
    ],
    [
      'that the file has another number of topics than its name says',
      async (folder) => {
        await prepareThree(folder, { topics: 4 });
        cpSync(join(folder, SMALL_CORPUS, 'topics-4.safetensors'), fileIn(folder));
      },
      /does not contain a table of 3 topics$/,
      'Train the topics again: `zlm prepare topics small --topics 3`.',
    ],
    [
      'that a value is no number',
      async (folder) => {
        await prepareThree(folder);
        rewrite(fileIn(folder), ({ tensors }) => tensors.get('topics')?.data.fill(Number.NaN, 0, 1));
      },
      /does not contain a table of 3 topics$/,
      'Train the topics again: `zlm prepare topics small --topics 3`.',
    ],
    [
      'that another zlm wrote the file',
      async (folder) => {
        await prepareThree(folder);
        asOfVersion2(fileIn(folder));
      },
      /has format version 2; this zlm reads version 1$/,
      'Train the topics again with this version of zlm and --force, or use the version that wrote them.',
    ],
    [
      'that a folder is in the way',
      (folder) => {
        mkdirSync(fileIn(folder));
      },
      /^Cannot read .*topics-3\.safetensors: it is a folder/,
      'Name a file, or move the folder of that name away.',
    ],
  ])('readTopicTable reports %s', async (_, make, message, cure) => {
    const folder = await dataFolder();
    await make(folder);
    const fault = await faultOf(readThree(folder));
    expect(fault.kind).toBe('data');
    expect(fault.message).toMatch(message);
    expect(fault.cures[0]).toBe(cure);
  });

  it.each<[string, 'vocabularyHash' | 'trainHash', string]>([
    ['that the topics are of another vocabulary', 'vocabularyHash', 'another vocabulary'],
    ['that the topics are of another training text', 'trainHash', 'another training text'],
  ])('readTopicTable reports %s', async (_, hash, words) => {
    const folder = await dataFolder();
    const { recipe } = await prepareThree(folder);
    const fault = await faultOf(
      readTopicTable(folder, SMALL_CORPUS, 3, { ...recipe, [hash]: '0'.repeat(64) }),
    );
    expect(fault.message).toContain(`was made from ${words} than that of the corpus "small"`);
    expect(fault.cures).toEqual(['Train the topics again: `zlm prepare topics small --topics 3 --force`.']);
  });
});
