/** A training session: a new run or an old one that goes on, set up and ready for its first event. */
import { appendFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { disposeLanguageModel } from '../model/language-model.js';
import { dispose, tidy } from '../ops/memory.js';
import { type Checkpoint, readCheckpoint, restoreState } from '../runs/checkpoint.js';
import { type Position, START } from '../runs/position.js';
import { createRunFolder, markLatest, type RunFolder } from '../runs/run-folder.js';
import { restoredModel } from '../runs/trained-model.js';
import { type LoadedSpec, specToYaml } from '../spec/load.js';
import type { Spec } from '../spec/spec.generated.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { type FolderLock, lockFolder } from '../storage/folder-lock.js';
import { type Environment, writeEnvironment } from './environment.js';
import type { TrainingEvent } from './events.js';
import { freshModel, languageModelTrainee } from './language-modelling.js';
import { loopSettings, trainingLoop } from './loop.js';
import { truncateMetrics } from './metrics.js';
import { RunRecorder } from './recorder.js';
import { checkResumable } from './resume.js';
import type { NamedTensors, Trainee } from './trainee.js';

/** A run that waits to be trained: ask {@link events} for the first event to begin. */
export interface TrainingSession {
  readonly run: RunFolder;
  readonly spec: Spec;
  /** Where it begins: the start, or the checkpoint. */
  readonly position: Position;
  /** Runs to its end, or is closed, before the run folder is free again. */
  readonly events: AsyncGenerator<TrainingEvent, void, void>;
}

/** What a session needs besides the spec. */
export interface SessionContext {
  readonly corpus: PreparedCorpus;
  readonly runsFolder: string;
  readonly environment: Environment;
  /** Aborted to interrupt: the window under way is finished and saved. */
  readonly signal: AbortSignal;
}

/**
 * Begins a new run.
 *
 * @param name the run folder's name, or null for the moment and the spec's name
 * @throws UserError when the folder exists or cannot be written
 */
export async function startRun(
  loaded: LoadedSpec,
  name: string | null,
  context: SessionContext,
): Promise<TrainingSession> {
  const specName = basename(loaded.path, extname(loaded.path));
  const run = await createRunFolder(context.runsFolder, name, specName, new Date());
  const lock = await lockFolder(run.path);
  return releasingOnFailure(lock, async () => {
    await writeFileAtomically(run.overrides, lines(loaded.overrides));
    return openSession(run, lock, loaded.spec, null, context);
  });
}

/**
 * Goes on with a run from its last checkpoint, or from the start when it has none yet.
 *
 * @param loaded the spec to go on with: the run folder's own, or one that differs only in what may change
 * @throws UserError when spec, vocabulary or corpus are not the run's, or another trainer holds the folder
 */
export async function resumeRun(
  run: RunFolder,
  loaded: LoadedSpec,
  context: SessionContext,
): Promise<TrainingSession> {
  const lock = await lockFolder(run.path);
  return releasingOnFailure(lock, async () => {
    const checkpoint = await readCheckpoint(run.checkpoint('last'));
    await checkResumable(run, loaded.spec, checkpoint, context.corpus);
    await appendOverrides(run, loaded.overrides);
    await truncateMetrics(run, checkpoint?.position ?? START);
    return openSession(run, lock, loaded.spec, checkpoint, context);
  });
}

async function openSession(
  run: RunFolder,
  lock: FolderLock,
  spec: Spec,
  checkpoint: Checkpoint | null,
  { corpus, environment, signal }: SessionContext,
): Promise<TrainingSession> {
  await writeFileAtomically(run.spec, specToYaml(spec));
  await writeEnvironment(run, environment);
  await markLatest(run);
  const model = checkpoint
    ? restoredModel(spec, corpus.vocabulary.size, checkpoint, run.checkpoint('last'))
    : freshModel(spec, corpus.vocabulary.size);
  const trainee = languageModelTrainee(spec, corpus, model);
  const position = checkpoint?.position ?? START;
  const state = checkpoint ? savedState(checkpoint, trainee, run) : {};
  const loop = trainingLoop(trainee, loopSettings(spec, trainee), position, state, signal);
  const recorder = new RunRecorder(run, spec, corpus, trainee.parameters);
  await recorder.begin(position);
  const cleanUp = async () => {
    disposeLanguageModel(model);
    await lock.release();
  };
  return { run, spec, position, events: thenCleanUp(recorder.record(loop, position), cleanUp) };
}

function savedState(checkpoint: Checkpoint, trainee: Trainee, run: RunFolder): NamedTensors {
  const zero = tidy(() => trainee.zeroState());
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
