/**
 * The beginning of a session: a checkpoint of its run, the parameters of another run (fine-tuning, Merity et al. 2018), or a
 * fresh model with the constants that it reads and never trains.
 */
import { dirname } from 'node:path';
import { PreparedCorpus } from '../corpus/prepared.js';
import type { TrainingData } from '../corpus/training-data.js';
import { UserError } from '../errors.js';
import type { VocabularySizes } from '../model/architecture.js';
import { disposeNetwork, type Network } from '../model/network.js';
import type { NamedValues } from '../model/parameters.js';
import { dispose, tidy } from '../ops/memory.js';
import { type Checkpoint, readCheckpoint } from '../runs/checkpoint.js';
import { copyCommand } from '../runs/checkpoint-fault.js';
import { restoreOptimizer, restoreState, withAverages } from '../runs/checkpoint-tensors.js';
import { findRun } from '../runs/list-runs.js';
import { trainOnCure } from '../runs/next-step.js';
import { causeOfMisfit, editedSince } from '../runs/restore-spec.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { checkFits, restoredModel } from '../runs/trained-model.js';
import { START, type TrainingProgress } from '../runs/training-progress.js';
import { shellWord } from '../shell-word.js';
import { diffSpecs } from '../spec/load.js';
import { type NetworkSpec, requireNetwork } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { freshModel } from '../tasks/language-modelling.js';
import type { Task, TaskState } from '../tasks/task.js';
import { taskKindOf } from '../tasks/task-kinds.js';
import { readTopicTable, textIdentity } from '../topics/topic-file.js';
import { checkProgress } from './advance.js';
import { readMetrics } from './metrics.js';
import { createOptimizer, disposeOptimizer, type Optimizer } from './optimizers.js';
import { checkNetworkResumable } from './resume.js';

/** Beginning of a session. A fresh model needs only the constants that it reads and never trains. */
export type Beginning =
  | { readonly checkpoint: Checkpoint; readonly path: string }
  | { readonly source: SourceRun }
  | { readonly constants: NamedValues };

/**
 * Reads what a run begins with that has no checkpoint yet, before anything is written.
 *
 * @param from the run that it takes its first parameters from
 * @throws UserError('data') when these parameters or the constants are not available
 */
export async function firstBeginning(
  spec: NetworkSpec,
  from: RunFolder | null,
  corpus: TrainingData,
): Promise<Beginning> {
  if (from) return { source: await readSource(from, spec, corpus) };
  return { constants: await modelConstants(spec, corpus) };
}

/**
 * Reads what a run continues with: its last checkpoint, or what it began with when it was stopped before the first.
 *
 * @throws UserError when spec, vocabulary or corpus are not the run's, or its last checkpoint is lost
 */
export async function nextBeginning(
  run: RunFolder,
  spec: NetworkSpec,
  corpus: TrainingData,
  runsFolder: string,
): Promise<Beginning> {
  const path = run.checkpoint('last');
  const checkpoint = await readCheckpoint(path);
  await checkNetworkResumable(run, spec, checkpoint, corpus);
  if (checkpoint) return { checkpoint, path };
  await refuseToOverwrite(run);
  return firstBeginning(spec, await findSource(spec, runsFolder, run), corpus);
}

/** A network and its data, where a session begins. */
export interface BegunTask {
  readonly model: Network;
  readonly task: Task;
  readonly position: TrainingProgress;
}

/**
 * Returns the position that a session begins at.
 *
 * @param batches of the training
 * @throws UserError('data') when the position of a checkpoint cannot be one of the run
 */
export function positionOf(
  beginning: Beginning,
  batches: Pick<Task, 'batchesIn'>,
  spec: NetworkSpec,
): TrainingProgress {
  if (!('checkpoint' in beginning)) return START;
  const { position } = beginning.checkpoint;
  checkProgress(position, batches, spec, beginning.path);
  return position;
}

/**
 * Makes the network of a spec with the parameters that a session begins with. The caller disposes of the model.
 *
 * @throws UserError('data') when a checkpoint is not of this network, or its position cannot be one of the run
 */
export function beginTask(spec: NetworkSpec, corpus: TrainingData, beginning: Beginning): BegunTask {
  const kind = taskKindOf(spec);
  const model = modelOf(spec, kind.vocabularySizes(corpus), beginning);
  try {
    const task = kind.task(spec, corpus, model);
    return { model, task, position: positionOf(beginning, task, spec) };
  } catch (error) {
    disposeNetwork(model);
    throw error;
  }
}

function modelOf(spec: NetworkSpec, vocabularySizes: VocabularySizes, beginning: Beginning): Network {
  if ('constants' in beginning) return freshModel(spec, vocabularySizes, beginning.constants);
  const { checkpoint, path } = 'source' in beginning ? beginning.source : beginning;
  return restoredModel(spec, vocabularySizes, checkpoint, path);
}

/** The state that training changes besides the parameters; owned by the caller. */
export interface BegunState {
  readonly optimizer: Optimizer;
  /** The recurrent state before the first batch; empty where that begins from zero. */
  readonly state: TaskState;
}

/**
 * Makes the optimizer and the recurrent state that a session begins with.
 *
 * @throws UserError('data') when those of a checkpoint are not what the spec makes
 */
export function beginState(
  { training }: NetworkSpec,
  { task, position }: BegunTask,
  beginning: Beginning,
): BegunState {
  const optimizer = createOptimizer(training, task.parameters, position.averagedSince !== null);
  if (!('checkpoint' in beginning)) return { optimizer, state: {} };
  const { checkpoint, path } = beginning;
  try {
    restoreOptimizer(checkpoint, optimizer.tensors, path);
    const zero = tidy(() => task.zeroState());
    const shapes = Object.entries(zero).map(([name, { shape }]) => ({ name, shape }));
    dispose(zero);
    return { optimizer, state: restoreState(checkpoint, shapes, path) };
  } catch (error) {
    disposeOptimizer(optimizer);
    throw error;
  }
}

/** A run that has trained epochs and lost its last checkpoint would overwrite the best one, and its metrics, from the start. */
async function refuseToOverwrite(run: RunFolder): Promise<void> {
  const hasBest = await isThere(run.checkpoint('best'));
  const hasEpochs = (await readMetrics(run)).some(({ kind }) => kind === 'epoch');
  if (!hasBest && !hasEpochs) return;
  const message = `Run ${run.name} has trained whole epochs, but its last checkpoint is not there; from the start it would overwrite what is left of it`;
  throw new UserError('data', message, [
    ...(hasBest ? [`To resume from the best epoch: ${copyCommand(run, 'best', 'last')}.`] : []),
    `Begin a new run of the same spec: \`zlm train ${shellWord(run.spec)}\`.`,
  ]);
}

/**
 * Reads the constants of a fresh model, by the names that the model knows: the table of topics, where its spec has a context.
 *
 * @throws UserError('data') when the topics are not there, or were made from another text
 */
export async function modelConstants({ model }: NetworkSpec, corpus: TrainingData): Promise<NamedValues> {
  // Only a text has topics.
  if (model.context === null || !(corpus instanceof PreparedCorpus)) return new Map();
  const { topics } = model.context;
  const dataFolder = dirname(corpus.folder);
  const table = await readTopicTable(dataFolder, corpus.name, topics, textIdentity(corpus.manifest));
  return new Map([['topics', { data: table.logProbability }]]);
}

/** A run and its best checkpoint, with the averages in place of the parameters if it has any. */
export interface SourceRun {
  readonly run: RunFolder;
  readonly checkpoint: Checkpoint;
  /** The checkpoint's file. */
  readonly path: string;
}

/**
 * Finds the run that `model.init.from` names, found as `--resume` finds runs; null for a spec whose parameters are drawn.
 *
 * @param beginning the run that begins with it, where its folder is there already
 * @throws UserError when there is no such run, it is the run that begins, or its network is not that of the spec
 */
export async function findSource(
  spec: NetworkSpec,
  runsFolder: string,
  beginning: RunFolder | null,
): Promise<RunFolder | null> {
  const { init } = spec.model;
  if (!('from' in init)) return null;
  const run = await findNamed(runsFolder, init.from);
  if (run.path === beginning?.path) throw ofItself(run);
  await checkNetwork(run, spec);
  return run;
}

/**
 * Reads the parameters that a run begins with.
 *
 * @throws UserError('data') when the source has no best checkpoint, or another vocabulary than the corpus
 */
async function readSource(run: RunFolder, spec: NetworkSpec, corpus: TrainingData): Promise<SourceRun> {
  const path = run.checkpoint('best');
  const checkpoint = await readBest(run);
  if (!checkpoint) throw await withoutBest(run);
  if (checkpoint.provenance.vocabularyHash !== corpus.identity.vocabularyHash)
    throw otherVocabulary(run, corpus);
  await checkSource(run, spec, corpus, checkpoint);
  return { run, checkpoint: withAverages(checkpoint), path };
}

/** Checks that the best checkpoint of a source holds the network that its spec describes. */
async function checkSource(
  run: RunFolder,
  spec: NetworkSpec,
  corpus: TrainingData,
  checkpoint: Checkpoint,
): Promise<void> {
  try {
    checkFits(spec, taskKindOf(spec).vocabularySizes(corpus), checkpoint, run.checkpoint('best'));
  } catch (error) {
    const cause = await causeOfMisfit(error, run, await runSpec(run), 'best', checkpoint);
    throw cause instanceof UserError && cause.kind === 'spec'
      ? ofSource(cause, cause.cures)
      : await withOtherCheckpoint(cause, run);
  }
}

/** Reads the best checkpoint of a source. */
async function readBest(run: RunFolder): Promise<Checkpoint | null> {
  try {
    return await readCheckpoint(run.checkpoint('best'));
  } catch (error) {
    throw await withOtherCheckpoint(error, run);
  }
}

/** Names the other checkpoint of a source. No flag chooses it, as when a run is evaluated. */
async function withOtherCheckpoint(error: unknown, run: RunFolder): Promise<unknown> {
  if (!(error instanceof UserError)) return error;
  const cures = (await isThere(run.checkpoint('last')))
    ? [`Begin with its last checkpoint instead: ${copyCommand(run, 'last', 'best')}.`]
    : ['Begin with another run, or with fresh parameters.'];
  return ofSource(error, cures);
}

function ofSource(error: UserError, cures: readonly string[]): UserError {
  return new UserError(error.kind, `model.init.from: ${error.message}`, cures, { cause: error });
}

async function findNamed(runsFolder: string, wanted: string): Promise<RunFolder> {
  try {
    return await findRun(runsFolder, wanted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw ofSource(error, error.cures);
  }
}

/** The initialization may differ; everything else of the network must be the same. */
async function checkNetwork(run: RunFolder, spec: NetworkSpec): Promise<void> {
  const source = requireNetwork(
    await runSpec(run),
    () =>
      new UserError('spec', `model.init.from: Run ${run.name} is that of an n-gram model`, [
        'Name the run of a network of the same shape: `zlm runs` lists them all.',
      ]),
  );
  const { init, forgetBias } = spec.model;
  const alike = { ...spec, model: { ...source.model, init, forgetBias } };
  const differences = diffSpecs(alike, spec);
  if (differences.length === 0) return;
  const edited = await editedSince(run, source);
  if (edited) throw ofSource(edited, edited.cures);
  const lines = differences.map(
    ({ key, before, after }) =>
      `  ${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(after)} here`,
  );
  const message = `model.init.from: Run ${run.name} has another network\n${lines.join('\n')}`;
  throw new UserError('spec', message, [
    "Give the spec the run's network, or name a run that has the spec's.",
    `See what it was trained with: \`zlm spec show ${shellWord(run.spec)}\`.`,
  ]);
}

function ofItself(run: RunFolder): UserError {
  return new UserError('spec', `model.init.from: Run ${run.name} cannot begin with its own parameters`, [
    'Begin a new run, and name the run to begin with instead of latest.',
  ]);
}

async function withoutBest(run: RunFolder): Promise<UserError> {
  const message = `model.init.from: Run ${run.name} has no best checkpoint; it is written when the first epoch is validated`;
  return new UserError('data', message, [await trainOnCure(run, 'Continue its training')]);
}

function otherVocabulary(run: RunFolder, corpus: TrainingData): UserError {
  const message = `model.init.from: Run ${run.name} was trained with another vocabulary than that of ${corpus.folder}`;
  return new UserError('data', message, [
    'Prepare the corpus with the vocabulary of that run, or begin with fresh parameters.',
  ]);
}
