import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.js';
import { replaceFolderAtomically } from '../../storage/atomic-write.js';
import { fileErrorCode } from '../../storage/file-error.js';
import type { Manifest } from '../manifest.js';
import { checkExisting } from './existing.js';
import { removeAbandonedCorpora } from './leftovers.js';
import type { PreparedSummary, PrepareOptions, Recipe } from './recipe.js';
import { assertReplaceable, makeStagingFolder } from './staging.js';
import { writeCorpus } from './write-corpus.js';

/**
 * Prepares a corpus in a folder beside the target, which gets its name when it is whole. A corpus that is there already,
 * undamaged and from the same files and options, is left alone; a damaged one is made again.
 *
 * What killed preparations left in the data folder is removed.
 *
 * @throws UserError('data') when the name is taken by another corpus (without `force`) or by anything else, when a
 *   word is outside a vocabulary without `<unk>`, or when files cannot be read or written
 * @throws UserError('interrupted') when the signal fires; nothing is left behind
 */
export async function prepareCorpus(recipe: Recipe, options: PrepareOptions): Promise<PreparedSummary> {
  const { name } = recipe;
  const folder = join(options.dataFolder, name);
  await removeAbandonedCorpora(options.dataFolder);
  await assertReplaceable(folder);
  const existing = await checkExisting(folder, recipe, options);
  if (existing !== undefined) return { name, folder, alreadyPrepared: true, manifest: existing };
  const staging = await makeStagingFolder(folder);
  try {
    const manifest = await writeCorpus(staging, recipe, options);
    return { name, folder, ...(await install(staging, folder, recipe, manifest)) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const ATTEMPTS = 10;

/** Gives the finished corpus its name. Processes that meet here with the same corpus are all served. */
async function install(
  staging: string,
  folder: string,
  recipe: Recipe,
  manifest: Manifest,
): Promise<Pick<PreparedSummary, 'alreadyPrepared' | 'manifest'>> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Again: something may have been put there in the minutes since.
      await assertReplaceable(folder);
      await replaceFolderAtomically(staging, folder);
      return { alreadyPrepared: false, manifest };
    } catch (error) {
      const winners = await checkExisting(folder, recipe, {}).catch(() => undefined);
      if (winners !== undefined) return { alreadyPrepared: true, manifest: winners };
      if (attempt === ATTEMPTS || !isCollision(error)) throw error;
    }
    await sleep(attempt * 10 * Math.random());
  }
}

// Another process moved the older corpus away, or put its own there, between two steps of ours.
function isCollision(error: unknown): boolean {
  const code = fileErrorCode(error instanceof UserError ? error.cause : error);
  return ['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code ?? '');
}
