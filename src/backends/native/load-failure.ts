/** Why a compiled library cannot be loaded, in words: the loader's own do not name the usual cause. */
import { readFile, realpath } from 'node:fs/promises';

/** One mounted file system of `/proc/self/mountinfo`. */
interface Mount {
  readonly point: string;
  readonly options: readonly string[];
}

/** Why, in one line, and the loader's own words. */
export interface LoadFailure {
  readonly failure: string;
  readonly details: string;
  /** Another folder would help, rather than another compiler. */
  readonly needs: 'folder' | 'compiler';
}

/**
 * Explains why a library was not loaded.
 *
 * @param path  the library
 * @param words what the loader says
 */
export async function explainLoadFailure(path: string, words: string): Promise<LoadFailure> {
  const mount = mountOf(await realpath(path).catch(() => path), await mounts());
  if (mount?.options.includes('noexec')) {
    return {
      failure: `${path} cannot be loaded: ${mount.point} is mounted with the option noexec, so nothing in it may run`,
      details: words,
      needs: 'folder',
    };
  }
  return { failure: 'the compiled library cannot be loaded', details: words, needs: 'compiler' };
}

/** The mounts of a text in the form of `/proc/self/mountinfo`, in order: a later one hides an earlier one. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) return [];
    return [{ point: withoutEscapes(point), options: options.split(',') }];
  });
}

/** The mount that a path lies on. */
export function mountOf(path: string, all: readonly Mount[]): Mount | undefined {
  const isBelow = ({ point }: Mount) => point === '/' || path === point || path.startsWith(`${point}/`);
  const longest = Math.max(...all.filter(isBelow).map(({ point }) => point.length));
  return all.findLast((mount) => isBelow(mount) && mount.point.length === longest);
}

/** None where the system does not tell. */
async function mounts(): Promise<Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** The kernel writes a space, a tab, a line end and a backslash as three octal digits. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
