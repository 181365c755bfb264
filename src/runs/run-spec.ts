/** The resolved spec that a run folder keeps. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { parseResolvedSpec } from '../spec/load.js';
import type { Spec } from '../spec/systems.js';
import { describeFileError } from '../storage/atomic-write.js';
import type { RunFolder } from './run-folder.js';

/** @throws UserError when it is missing, or does not hold what the schema asks */
export async function runSpec(run: RunFolder): Promise<Spec> {
  let yaml: string;
  try {
    yaml = await readFile(run.spec, 'utf8');
  } catch (error) {
    throw describeFileError(error, run.spec, 'read') ?? error;
  }
  try {
    return await parseResolvedSpec(yaml, run.spec);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const putBack = `Put back what it was trained with: \`zlm spec show SPEC.yaml > ${shellWord(run.spec)}\`.`;
    throw new UserError('spec', error.message, [...error.cures, putBack], { cause: error });
  }
}
