import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unigramPerplexity } from '../../src/corpus/corpus-report.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { preparePtb } from '../../src/corpus/ptb.js';
import type { Progress } from '../../src/progress.js';
import { NEEDS_PTB, PTB, PTB_IS_HERE } from '../ptb-files.js';
import { tempFolder } from '../temp-folder.js';
import { makeTgz, makeZip } from './acquire/archives.js';
import { type Answer, serve, status } from './acquire/file-server.js';
import { faultOf } from './tiny-corpus.js';

const NAMES = ['ptb.train.txt', 'ptb.valid.txt', 'ptb.test.txt'];
const FAST = { backoffSeconds: 0.001, stallSeconds: 5 };

const textOf = (name: string) => readFileSync(join(PTB, name));

function folders() {
  const folder = tempFolder();
  return { folder, dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
}

describe.skipIf(!PTB_IS_HERE)(`the real files${NEEDS_PTB}`, () => {
  it('the real files have the sizes that every paper reports', async () => {
    const { manifest, folder } = await preparePtb({ ...folders(), from: PTB });
    expect(manifest.splits).toMatchObject({
      train: { tokens: 929_589, lines: 42_068, types: 10_000, unknown: 45_020 },
      valid: { tokens: 73_760, lines: 3370, types: 6022 },
      test: { tokens: 82_430, lines: 3761, types: 6049 },
    });
    expect(manifest.vocabulary).toEqual({
      size: 10_000,
      sha256: 'ab5a101c0a4fc91bce28e83556c3ab4f550a1982221752f1c964bb0d27590f7d',
      unk: true,
    });
    const words = readFileSync(join(folder, 'vocabulary.txt'), 'utf8').split('\n');
    expect(words.slice(0, 6)).toEqual(['the', '<unk>', '<eos>', 'N', 'of', 'to']);
  });

  it('the real files have the text, word for word', async () => {
    const { dataFolder, cacheFolder } = folders();
    await preparePtb({ dataFolder, cacheFolder, from: PTB });
    const corpus = await PreparedCorpus.open(dataFolder, 'ptb');
    const file = corpus.split('test');
    const text = [...file.read(0, file.length)].map((id) => corpus.vocabulary.word(id)).join(' ');
    expect(`${text} `).toBe(textOf('ptb.test.txt').toString().trimStart().replace(/ \n ?/g, ' <eos> '));
    // Counted by another program (Python's Counter).
    expect(unigramPerplexity(corpus.split('train'), file, corpus.vocabulary.size)).toBeCloseTo(639.2967, 4);
    corpus.close();
  });

  it.each([
    ['zip', makeZip],
    ['tgz', makeTgz],
  ])('the real files are found in a %s archive, among others', async (kind, make) => {
    const { folder, ...options } = folders();
    const archive = join(folder, `simple-examples.${kind}`);
    const entries = NAMES.map((name) => ({ path: `simple-examples/data/${name}`, content: textOf(name) }));
    const decoy = { path: 'ptb.train.txt', content: '<html>not here</html>' };
    writeFileSync(archive, make([decoy, ...entries, { path: 'README', content: 'r' }]));
    expect((await preparePtb({ ...options, from: archive })).manifest.splits.train.tokens).toBe(929_589);
  });

  it('the real files give the same corpus from any source', async () => {
    const options = folders();
    await preparePtb({ ...options, from: PTB });
    const folder = join(options.folder, 'copy/deep/down');
    mkdirSync(folder, { recursive: true });
    for (const name of NAMES) writeFileSync(join(folder, name), textOf(name));
    expect((await preparePtb({ ...options, from: join(options.folder, 'copy') })).alreadyPrepared).toBe(true);
  });

  it('the real files are downloaded once and then taken from the cache', async () => {
    const options = folders();
    const give: Answer = ({ url = '' }, response) => response.end(textOf(url.slice(1)));
    const { url, requests } = await serve(give);
    await preparePtb({ ...options, ...FAST, url });
    expect(requests).toEqual(NAMES.map((name) => `/${name}`));
    const again = await preparePtb({ ...options, ...FAST, url, dataFolder: join(options.folder, 'other') });
    expect(again.manifest.splits.test.tokens).toBe(82_430);
    expect(requests).toHaveLength(3);
    writeFileSync(join(options.cacheFolder, 'ptb/ptb.test.txt'), 'damaged');
    await preparePtb({ ...options, ...FAST, url });
    expect(requests.slice(3)).toEqual(['/ptb.test.txt']);
  });

  it('the real files are downloaded by one process while another waits', async () => {
    const options = folders();
    const waits: string[] = [];
    const waiting = new EventEmitter();
    const onProgress = ({ figures: [wait] = [] }: Progress) => {
      if (!wait?.startsWith('waiting')) return;
      waits.push(wait);
      waiting.emit('begun');
    };
    // Nothing is given before the other process waits for it.
    const begun = once(waiting, 'begun');
    const give: Answer = ({ url = '' }, response) => begun.then(() => response.end(textOf(url.slice(1))));
    const { url, requests } = await serve(give);
    const prepare = () => preparePtb({ ...options, url, onProgress });
    const both = await Promise.all([prepare(), prepare()]);
    expect(both.map(({ manifest }) => manifest.splits.test.tokens)).toEqual([82_430, 82_430]);
    expect(requests).toHaveLength(3);
    expect(waits).toEqual([`waiting for process ${process.pid}`]);
  });

  it('the cache is only read when it has all of the real files', async () => {
    const { cacheFolder, ...options } = folders();
    const cache = join(cacheFolder, 'ptb');
    mkdirSync(cache, { recursive: true });
    for (const name of NAMES) writeFileSync(join(cache, name), textOf(name));
    const long = new Date(0);
    utimesSync(cache, long, long);
    await preparePtb({ ...options, cacheFolder });
    expect(statSync(cache).mtime).toEqual(long);
  });
});

it('what is wrong with each file is reported', async () => {
  const { folder, ...options } = folders();
  writeFileSync(join(folder, 'ptb.train.txt'), '<!DOCTYPE html><title>ptb.train.txt</title>');
  writeFileSync(join(folder, 'ptb.valid.txt'), ' a few words \n');
  const fault = await faultOf(preparePtb({ ...options, from: folder }));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain(`${join(folder, 'ptb.train.txt')} is an HTML page`);
  expect(fault.message).toContain(`${join(folder, 'ptb.valid.txt')} has only 14 of 399782 bytes`);
  expect(fault.message).toContain('ptb.test.txt is missing');
  expect(fault.message).toContain('SHA-256 fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf');
  expect(existsSync(options.dataFolder)).toBe(false);
});

it('the cures are reported when no mirror works', async () => {
  const { url } = await serve(status(404));
  const fault = await faultOf(preparePtb({ ...folders(), ...FAST, url: url.slice(0, -1) }));
  expect(fault.message).toContain(`${url}ptb.train.txt answered 404 Not Found`);
  expect(fault.message).toMatch(/ptb\.test\.txt {4}449945 bytes {2}SHA-256 dd65dff3/);
  expect(fault.cures.join('\n')).toContain('--from PATH');
  expect(fault.cures.join('\n')).toContain('--url');
});

it.each(['ftp://example.org/', 'not an address', 'file:///etc/', ''])(
  'the address "%s" is refused',
  async (url) => {
    expect((await faultOf(preparePtb({ ...folders(), url }))).kind).toBe('usage');
  },
);

it('a missing source is reported by its path', async () => {
  expect((await faultOf(preparePtb({ ...folders(), from: '/nowhere' }))).message).toContain('/nowhere');
});
