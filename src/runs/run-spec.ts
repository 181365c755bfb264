/** The resolved spec that a run folder keeps. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { SpecError } from '../spec/diagnostics.js';
import { type LoadedSpec, loadStoredSpec, parseResolvedSpec } from '../spec/load.js';
import type { Spec } from '../spec/systems.js';
import { describeFileError } from '../storage/atomic-write.js';
import { restoreSpecCure } from './restore-spec.js';
import type { RunFolder } from './run-folder.js';

/**
 * The spec with which a run continues: its own, with overrides.
 *
 * @throws UserError when it is damaged, or the overrides are wrong
 */
export function loadRunSpec(run: RunFolder, overrides: readonly string[]): Promise<LoadedSpec> {
  return tellingTheCure(run, () => loadStoredSpec(run.spec, overrides));
}

/**
 * Reads the resolved spec of a run.
 *
 * @throws UserError when it is missing, or does not match the schema
 */
export async function runSpec(run: RunFolder): Promise<Spec> {
  let yaml: string;
  try {
    yaml = await readFile(run.spec, 'utf8');
  } catch (error) {
    throw describeFileError(error, run.spec, 'read') ?? error;
  }
  return await tellingTheCure(run, () => parseResolvedSpec(yaml, run.spec));
}

async function tellingTheCure<T>(run: RunFolder, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError) || isOfOverrides(error)) throw error;
    throw new UserError('spec', error.message, [...error.cures, await restoreSpecCure(run)], {
      cause: error,
    });
  }
}

/** Returns whether the run's own file is valid, so that only the overrides are not. */
function isOfOverrides(error: UserError): boolean {
  return error instanceof SpecError && error.faults.every(({ place }) => place?.source.kind === 'override');
}
