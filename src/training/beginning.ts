/** What a session begins with: a checkpoint of its run, the parameters of another run, or a fresh model. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { NamedValues } from '../model/parameters.js';
import { type Checkpoint, readCheckpoint } from '../runs/checkpoint.js';
import { type Position, START } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import type { NetworkSpec } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { modelConstants } from './constants.js';
import { readMetrics } from './metrics.js';
import { checkResumable } from './resume.js';
import { findSource, readSource, type SourceRun } from './source-run.js';

/** A fresh model needs no more than the constants that it reads and never trains. */
export type Beginning =
  | { readonly checkpoint: Checkpoint }
  | { readonly source: SourceRun }
  | { readonly constants: NamedValues };

/**
 * What a run begins with that has no checkpoint yet: read before anything is written.
 *
 * @param from the run that it takes its first parameters from
 * @throws UserError('data') when these parameters or the constants are not to be had
 */
export async function firstBeginning(
  spec: NetworkSpec,
  from: RunFolder | null,
  corpus: PreparedCorpus,
): Promise<Beginning> {
  if (from) return { source: await readSource(from, corpus) };
  return { constants: await modelConstants(spec, corpus) };
}

/**
 * What a run goes on with: its last checkpoint, or what it began with when it was stopped before the first.
 *
 * @throws UserError when spec, vocabulary or corpus are not the run's, or its last checkpoint is lost
 */
export async function nextBeginning(
  run: RunFolder,
  spec: NetworkSpec,
  corpus: PreparedCorpus,
  runsFolder: string,
): Promise<Beginning> {
  const checkpoint = await readCheckpoint(run.checkpoint('last'));
  await checkResumable(run, spec, checkpoint, corpus);
  if (checkpoint) return { checkpoint };
  await refuseToOverwrite(run);
  return firstBeginning(spec, await findSource(spec, runsFolder, run), corpus);
}

/** Where a session begins. */
export function positionOf(beginning: Beginning): Position {
  return 'checkpoint' in beginning ? beginning.checkpoint.position : START;
}

/** The constants that a session's model reads. */
export function constantsOf(beginning: Beginning): NamedValues {
  if ('constants' in beginning) return beginning.constants;
  return 'source' in beginning ? beginning.source.checkpoint.constants : beginning.checkpoint.constants;
}

/** A run that has trained epochs and lost its last checkpoint would overwrite the best one, and its metrics, from the start. */
async function refuseToOverwrite(run: RunFolder): Promise<void> {
  const hasBest = await isThere(run.checkpoint('best'));
  const hasEpochs = (await readMetrics(run)).some(({ kind }) => kind === 'epoch');
  if (!hasBest && !hasEpochs) return;
  const message = `run ${run.name} has trained whole epochs, but its last checkpoint is not there; from the start it would overwrite what is left of it`;
  throw new UserError('data', message, [
    ...(hasBest ? ['Copy best.safetensors to last.safetensors to resume from the best epoch.'] : []),
    'Begin a new run of the same spec, under another name.',
  ]);
}
