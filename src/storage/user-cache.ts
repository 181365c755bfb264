/** The folder of downloads and compiled kernels when none is named. */
import { isAbsolute, join } from 'node:path';

/** HOME without a home folder: nothing is below it, and no one can put anything there. */
export const NO_HOME = '/dev/null';

/**
 * Returns zlm's folder in the operating system's caches; null without a home folder. A relative HOME or XDG_CACHE_HOME counts
 * as none: it would put the cache into the current folder.
 */
export function userCacheFolder(environment: NodeJS.ProcessEnv): string | null {
  const { HOME = '', LOCALAPPDATA, USERPROFILE = '', XDG_CACHE_HOME = '' } = environment;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(USERPROFILE, '.cache'), 'zlm');
  const xdg = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : null;
  if (process.platform === 'linux' && xdg) return join(xdg, 'zlm');
  if (!isAbsolute(HOME) || HOME === NO_HOME) return null;
  return process.platform === 'darwin'
    ? join(HOME, 'Library', 'Caches', 'zlm')
    : join(xdg ?? join(HOME, '.cache'), 'zlm');
}
