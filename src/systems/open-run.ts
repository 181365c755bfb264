/** Opening a run: its checkpoint, its corpus, and its model as a predictor. */
import { findRun } from '../runs/list-runs.js';
import type { OpenedRun, OpenedSpeech, OpenedTranslation, RunOpener } from '../runs/opened-run.js';
import { runSpec } from '../runs/run-spec.js';
import { requireNetwork, type TaskName, taskOf } from '../spec/systems.js';
import { notARecognizer, notATranslator, openSpeech, openTranslation } from './network.js';
import type { OpenHooks, OpenRequest } from './system.js';
import { systemOf } from './systems.js';

/** Request to open a run: its name, folders and backend. */
export interface OpenRunRequest extends OpenRequest {
  /** Name, path or `latest`. */
  readonly run: string;
  readonly runsFolder: string;
}

/**
 * Opens a run.
 *
 * @returns the opened run, which the caller disposes of
 * @throws UserError when run, checkpoint, corpus or backend are not available; the signal's reason when it is aborted
 */
export async function openRun(request: OpenRunRequest, hooks: OpenHooks = {}): Promise<OpenedRun> {
  const run = await findRun(request.runsFolder, request.run);
  const spec = await runSpec(run);
  return systemOf(spec).open(run, spec, request, hooks);
}

/**
 * Opens a run that translates.
 *
 * @returns the opened run, which the caller disposes of
 * @throws UserError when run, checkpoint, corpus or backend are not available, or the run does not translate; the signal's
 *   reason when it is aborted
 */
export async function openTranslator(
  request: OpenRunRequest,
  hooks: OpenHooks = {},
): Promise<OpenedTranslation> {
  const run = await findRun(request.runsFolder, request.run);
  const spec = requireNetwork(await runSpec(run), () => notATranslator(run));
  return openTranslation(run, spec, request, hooks);
}

/**
 * Opens a run that recognizes speech.
 *
 * @returns the opened run, which the caller disposes of
 * @throws UserError when run, checkpoint, corpus or backend are not available, or the run does not recognize speech; the signal's
 *   reason when it is aborted
 */
export async function openRecognizer(request: OpenRunRequest, hooks: OpenHooks = {}): Promise<OpenedSpeech> {
  const run = await findRun(request.runsFolder, request.run);
  const spec = requireNetwork(await runSpec(run), () => notARecognizer(run));
  return openSpeech(run, spec, request, hooks);
}

/** Returns the task of a run, and so which of the functions above opens it. @throws UserError when there is no such run */
export async function taskOfRun({ runsFolder, run }: OpenRunRequest): Promise<TaskName> {
  return taskOf(await runSpec(await findRun(runsFolder, run)));
}

/**
 * Makes an opener of runs.
 *
 * @param requestOf makes the request of a run: folders, checkpoint and backend
 */
export function runOpener(requestOf: (run: string) => OpenRunRequest, hooks: OpenHooks = {}): RunOpener {
  return {
    async systemOf(name) {
      const run = await findRun(requestOf(name).runsFolder, name);
      return systemOf(await runSpec(run)).name;
    },
    open: (run) => openRun(requestOf(run), hooks),
  };
}
