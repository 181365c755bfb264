/** The specs and sweeps that come with zlm. A command in any folder may name one by a word, or by its path in zlm's folder. */
import { fstatSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { SpecError } from '../spec/diagnostics.js';
import { isFolder } from '../storage/files.js';

const EXTENSION = '.yaml';

/** A kind of file that comes with zlm. */
interface Kind {
  /** Name in messages. */
  readonly what: 'spec' | 'sweep';
  readonly folder: string;
}

const SPECS: Kind = { what: 'spec', folder: 'configs' };
const SWEEPS: Kind = { what: 'sweep', folder: join('configs', 'sweeps') };

/**
 * Finds the file of a spec. A file of the user has priority: the word `small` is `small`, `small.yaml` or `configs/small.yaml` in
 * the current folder, or else the spec that comes with zlm. The path `configs/small.yaml` works the same way.
 *
 * @param named       as typed
 * @param packageRoot the folder of zlm's own `configs/`
 * @param onNote      called with the file's path if the name alone does not determine it
 * @returns a path; the file may not exist if only a file of the user can be meant
 * @throws SpecError with a guess, when a word, or a path in a folder that does not exist, names no spec that comes with zlm
 */
export function findSpec(
  named: string,
  packageRoot: string,
  onNote: (line: string) => void,
): Promise<string> {
  return findFile(SPECS, named, packageRoot, onNote);
}

/** Finds the file of a sweep, as {@link findSpec} finds that of a spec: those that come with zlm are in `configs/sweeps/`. */
export function findSweep(
  named: string,
  packageRoot: string,
  onNote: (line: string) => void,
): Promise<string> {
  return findFile(SWEEPS, named, packageRoot, onNote);
}

async function findFile(
  kind: Kind,
  named: string,
  packageRoot: string,
  onNote: (line: string) => void,
): Promise<string> {
  const { what, folder } = kind;
  const name = nameOf(named, folder);
  if (name === undefined || (await isFile(named))) return named;
  const shipped = await namesIn(join(packageRoot, folder));
  const shippedFile = shipped.includes(name) ? join(packageRoot, folder, name + EXTENSION) : undefined;
  const isWord = name === named;
  const own = isWord ? await ownFile(name, folder, shippedFile) : undefined;
  if (own !== undefined) {
    const other = shippedFile === undefined ? '' : ', not the one that comes with zlm';
    onNote(`${what} ${named}: taking ${own} of this folder${other}`);
    return own;
  }
  if (shippedFile !== undefined) {
    const why = isWord ? `${what} ${named}:` : `There is no ${named} here:`;
    onNote(`${why} taking the one that comes with zlm`);
    return shippedFile;
  }
  if (await isFolder(isWord ? named : dirname(named))) return named;
  throw unknownFile(what, named, name, shipped);
}

/** Returns the user's file that a word abbreviates; not zlm's own file, if the current folder is zlm's. */
async function ownFile(
  name: string,
  folder: string,
  shippedFile: string | undefined,
): Promise<string | undefined> {
  for (const path of [name + EXTENSION, join(folder, name + EXTENSION)]) {
    if (!(await isFile(path)) || (await isOutput(path))) continue;
    const isShipped = shippedFile !== undefined && (await realpath(path)) === (await realpath(shippedFile));
    if (!isShipped) return path;
  }
  return undefined;
}

/**
 * Returns whether standard output goes to this file, as in `zlm spec show small > small.yaml`: the shell has made it, empty, before
 * zlm started.
 */
async function isOutput(path: string): Promise<boolean> {
  try {
    const output = fstatSync(process.stdout.fd, { bigint: true });
    const file = await stat(path, { bigint: true });
    return output.isFile() && output.dev === file.dev && output.ino === file.ino;
  } catch {
    // A closed standard output is no file.
    return false;
  }
}

/** Returns the name of a file that comes with zlm, if the typed word or path has the form of one. */
function nameOf(named: string, folder: string): string | undefined {
  if (/^[\w-]+$/.test(named)) return named;
  const [, path, name] = /^(?:\.[\\/])?([\w\\/]+)[\\/]([\w-]+)\.yaml$/.exec(named) ?? [];
  return path !== undefined && normalize(path) === folder ? name : undefined;
}

/** Lists the names of the specs that come with zlm, in order. */
export function shippedNames(packageRoot: string): Promise<string[]> {
  return namesIn(join(packageRoot, SPECS.folder));
}

/** Lists the names of the sweeps that come with zlm, in order. */
export function shippedSweepNames(packageRoot: string): Promise<string[]> {
  return namesIn(join(packageRoot, SWEEPS.folder));
}

async function namesIn(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => extname(file) === EXTENSION)
    .map((file) => basename(file, EXTENSION))
    .sort();
}

function unknownFile(what: string, named: string, name: string, shipped: readonly string[]): SpecError {
  const guess = didYouMean(name, shipped);
  const message = `There is no ${what} ${named}: neither a file nor one that comes with zlm`;
  const cures = [
    ...(guess === undefined ? [] : [`Did you mean ${named.replace(name, guess)}?`]),
    `These come with zlm: ${shipped.join(', ')}.`,
  ];
  return new SpecError([{ key: '', message, cure: cures.join(' ') }]);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  );
}
