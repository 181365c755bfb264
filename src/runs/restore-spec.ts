/** Cures for the spec of a run that was lost, damaged or edited: the command that makes it again. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import type { Spec } from '../spec/systems.js';
import { safetensorsMetadata } from '../storage/safetensors.js';
import type { Checkpoint } from './checkpoint.js';
import { MisfitError } from './checkpoint-fault.js';
import type { CheckpointName, RunFolder } from './run-folder.js';

/** Stands for a file that the reader has to name. */
const UNKNOWN_FILE = 'SPEC.yaml';

/**
 * Says how the spec of a run is made again: from the file that the run was begun with, and the overrides of the run.
 *
 * The command is tried first. It names the file only if the file still gives the spec of the run's checkpoints.
 */
export async function restoreSpecCure(run: RunFolder): Promise<string> {
  const overrides = await overridesOf(run);
  const flags = overrides.map((text) => ` --set ${shellWord(text)}`).join('');
  const command = (file: string) => `\`zlm spec show ${shellWord(file)}${flags} > ${shellWord(run.spec)}\``;
  const begin = 'Put back what it was trained with: ';
  const origin = await originOf(run);
  if (origin === null) return `${begin}${command(UNKNOWN_FILE)}.`;
  if (await givesSpecOf(run, origin, overrides)) return `${begin}${command(origin)}.`;
  return `${begin}${command(UNKNOWN_FILE)}, where ${UNKNOWN_FILE} is ${origin} as it was then.`;
}

/** Returns the overrides of all sessions of a run. */
async function overridesOf(run: RunFolder): Promise<string[]> {
  const text = await readFile(run.overrides, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** Returns the file of the spec that a run was begun with; null for a run whose record does not say. */
async function originOf(run: RunFolder): Promise<string | null> {
  try {
    const { sessions } = JSON.parse(await readFile(run.environment, 'utf8'));
    const file: unknown = sessions[0].spec;
    return typeof file === 'string' && file !== '' ? file : null;
  } catch {
    return null;
  }
}

/** Tells whether a file with overrides gives the spec that the checkpoints of a run belong to. */
async function givesSpecOf(run: RunFolder, file: string, overrides: readonly string[]): Promise<boolean> {
  // Most commands that name a run need neither.
  const { loadSpec } = await import('../spec/load.js');
  const { specIdentity } = await import('../spec/compare.js');
  try {
    const { spec } = await loadSpec(file, overrides);
    const identity = (await specIdentityIn(run, 'last')) ?? (await specIdentityIn(run, 'best'));
    return identity === null || identity === specIdentity(spec);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Returns the identity of the spec that a checkpoint belongs to; null when there is no checkpoint that can be read. */
async function specIdentityIn(run: RunFolder, name: CheckpointName): Promise<string | null> {
  const metadata = await safetensorsMetadata(run.checkpoint(name));
  return metadata?.['zlm.specHash'] ?? null;
}

/** How a checkpoint differs from the spec of its run, where nothing but the hash of the spec tells. */
const ANOTHER_SPEC = 'it was trained with another spec';

/**
 * Makes the error for a checkpoint that was trained with another spec than that of its run: the spec was edited since, or the
 * checkpoint comes from another run.
 *
 * @param name  the checkpoint
 * @param fault how the two differ, as a clause about the checkpoint
 */
export async function otherSpec(
  run: RunFolder,
  spec: Spec,
  name: CheckpointName,
  fault = ANOTHER_SPEC,
): Promise<UserError> {
  const path = run.checkpoint(name);
  const { specIdentity } = await import('../spec/compare.js');
  // A checkpoint that fits shows that the spec is right.
  const other = await specIdentityIn(run, name === 'best' ? 'last' : 'best');
  if (other === specIdentity(spec)) return new MisfitError(path, fault);
  const consequence = fault === ANOTHER_SPEC ? '' : `, so ${path} no longer fits it: ${fault}`;
  return new UserError('spec', `${run.spec} was edited after the run was trained${consequence}`, [
    await restoreSpecCure(run),
    `Or begin a new run from the edited file: \`zlm train ${shellWord(run.spec)}\`.`,
  ]);
}

/** Returns the error for a run whose spec was edited after its checkpoints were written; null if it was not. */
export async function editedSince(run: RunFolder, spec: Spec): Promise<UserError | null> {
  const { specIdentity } = await import('../spec/compare.js');
  const best = await specIdentityIn(run, 'best');
  if (best === null || best === specIdentity(spec)) return null;
  const error = await otherSpec(run, spec, 'best');
  return error.kind === 'spec' ? error : null;
}

/**
 * Returns the error to throw for a checkpoint whose model could not be restored. If the spec was edited, no checkpoint of the run
 * fits it, and the advice to take the other one would be wrong.
 *
 * @param error      of the restoring
 * @param checkpoint what was read
 */
export async function causeOfMisfit(
  error: unknown,
  run: RunFolder,
  spec: Spec,
  name: CheckpointName,
  { provenance }: Pick<Checkpoint, 'provenance'>,
): Promise<unknown> {
  const { specIdentity } = await import('../spec/compare.js');
  if (!(error instanceof MisfitError) || provenance.specHash === specIdentity(spec)) return error;
  return await otherSpec(run, spec, name, error.fault);
}
