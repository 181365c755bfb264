/** Where tests find the three files of the Penn Treebank, whose text may not enter the repository. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from './cli/capture.js';

/** Their folder: `$ZLM_PTB`, or else one beside the repository. */
export const PTB = resolve(ROOT, process.env.ZLM_PTB ?? '../shared/ptb');

export const PTB_IS_HERE = existsSync(join(PTB, 'ptb.train.txt'));

/** Suffix for the titles of tests that need them. */
export const NEEDS_PTB = ' (needs the Penn Treebank in $ZLM_PTB)';
