/** The user's home folder, and its substitute if there is none. */
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { UserError } from '../errors.js';
import { NO_HOME } from '../storage/user-cache.js';

/** The folders that the XDG base directory specification names. */
const XDG_FOLDERS = ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'];

/**
 * Gives HOME an absolute path before any library reads it, and SHELL a value if it has none.
 *
 * An empty or relative HOME counts as none: it would put the cache into the current folder, and oclif would look for the user's
 * files in the folder for temporary files, where others may put them. The user database then supplies the path. If it has no
 * home either, HOME becomes /dev/null: commands that need no home work, and others fail with a message. A relative XDG folder is
 * ignored, as the specification requires.
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

/** Makes the error for a command that needs a cache folder when there is no home folder. */
export function noCacheFolder(): UserError {
  return new UserError('usage', 'There is no folder for downloads and compiled kernels: HOME is not set', [
    'Name one: `--cache FOLDER`, or the environment variable ZLM_CACHE.',
  ]);
}

/** Returns the user's entry in the user database; null if there is none, as for an arbitrary user number in a container. */
function knownUser(): { readonly homedir: string } | null {
  try {
    return userInfo();
  } catch {
    return null;
  }
}
