/** Networks: trained batch by batch, epoch by epoch, on a backend. */
import { type ActiveBackend, activateBackend, precisionObstacle } from '../backends/select.js';
import { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import { PreparedCorpus, type VerifyOptions } from '../corpus/prepared.js';
import { SpeechCorpus } from '../corpus/speech/speech-corpus.js';
import type { TrainingData } from '../corpus/training-data.js';
import { UserError } from '../errors.js';
import { disposeNetwork } from '../model/network.js';
import { dispose, tidy } from '../ops/memory.js';
import { networkPredictor } from '../predictors/network-predictor.js';
import { networkRecognizer } from '../predictors/recognizer.js';
import { networkTranslator } from '../predictors/translator.js';
import { withAverages } from '../runs/checkpoint-tensors.js';
import { markLatest } from '../runs/latest-link.js';
import type { OpenedNetwork, OpenedSpeech, OpenedTranslation } from '../runs/opened-run.js';
import { causeOfMisfit } from '../runs/restore-spec.js';
import type { RunFolder } from '../runs/run-folder.js';
import { notTrained, openTrained, restoredModel, warnOfEditedSpec } from '../runs/trained-model.js';
import { START } from '../runs/training-progress.js';
import { shellWord } from '../shell-word.js';
import { assertFitsCorpus, type LoadedSpec } from '../spec/load.js';
import {
  type NetworkSpec,
  recognizesSpeech,
  speechOf,
  type TaskName,
  taskOf,
  translates,
} from '../spec/systems.js';
import type { Task } from '../tasks/task.js';
import { taskKindOf } from '../tasks/task-kinds.js';
import {
  type Beginning,
  type BegunState,
  beginState,
  beginTask,
  findSource,
  firstBeginning,
  nextBeginning,
} from '../training/beginning.js';
import { checkCheckpointSize, checkMemory } from '../training/capacity.js';
import type { EndEvent, TrainingEvent } from '../training/events.js';
import { trainingLoop } from '../training/loop.js';
import { truncateMetrics } from '../training/metrics.js';
import { disposeOptimizer } from '../training/optimizers.js';
import { type NetworkPlan, planTraining } from '../training/plan.js';
import { RunRecorder } from '../training/recorder.js';
import { endOf, loopSettings } from '../training/schedule.js';
import { afterFailure, checkIsRun, holdRun, recordSession } from '../training/session-files.js';
import type { NetworkOutcome, OpenHooks, OpenRequest, PlanEvent, System, TrainingJob } from './system.js';

/** The system of networks. */
export const networkSystem: System<NetworkSpec> = { name: 'network', openData, plan, train, open };

type Job = TrainingJob<NetworkSpec>;

async function openData(
  loaded: LoadedSpec & { readonly spec: NetworkSpec },
  dataFolder: string,
  options: VerifyOptions,
): Promise<TrainingData> {
  const kind = taskKindOf(loaded.spec);
  const data = await kind.open(dataFolder, loaded.spec.corpus, options);
  try {
    const facts = kind.facts(data);
    if (facts) assertFitsCorpus(loaded, facts);
    return data;
  } catch (error) {
    data.close();
    throw error;
  }
}

async function* plan(job: Job): AsyncGenerator<PlanEvent, NetworkPlan, void> {
  const { loaded, corpus, resume, runsFolder } = job;
  const { spec } = loaded;
  const { from, backend } = await prepare(job);
  yield { kind: 'backend', backend };
  if (resume) await checkIsRun(resume);
  const beginning = resume
    ? await nextBeginning(resume, spec, corpus, runsFolder)
    : await firstBeginning(spec, from, corpus);
  return yield* planTraining(spec, corpus, beginning);
}

async function* train(job: Job, signal: AbortSignal): AsyncGenerator<TrainingEvent, NetworkOutcome, void> {
  const { loaded, corpus, resume, runsFolder } = job;
  const { spec } = loaded;
  const { from, backend } = await prepare(job);
  yield { kind: 'backend', backend };
  const kind = taskKindOf(spec);
  const facts = { vocabularySizes: kind.vocabularySizes(corpus), backend: backend.name };
  const scarce = checkMemory(spec, { ...facts, sizes: kind.sizes(spec, corpus) });
  if (scarce !== null) yield { kind: 'warning', line: scarce };
  // Before the folder of a new run is made: what it begins with may not be there.
  const first = resume ? null : await firstBeginning(spec, from, corpus);
  const { run, lock } = await holdRun(job);
  try {
    const beginning = first ?? (await nextBeginning(run, spec, corpus, runsFolder));
    return yield* trainFrom(beginning, job, run, backend, signal);
  } catch (error) {
    throw await afterFailure(error, run, resume);
  } finally {
    await lock.release();
  }
}

/** Checks what is cheap to check, and activates the backend. */
async function prepare({
  loaded: { spec },
  corpus,
  resume,
  ...job
}: Job): Promise<{ readonly from: RunFolder | null; readonly backend: ActiveBackend }> {
  checkCheckpointSize(spec, taskKindOf(spec).vocabularySizes(corpus));
  const from = resume ? null : await findSource(spec, job.runsFolder, null);
  const backend = await activateBackend(job.backend, job.backendOptions);
  checkPrecision(spec, backend);
  return { from, backend };
}

/** @throws UserError('backend') when the backend has no products of the precision: another one is never taken in its place */
function checkPrecision({ training: { precision } }: NetworkSpec, { name }: ActiveBackend): void {
  const obstacle = precisionObstacle(name, precision);
  if (obstacle === null) return;
  throw new UserError(
    'backend',
    `Backend ${name} cannot train in training.precision ${precision}: ${obstacle}`,
    [
      'Train in another precision: `--set training.precision=f32`, or mixed.',
      'See which backends can run here: `zlm doctor`.',
    ],
  );
}

async function* trainFrom(
  beginning: Beginning,
  job: Job,
  run: RunFolder,
  backend: ActiveBackend,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, NetworkOutcome, void> {
  const { corpus, resume } = job;
  const { spec } = job.loaded;
  const source = 'source' in beginning ? beginning.source : null;
  const startedFrom = source ? { startedFrom: source.run.path } : {};
  const facts = { command: job.command, zlm: job.version, backend: backend.name, ...startedFrom };
  const begun = beginTask(spec, corpus, beginning);
  const { model, task, position } = begun;
  let changing: BegunState | null = null;
  try {
    changing = beginState(spec, begun, beginning);
    const { optimizer, state } = changing;
    const settings = loopSettings(spec);
    const isOver = endOf(settings, position) !== null;
    // Only now, when nothing but the disk can keep the session from beginning, the folder is changed. A session that has nothing to
    // train, as when a batch system starts a job once more, leaves no trace.
    if (!(isOver && hasOwnSpec(job))) await recordSession(run, job, facts);
    if (resume) await truncateMetrics(run, position);
    const recorder = new RunRecorder(run, spec, corpus, () => ({
      parameters: model.parameters,
      optimizer: optimizer.tensors,
      constants: model.constants,
    }));
    await recorder.begin(position);
    if (source) await saveStart(recorder, task);
    // Only now: a run that begins with the parameters of the latest must find them again if it is killed before.
    const unlinked = await markLatest(run);
    if (unlinked !== null) yield { kind: 'warning', line: unlinked };
    const metric = task.metric.name;
    yield { kind: 'session', system: 'network', metric, run, epochs: settings.epochs, position, isOver };
    const parts = { task, optimizer, settings, queueDepth: backend.queueDepth };
    const end = yield* recorder.record(trainingLoop(parts, position, state, signal), position);
    return outcomeOf(job, run, backend, isOver, end);
  } finally {
    if (changing) {
      disposeOptimizer(changing.optimizer);
      dispose(changing.state);
    }
    disposeNetwork(model);
  }
}

/** Tells whether a run is resumed with the spec that is in its folder, and nothing else. */
function hasOwnSpec({ resume, loaded: { path, overrides } }: Job): boolean {
  return resume !== null && path === resume.spec && overrides.length === 0;
}

/** Saves before the first batch, so that the run that the parameters came from is never needed again. */
async function saveStart(recorder: RunRecorder, task: Task): Promise<void> {
  const state = tidy(() => task.zeroState());
  await recorder.saveStart(START, state);
  dispose(state);
}

function outcomeOf(
  { loaded: { spec }, corpus }: Job,
  run: RunFolder,
  backend: ActiveBackend,
  alreadyFinished: boolean,
  { outcome, stoppedEarly, position }: Omit<EndEvent, 'kind'>,
): NetworkOutcome {
  const { epochs, windows, best, seconds } = position;
  return {
    system: 'network',
    outcome,
    alreadyFinished,
    stoppedEarly,
    longer: overrideForLonger(spec, stoppedEarly),
    run: run.name,
    folder: run.path,
    corpus: corpus.name,
    backend: backend.name,
    epochs,
    windows,
    best,
    seconds,
  };
}

/** Returns the override with which a run that is over trains longer; null when its schedule fixes its length. */
function overrideForLonger({ training }: NetworkSpec, stoppedEarly: boolean): string | null {
  if (stoppedEarly) return 'training.earlyStopping=null';
  return 'cosine' in training.schedule ? null : `training.epochs=${2 * training.epochs}`;
}

async function open(
  run: RunFolder,
  spec: NetworkSpec,
  request: OpenRequest,
  hooks: OpenHooks,
): Promise<OpenedNetwork> {
  const task = taskOf(spec);
  if (task !== 'languageModelling') throw OTHER_TASKS[task](run);
  const { model, corpus, ...opened } = await openModel(run, spec, request, hooks, PreparedCorpus.open);
  const predictor = networkPredictor(model);
  const dispose = () => {
    corpus.close();
    predictor.dispose();
  };
  return { system: 'network', ...opened, corpus, predictor, dispose };
}

/** Opens a run that translates; see `System.open`. */
export async function openTranslation(
  run: RunFolder,
  spec: NetworkSpec,
  request: OpenRequest,
  hooks: OpenHooks = {},
): Promise<OpenedTranslation> {
  if (!translates(spec)) throw notATranslator(run, spec);
  const { model, corpus, ...opened } = await openModel(run, spec, request, hooks, ParallelCorpus.open);
  const translator = networkTranslator(model);
  const dispose = () => {
    corpus.close();
    translator.dispose();
  };
  return { ...opened, corpus, translator, dispose };
}

/** Opens a run that recognizes speech; see `System.open`. */
export async function openSpeech(
  run: RunFolder,
  spec: NetworkSpec,
  request: OpenRequest,
  hooks: OpenHooks = {},
): Promise<OpenedSpeech> {
  if (!recognizesSpeech(spec)) throw notARecognizer(run);
  const { model, corpus, ...opened } = await openModel(run, spec, request, hooks, SpeechCorpus.open);
  const recognizer = networkRecognizer(model, speechOf(spec).loss);
  const dispose = () => {
    corpus.close();
    recognizer.dispose();
  };
  return { ...opened, corpus, recognizer, dispose };
}

/**
 * Loads a network onto a backend, with the averages of its parameters if the checkpoint has any.
 *
 * @param openCorpus opens the corpus that the spec names
 * @returns the model and the corpus, which the caller frees and closes
 */
async function openModel<Data extends TrainingData>(
  run: RunFolder,
  spec: NetworkSpec,
  request: OpenRequest,
  { onBackend, onWarning, ...hooks }: OpenHooks,
  openCorpus: (dataFolder: string, name: string, options: VerifyOptions) => Promise<Data>,
) {
  const { checkpoint: name, dataFolder } = request;
  const backend = await activateBackend(request.backend, request.backendOptions);
  onBackend?.(backend);
  const verify = { cacheFolder: request.backendOptions?.cacheFolder, ...hooks };
  const { checkpoint, corpus } = await openTrained(run, name, notTrained, () =>
    openCorpus(dataFolder, spec.corpus, verify),
  );
  try {
    const evaluated = withAverages(checkpoint);
    const sizes = taskKindOf(spec).vocabularySizes(corpus);
    const model = restoredModel(spec, sizes, evaluated, run.checkpoint(name));
    warnOfEditedSpec(run, spec, checkpoint, onWarning);
    return {
      run,
      spec,
      checkpoint: name,
      checkpointSha256: checkpoint.sha256,
      position: checkpoint.position,
      backend: backend.name,
      model,
      corpus,
    };
  } catch (error) {
    corpus.close();
    throw await causeOfMisfit(error, run, spec, name, checkpoint);
  }
}

/** Makes the error for a run that does not predict the next word of a text. */
const OTHER_TASKS = { translation: notALanguageModel, speech: notOfText } satisfies Record<
  Exclude<TaskName, 'languageModelling'>,
  unknown
>;

function notALanguageModel({ name, spec }: RunFolder): UserError {
  return new UserError(
    'usage',
    `Run ${name} translates: it predicts the words of a sentence after its source alone`,
    [
      `Translate with it: \`zlm translate ${shellWord(name)}\`; or measure it: \`zlm eval ${shellWord(name)}\`.`,
      `See its spec: \`zlm spec show ${shellWord(spec)}\`.`,
    ],
  );
}

function notOfText({ name, spec }: RunFolder): UserError {
  return new UserError(
    'usage',
    `Run ${name} recognizes speech: it predicts phones, not the words of a text`,
    [
      `Measure it: \`zlm eval ${shellWord(name)}\`; or see what it recognizes: \`zlm transcribe ${shellWord(name)}\`.`,
      `See its spec: \`zlm spec show ${shellWord(spec)}\`.`,
    ],
  );
}

/** Makes the error for a run that was asked to recognize speech. */
export function notARecognizer({ name }: RunFolder): UserError {
  return new UserError('usage', `Run ${name} does not recognize speech`, [
    'Name a run whose spec has task.speech: `zlm runs` lists them all.',
    `Measure it as what it is: \`zlm eval ${shellWord(name)}\`.`,
  ]);
}

/** Makes the error for a run that was asked to translate. */
export function notATranslator(run: RunFolder, spec?: NetworkSpec): UserError {
  if (spec && recognizesSpeech(spec)) return notOfText(run);
  const { name } = run;
  return new UserError('usage', `Run ${name} is a language model, which does not translate`, [
    'Name a run whose spec has task.translation: `zlm runs` lists them all.',
    `Draw text from it: \`zlm sample ${shellWord(name)}\`.`,
  ]);
}
