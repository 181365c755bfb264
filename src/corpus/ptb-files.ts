/** Gets the three files of Mikolov's Penn Treebank corpus, from disk or from the web, and verifies every byte. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopIfAborted, UserError } from '../errors.js';
import type { Progress } from '../progress.js';
import { describeFileError } from '../storage/atomic-write.js';
import { FolderHeldError, type FolderLock, lockFolder } from '../storage/folder-lock.js';
import { readArchive } from './acquire/archive.js';
import { type DownloadOptions, isUntrusted, type MirrorFailure } from './acquire/download.js';
import { faultOfContent, findFiles, pickCandidate, type WantedFile } from './acquire/wanted-file.js';
import { SPLITS, type SplitName } from './manifest.js';
import { ARCHIVE_URL, fetchFromMirror, type Mirror } from './ptb-mirrors.js';

/** The files that every published perplexity on this corpus uses. */
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

/** The verified text of each split. */
export type PtbTexts = Readonly<Record<SplitName, Buffer>>;

/**
 * Reads the files from a folder (or any folder below it) or from an archive.
 *
 * @throws UserError('data') that says for each missing or wrong file what was found instead
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
  const found = SPLITS.map((split) => pickCandidate(candidates, PTB_FILES[split]));
  const faults = found.filter((result): result is string => typeof result === 'string');
  if (faults.length > 0) throw wrongFiles(from, faults);
  const [train, valid, test] = found as [Buffer, Buffer, Buffer];
  return { train, valid, test };
}

/**
 * Reads the files from the cache folder, after downloading those that are missing or wrong. A complete cache is only
 * read.
 *
 * @param mirrors tried in turn until every file is there
 * @throws UserError('data') that says why each mirror failed, and what else to do
 */
export async function ptbFromWeb(
  cacheFolder: string,
  mirrors: readonly Mirror[],
  options: DownloadOptions,
): Promise<PtbTexts> {
  const folder = join(cacheFolder, 'ptb');
  const texts = wholeOf(await readCache(folder));
  if (texts) return texts;
  return await inTurn(folder, () => download(folder, mirrors, options), {
    signal: options.signal,
    onWait: (pid) => options.onProgress?.(waitingFor(pid)),
  });
}

async function download(
  folder: string,
  mirrors: readonly Mirror[],
  options: DownloadOptions,
): Promise<PtbTexts> {
  const failures: MirrorFailure[] = [];
  for (const [index, mirror] of mirrors.entries()) {
    const cache = await readCache(folder);
    const missing = SPLITS.filter((split) => cache[split] === undefined).map((split) => PTB_FILES[split]);
    const failure =
      missing.length === 0 ? undefined : await fetchFromMirror(mirror, folder, missing, options);
    if (failure === undefined) break;
    failures.push(failure);
    const next = mirrors[index + 1];
    if (next) options.onNote?.(`${failure.url} ${failure.reason}; trying ${next.url}`);
  }
  const texts = wholeOf(await readCache(folder));
  if (texts === undefined) throw noMirror(failures);
  await removeParts(folder);
  return texts;
}

function waitingFor(pid: number): Progress {
  const figures = [`waiting for process ${pid}`];
  return { label: 'download', done: 0, total: SPLITS.length, unit: 'files', figures };
}

/** Removes partial downloads that another mirror has made useless. */
async function removeParts(folder: string): Promise<void> {
  const parts = (await readdir(folder)).filter((name) => name.endsWith('.part'));
  await Promise.all(parts.map((name) => rm(join(folder, name), { force: true })));
}

/** Reads each file from the cache; undefined where it is missing or wrong. */
async function readCache(folder: string): Promise<Record<SplitName, Buffer | undefined>> {
  const read = (split: SplitName) => cached(folder, PTB_FILES[split]);
  const [train, valid, test] = await Promise.all([read('train'), read('valid'), read('test')]);
  return { train, valid, test };
}

function wholeOf({ train, valid, test }: Record<SplitName, Buffer | undefined>): PtbTexts | undefined {
  return train && valid && test ? { train, valid, test } : undefined;
}

async function cached(folder: string, wanted: WantedFile): Promise<Buffer | undefined> {
  const content = await readFile(join(folder, wanted.name)).catch(() => undefined);
  return content && faultOfContent(content, wanted) === undefined ? content : undefined;
}

/** Returns the lines of a message that list the expected files. */
function describeWanted(): string[] {
  const lines = SPLITS.map((split) => {
    const { name, bytes, sha256 } = PTB_FILES[split];
    return `  ${name.padEnd(13)}  ${String(bytes).padStart(7)} bytes  SHA-256 ${sha256}`;
  });
  return ['The expected files:', ...lines];
}

function wrongFiles(from: string, faults: readonly string[]): UserError {
  const lines = faults.map((fault) => `  ${fault}`);
  const message = [`${from} does not contain the Penn Treebank files:`, ...lines, ...describeWanted()].join(
    '\n',
  );
  return new UserError('data', message, [
    'Give a folder, or a .zip, .tgz or .tar file, that contains the three files at any depth, such as simple-examples.tgz.',
  ]);
}

function noMirror(failures: readonly MirrorFailure[]): UserError {
  const lines = failures.map(({ url, reason }) => `  ${url} ${reason}`);
  const message = ['Cannot download the Penn Treebank files:', ...lines, ...describeWanted()].join('\n');
  const reasons = failures.map(({ reason }) => reason);
  return new UserError('data', message, [
    ...(reasons.some(mayPass)
      ? [
          'Check the network connection, then run the same command again: the download continues where it stopped.',
        ]
      : []),
    ...(reasons.some(isUntrusted)
      ? [
          'If a proxy of your organization signs all connections, name its certificate in the environment variable NODE_EXTRA_CA_CERTS, then run the same command again.',
        ]
      : []),
    `Or get the archive with another program: \`curl -fLO ${ARCHIVE_URL}\`, then \`zlm prepare ptb --from ${posix.basename(ARCHIVE_URL)}\`.`,
    'If you have the files, in a folder or in a .zip, .tgz or .tar file: `zlm prepare ptb --from PATH`.',
    'If you know another place on the web, a folder or an archive: `zlm prepare ptb --url https://…/`.',
    'Behind a proxy: curl uses the variable HTTPS_PROXY; Node uses it from version 22.21 on, where NODE_USE_ENV_PROXY=1 is set.',
  ]);
}

/** Tells whether the same request may succeed later: the server was not reached, was busy, or the connection broke. */
function mayPass(reason: string): boolean {
  return !isUntrusted(reason) && !/^(?:sent (?:another|something)|sends more|answered [34])/.test(reason);
}

const POLL_MS = 250;

/** Hooks while a lock is waited for. */
export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, with the process that has the lock. */
  readonly onWait: (pid: number) => void;
}

/**
 * Runs `action` while this process has the lock of `folder`. A second process of this machine waits, and then finds
 * the work of the first one done.
 * @throws UserError('data') when a process on another machine has locked the folder, or it cannot be written
 * @throws UserError('interrupted') when the signal fires while waiting
 */
export async function inTurn<T>(folder: string, action: () => Promise<T>, options: TurnOptions): Promise<T> {
  const lock = await waitForLock(folder, options);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

async function waitForLock(folder: string, { signal, onWait }: TurnOptions): Promise<FolderLock> {
  for (let waits = false; ; waits = true) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderHeldError) || error.owner.host !== hostname()) throw error;
      if (!waits) onWait(error.owner.pid);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    stopIfAborted(signal);
  }
}
