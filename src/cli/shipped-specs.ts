/** The specs that come with zlm. A command in any folder may name one by a word, or by its path in zlm's folder. */
import { fstatSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { SpecError } from '../spec/diagnostics.js';
import { isFolder } from '../storage/files.js';

const FOLDER = 'configs';
const EXTENSION = '.yaml';

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
export async function findSpec(
  named: string,
  packageRoot: string,
  onNote: (line: string) => void,
): Promise<string> {
  const name = nameOf(named);
  if (name === undefined || (await isFile(named))) return named;
  const shipped = await shippedNames(packageRoot);
  const shippedFile = shipped.includes(name) ? join(packageRoot, FOLDER, name + EXTENSION) : undefined;
  const isWord = name === named;
  const own = isWord ? await ownFile(name, shippedFile) : undefined;
  if (own !== undefined) {
    const other = shippedFile === undefined ? '' : ', not the one that comes with zlm';
    onNote(`spec ${named}: taking ${own} of this folder${other}`);
    return own;
  }
  if (shippedFile !== undefined) {
    const why = isWord ? `spec ${named}:` : `There is no ${named} here:`;
    onNote(`${why} taking the one that comes with zlm`);
    return shippedFile;
  }
  if (await isFolder(isWord ? named : dirname(named))) return named;
  throw unknownSpec(named, name, shipped);
}

/** Returns the user's file that a word abbreviates; not zlm's own file, if the current folder is zlm's. */
async function ownFile(name: string, shippedFile: string | undefined): Promise<string | undefined> {
  for (const path of [name + EXTENSION, join(FOLDER, name + EXTENSION)]) {
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

/** Returns the name of a spec that comes with zlm, if the typed word or path has the form of one. */
function nameOf(named: string): string | undefined {
  const [, word, name] = /^(?:([\w-]+)|(?:\.[\\/])?configs[\\/]([\w-]+)\.yaml)$/.exec(named) ?? [];
  return word ?? name;
}

/** Lists the names of the specs that come with zlm, in order. */
export async function shippedNames(packageRoot: string): Promise<string[]> {
  const files = await readdir(join(packageRoot, FOLDER));
  return files
    .filter((file) => extname(file) === EXTENSION)
    .map((file) => basename(file, EXTENSION))
    .sort();
}

function unknownSpec(named: string, name: string, shipped: readonly string[]): SpecError {
  const guess = didYouMean(name, shipped);
  const message = `There is no spec ${named}: neither a file nor one that comes with zlm`;
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
