/** Refusing a split that is too short for what is asked. */
import type { SplitName } from '../corpus/prepared.js';
import { UserError } from '../errors.js';

/** @throws UserError when a split of so many tokens leaves a column of the batch nothing to predict */
export function checkLongEnough(corpus: string, split: SplitName, tokens: number, batch: number): void {
  if (tokens >= 2 * batch) return;
  if (tokens < 2) {
    const message = `the ${split} split of ${corpus} has no two tokens, so there is nothing to predict`;
    throw new UserError('data', message, ['Take another --split.']);
  }
  const message = `a batch of ${batch} is too wide for the ${split} split of ${corpus}, which has ${tokens} tokens`;
  throw new UserError('usage', message, [`Take --batch ${Math.floor(tokens / 2)} or less.`]);
}
