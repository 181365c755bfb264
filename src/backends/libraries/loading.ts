/** The path to load a checked library by, and why one cannot be loaded: the loader's message does not name the usual cause. */
import { readFile, realpath } from 'node:fs/promises';
import { isThere } from '../../storage/files.js';
import type { CheckedLibrary } from './compiled-library.js';

/**
 * Returns the path to load a library by: its descriptor's path where the system has one, so that the very file that was
 * checked is loaded; otherwise its own path, whose folders were checked.
 */
export async function loadablePath({ path, descriptor }: CheckedLibrary): Promise<string> {
  const opened = `/proc/self/fd/${descriptor}`;
  return (await isThere(opened)) ? opened : path;
}

/** One mounted file system of `/proc/self/mountinfo`. */
interface Mount {
  readonly point: string;
  readonly options: readonly string[];
}

/** Why a library was not loaded. */
export interface LoadFailure {
  /** One line. */
  readonly failure: string;
  /** The loader's message. */
  readonly details: string;
  /** The part that the user has to change. */
  readonly needs: 'folder' | 'compiler';
}

/**
 * Explains why a library was not loaded.
 *
 * @param path    the library
 * @param message the loader's message
 */
export async function explainLoadFailure(path: string, message: string): Promise<LoadFailure> {
  const mount = mountOf(await realpath(path).catch(() => path), await mounts());
  if (mount?.options.includes('noexec')) {
    return {
      failure: `${path} cannot be loaded: ${mount.point} is mounted with the option noexec, so nothing in it may run`,
      details: message,
      needs: 'folder',
    };
  }
  return { failure: 'the compiled library cannot be loaded', details: message, needs: 'compiler' };
}

/** Parses a text in the form of `/proc/self/mountinfo`, in order: a later mount hides an earlier one. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) return [];
    return [{ point: withoutEscapes(point), options: options.split(',') }];
  });
}

/** Returns the mount of a path. */
export function mountOf(path: string, all: readonly Mount[]): Mount | undefined {
  const isBelow = ({ point }: Mount) => point === '/' || path === point || path.startsWith(`${point}/`);
  const longest = Math.max(...all.filter(isBelow).map(({ point }) => point.length));
  return all.findLast((mount) => isBelow(mount) && mount.point.length === longest);
}

/** Returns all mounts; none on a system without `/proc`. */
async function mounts(): Promise<Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** Decodes the octal escapes that the kernel writes for a space, a tab, a line end and a backslash. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
