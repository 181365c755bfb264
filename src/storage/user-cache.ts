/** The folder of downloads and compiled kernels when none is named. */
import { join } from 'node:path';

/** HOME without a home folder: nothing is below it, and no one can put anything there. */
export const NO_HOME = '/dev/null';

/** Returns zlm's folder in the operating system's caches; null without a home folder. */
export function userCacheFolder(environment: NodeJS.ProcessEnv): string | null {
  const { HOME = '', LOCALAPPDATA, USERPROFILE = '', XDG_CACHE_HOME } = environment;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(USERPROFILE, '.cache'), 'zlm');
  if (process.platform === 'linux' && XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'zlm');
  if (HOME === '' || HOME === NO_HOME) return null;
  return process.platform === 'darwin'
    ? join(HOME, 'Library', 'Caches', 'zlm')
    : join(XDG_CACHE_HOME || join(HOME, '.cache'), 'zlm');
}
