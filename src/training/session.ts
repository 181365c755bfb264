/** A training session: a new run or an old one that goes on, set up and ready for its first event. */
import { appendFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { disposeLanguageModel, type LanguageModel } from '../model/language-model.js';
import { dispose, tidy } from '../ops/memory.js';
import type { Checkpoint } from '../runs/checkpoint.js';
import { restoreOptimizer, restoreState } from '../runs/checkpoint-tensors.js';
import { markLatest } from '../runs/latest-link.js';
import { type Position, START } from '../runs/position.js';
import { createRunFolder, type RunFolder } from '../runs/run-folder.js';
import { restoredModel } from '../runs/trained-model.js';
import { type LoadedSpec, specToYaml } from '../spec/load.js';
import type { NetworkSpec } from '../spec/systems.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { type FolderLock, lockFolder } from '../storage/folder-lock.js';
import { freshModel, languageModellingTask } from '../tasks/language-modelling.js';
import type { Task, TaskState } from '../tasks/task.js';
import { type Beginning, firstBeginning, nextBeginning, positionOf } from './beginning.js';
import { checkPosition } from './check-position.js';
import { checkIsRun, type Environment, writeEnvironment } from './environment.js';
import type { TrainingEvent } from './events.js';
import { trainingLoop } from './loop.js';
import { endOf, loopSettings } from './loop-settings.js';
import { truncateMetrics } from './metrics.js';
import { createOptimizer, disposeOptimizer } from './optimizers.js';
import { RunRecorder } from './recorder.js';

/** A run that waits to be trained: ask {@link events} for the first event to begin. */
export interface TrainingSession {
  readonly run: RunFolder;
  readonly spec: NetworkSpec;
  /** Where it begins: the start, or the checkpoint. */
  readonly position: Position;
  /** There is nothing left to train. */
  readonly isOver: boolean;
  /** Runs to its end, or is closed, before the run folder is free again. */
  readonly events: AsyncGenerator<TrainingEvent, void, void>;
}

/** The loaded spec of a network. */
export type LoadedNetwork = LoadedSpec & { readonly spec: NetworkSpec };

/** What a session needs besides the spec. */
export interface SessionContext {
  readonly corpus: PreparedCorpus;
  readonly runsFolder: string;
  readonly environment: Environment;
  /** Batches that the backend may be fed ahead: see `LoopParts`. */
  readonly queueDepth: number;
  /** Aborted to interrupt: the window under way is finished and saved. */
  readonly signal: AbortSignal;
  /** Told what a person should know and nothing depends on. */
  readonly onWarning: (line: string) => void;
}

/**
 * Begins a new run.
 *
 * @param name the run folder's name, or null for the moment and the spec's name
 * @param from the run that it takes its first parameters from
 * @throws UserError when the folder exists or cannot be written, or there are no such parameters
 */
export async function startRun(
  loaded: LoadedNetwork,
  name: string | null,
  from: RunFolder | null,
  context: SessionContext,
): Promise<TrainingSession> {
  const beginning = await firstBeginning(loaded.spec, from, context.corpus);
  const specName = basename(loaded.path, extname(loaded.path));
  const run = await createRunFolder(context.runsFolder, name, specName, new Date());
  const lock = await lockFolder(run.path);
  return releasingOnFailure(lock, async () => {
    await writeFileAtomically(run.overrides, lines(loaded.overrides));
    return openSession(run, lock, loaded.spec, beginning, context);
  });
}

/**
 * Goes on with a run from its last checkpoint, or from the start when it has none yet.
 *
 * @param loaded the spec to go on with: the run folder's own, or one that differs only in what may change
 * @throws UserError when the folder is no run of zlm's, spec, vocabulary or corpus are not the run's, its last checkpoint is
 *   lost, or another trainer holds the folder
 */
export async function resumeRun(
  run: RunFolder,
  loaded: LoadedNetwork,
  context: SessionContext,
): Promise<TrainingSession> {
  const { spec } = loaded;
  await checkIsRun(run);
  const lock = await lockFolder(run.path);
  return releasingOnFailure(lock, async () => {
    const beginning = await nextBeginning(run, spec, context.corpus, context.runsFolder);
    await appendOverrides(run, loaded.overrides);
    await truncateMetrics(run, positionOf(beginning));
    return openSession(run, lock, spec, beginning, context);
  });
}

async function openSession(
  run: RunFolder,
  lock: FolderLock,
  spec: NetworkSpec,
  beginning: Beginning,
  { corpus, environment, queueDepth, signal, onWarning }: SessionContext,
): Promise<TrainingSession> {
  const checkpoint = 'checkpoint' in beginning ? beginning.checkpoint : null;
  const source = 'source' in beginning ? beginning.source : null;
  // The environment first: it is what tells a run from a folder of the user's that has a spec in it.
  await writeEnvironment(run, source ? { ...environment, startedFrom: source.run.path } : environment);
  await writeFileAtomically(run.spec, specToYaml(spec));
  const model = modelAt(run, spec, beginning, corpus);
  const task = languageModellingTask(spec, corpus, model);
  const position = positionOf(beginning);
  checkPosition(position, task, spec, run.checkpoint('last'));
  const averaging = position.averagedSince !== null;
  const optimizer = createOptimizer(spec.training, task.parameters, averaging);
  if (checkpoint) restoreOptimizer(checkpoint, optimizer.tensors, run.checkpoint('last'));
  const recorder = new RunRecorder(run, spec, corpus, () => ({
    parameters: model.parameters,
    optimizer: optimizer.tensors,
    constants: model.constants,
  }));
  await recorder.begin(position);
  if (source) await saveStart(recorder, task);
  // Only now: a run that begins with the parameters of the latest must find them again if it is killed before.
  const unlinked = await markLatest(run);
  if (unlinked !== null) onWarning(unlinked);
  const settings = loopSettings(spec);
  const state = checkpoint ? savedState(checkpoint, task, run) : {};
  const loop = trainingLoop({ task, optimizer, settings, queueDepth }, position, state, signal);
  const cleanUp = async () => {
    disposeOptimizer(optimizer);
    disposeLanguageModel(model);
    await lock.release();
  };
  const events = thenCleanUp(recorder.record(loop, position), cleanUp);
  return { run, spec, position, isOver: endOf(settings, position) !== null, events };
}

function modelAt(
  run: RunFolder,
  spec: NetworkSpec,
  beginning: Beginning,
  { vocabulary: { size } }: PreparedCorpus,
): LanguageModel {
  if ('constants' in beginning) return freshModel(spec, size, beginning.constants);
  if ('source' in beginning)
    return restoredModel(spec, size, beginning.source.checkpoint, beginning.source.path);
  return restoredModel(spec, size, beginning.checkpoint, run.checkpoint('last'));
}

/** So that the run that the parameters came from is never needed again. */
async function saveStart(recorder: RunRecorder, task: Task): Promise<void> {
  const state = tidy(() => task.zeroState());
  await recorder.saveStart(START, state);
  dispose(state);
}

function savedState(checkpoint: Checkpoint, task: Task, run: RunFolder): TaskState {
  const zero = tidy(() => task.zeroState());
  const shapes = Object.entries(zero).map(([name, { shape }]) => ({ name, shape }));
  dispose(zero);
  return restoreState(checkpoint, shapes, run.checkpoint('last'));
}

async function* thenCleanUp<T>(events: AsyncGenerator<T, void, void>, cleanUp: () => Promise<void>) {
  try {
    yield* events;
  } finally {
    await cleanUp();
  }
}

async function appendOverrides(run: RunFolder, overrides: readonly string[]): Promise<void> {
  try {
    await appendFile(run.overrides, lines(overrides));
  } catch (error) {
    throw describeFileError(error, run.overrides, 'write') ?? error;
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

async function releasingOnFailure<T>(lock: FolderLock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await lock.release();
    throw error;
  }
}
