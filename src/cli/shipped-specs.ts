/** The specs that come with zlm, which any folder may name: by a word, or by the path that they have in zlm's own. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { SpecError } from '../spec/diagnostics.js';
import { isFolder } from '../storage/files.js';

const FOLDER = 'configs';
const EXTENSION = '.yaml';

/**
 * The file of a spec as a command takes it. A file of the user's always wins: the word `small` is `small`, `small.yaml` or
 * `configs/small.yaml` in the current folder, and else the spec that comes with zlm, as `configs/small.yaml` is.
 *
 * @param named       as typed
 * @param packageRoot the folder that holds zlm's own `configs/`
 * @param onNote      told which file was taken, where what was typed leaves it open
 * @returns a path; of a file that may not exist, when only the user can have meant one there
 * @throws SpecError that guesses, when a word, or a path in a folder that is not here, names no spec that comes with zlm
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
    const why = isWord ? `spec ${named}:` : `there is no ${named} here:`;
    onNote(`${why} taking the one that comes with zlm`);
    return shippedFile;
  }
  if (await isFolder(isWord ? named : dirname(named))) return named;
  throw unknownSpec(named, name, shipped);
}

/** The file in the current folder that a word is short for, unless it is zlm's own: in zlm's folder they are the same. */
async function ownFile(name: string, shippedFile: string | undefined): Promise<string | undefined> {
  for (const path of [name + EXTENSION, join(FOLDER, name + EXTENSION)]) {
    if (!(await isFile(path))) continue;
    const isShipped = shippedFile !== undefined && (await realpath(path)) === (await realpath(shippedFile));
    if (!isShipped) return path;
  }
  return undefined;
}

/** What a spec is called that comes with zlm, if something typed may name one at all. */
function nameOf(named: string): string | undefined {
  const [, word, name] = /^(?:([\w-]+)|(?:\.[\\/])?configs[\\/]([\w-]+)\.yaml)$/.exec(named) ?? [];
  return word ?? name;
}

/** The names of the specs that come with zlm, in order. */
export async function shippedNames(packageRoot: string): Promise<string[]> {
  const files = await readdir(join(packageRoot, FOLDER));
  return files
    .filter((file) => extname(file) === EXTENSION)
    .map((file) => basename(file, EXTENSION))
    .sort();
}

function unknownSpec(named: string, name: string, shipped: readonly string[]): SpecError {
  const guess = didYouMean(name, shipped);
  const message = `there is no spec ${named}: neither a file nor one that comes with zlm`;
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
