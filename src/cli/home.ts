/** The user's home folder, and what takes its place where there is none. */
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../errors.js';

/** What HOME is where there is no home folder: nothing is below it, and nobody can put anything there. */
const NO_HOME = '/dev/null';

/** The folders that the XDG base directory specification names. */
const XDG_FOLDERS = ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'];

/**
 * Gives HOME an absolute path before any library asks for it, and SHELL a value where nothing tells it.
 *
 * An empty or relative HOME counts as none, since it would put the cache into the current folder and make oclif look for
 * files of the user in the folder of temporary files, where others may put them. The user database is asked then. Where
 * that knows no home either, which alone would end the program before it begins, HOME is /dev/null: everything works that
 * needs no home, and the rest is refused in words. By the specification a relative XDG folder is to be ignored.
 *
 * @param environment changed in place
 */
export function settleHome(environment: NodeJS.ProcessEnv = process.env): void {
  if (process.platform === 'win32') return;
  for (const name of XDG_FOLDERS) {
    if (!isAbsolute(environment[name] ?? '')) delete environment[name];
  }
  const user = knownUser();
  if (!isAbsolute(environment.HOME ?? '')) environment.HOME = user?.homedir || NO_HOME;
  if (user === null) environment.SHELL ??= '';
}

/** zlm's folder where the operating system keeps caches; null where there is no home folder. */
export function userCacheFolder(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { HOME = '', LOCALAPPDATA, USERPROFILE = '', XDG_CACHE_HOME } = environment;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(USERPROFILE, '.cache'), 'zlm');
  if (process.platform === 'linux' && XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'zlm');
  if (HOME === '' || HOME === NO_HOME) return null;
  return process.platform === 'darwin'
    ? join(HOME, 'Library', 'Caches', 'zlm')
    : join(XDG_CACHE_HOME || join(HOME, '.cache'), 'zlm');
}

/** Says that something needs a cache folder where there is no home folder to have it in. */
export function noCacheFolder(): UserError {
  return new UserError(
    'usage',
    'there is no folder to keep downloads and compiled kernels in: HOME is not set',
    ['Name one: `--cache FOLDER`, or the environment variable ZLM_CACHE.'],
  );
}

/** The user's entry in the user database; null when there is none, as in a container for a made-up user number. */
function knownUser(): { readonly homedir: string } | null {
  try {
    return userInfo();
  } catch {
    return null;
  }
}
