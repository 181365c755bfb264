/** The service behind `zlm train`: opens what a request names and runs one training session. */
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { type ActiveBackend, activateBackend } from '../backends/select.js';
import { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { findRun } from '../runs/list-runs.js';
import type { BestEpoch, Position } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import { renderWarning } from '../spec/diagnostics.js';
import { assertFitsCorpus, loadSpec } from '../spec/load.js';
import { isNgram, type NetworkSpec, type Spec } from '../spec/systems.js';
import { checkCheckpointSize } from './checkpoint-size.js';
import { corpusFacts } from './corpus-facts.js';
import { describeEnvironment } from './environment.js';
import type { EndEvent, TrainingEvent } from './events.js';
import { checkMemory } from './memory.js';
import { type LoadedNetwork, resumeRun, startRun } from './session.js';
import { findSource } from './source-run.js';
import { type NgramInputs, trainNgram } from './train-ngram.js';

/** What to train. */
export interface TrainRequest {
  /** The YAML file; may be null when `resume` is not: the run's own spec then. */
  readonly spec: string | null;
  /** A run to go on with: name, path or `latest`. */
  readonly resume: string | null;
  /** `a.b=c` texts. */
  readonly overrides: readonly string[];
  /** Name of a new run's folder; null for one made of the moment and the spec's name. */
  readonly name: string | null;
  readonly dataFolder: string;
  readonly runsFolder: string;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions;
  /** The command as typed and zlm's version, for the record. */
  readonly command: string;
  readonly version: string;
}

/** What is known when a session begins. */
export interface SessionStart {
  readonly run: RunFolder;
  readonly spec: Spec;
  /** Where it begins: the start, or the checkpoint. */
  readonly position: Position;
  /** Whether there is nothing left to train. */
  readonly isOver: boolean;
}

/** Who listens while it trains. */
export interface TrainHooks {
  /** Aborted to interrupt. */
  readonly signal: AbortSignal;
  /** Told what may not be meant, or may go wrong, before anything is trained: one line each. */
  onWarning(line: string): void;
  /** Not called for an n-gram model, which computes on none. */
  onBackend(backend: ActiveBackend): void;
  onSession(session: SessionStart): void;
  onEvent(event: TrainingEvent): void;
}

/** How a session ended. */
export interface TrainOutcome {
  readonly outcome: 'finished' | 'interrupted';
  /** There was nothing left to train: the run was over before. */
  readonly alreadyFinished: boolean;
  /** It ended before its last epoch, because it had stopped improving. */
  readonly stoppedEarly: boolean;
  /** The override with which it can be resumed to train on; null when its schedule fixes its length. */
  readonly longer: string | null;
  /** Name of the run, and its folder. */
  readonly run: string;
  readonly folder: string;
  readonly corpus: string;
  /** null for an n-gram model, which computes on none. */
  readonly backend: BackendName | null;
  /** Of an n-gram model, left out otherwise: the different n-grams of each length; empty when interrupted. */
  readonly ngrams?: readonly number[];
  /** Of an n-gram model, left out otherwise: the lengths of n-grams whose discounts could not be estimated. */
  readonly fallbackOrders?: readonly number[];
  /** Epochs trained and validated; an n-gram model has one. */
  readonly epochs: number;
  readonly windows: number;
  readonly best: BestEpoch | null;
  /** Over all sessions of the run. */
  readonly seconds: number;
}

/** A spec, its corpus and the backend, opened and found to fit together; `backend` tells which system it is. */
export type TrainingInputs = NetworkInputs | NgramInputs;

/** What a network is trained from. */
export interface NetworkInputs {
  readonly loaded: LoadedNetwork;
  /** Open; the caller closes it. */
  readonly corpus: PreparedCorpus;
  readonly backend: ActiveBackend;
  /** The run to resume. */
  readonly run: RunFolder | null;
  /** The run whose parameters a new one begins with. */
  readonly from: RunFolder | null;
}

/**
 * Trains until the end or an interruption.
 *
 * @throws UserError for everything that a user can mend: the spec, the corpus, the run, the disk, divergence
 */
export async function train(request: TrainRequest, hooks: TrainHooks): Promise<TrainOutcome> {
  const inputs = await openInputs(request, hooks.signal);
  try {
    for (const warning of inputs.loaded.warnings) hooks.onWarning(renderWarning(warning));
    if (inputs.backend === null) return await trainNgram(inputs, request, hooks);
    hooks.onBackend(inputs.backend);
    checkMemory(inputs.loaded.spec, inputs.corpus.vocabulary.size, inputs.backend.name);
    return await trainNetwork(inputs, request, hooks);
  } finally {
    inputs.corpus.close();
  }
}

async function trainNetwork(
  { loaded, corpus, backend, run, from }: NetworkInputs,
  { command, version, runsFolder, name }: TrainRequest,
  hooks: TrainHooks,
): Promise<TrainOutcome> {
  const environment = describeEnvironment({ command, zlm: version, backend: backend.name });
  const context = {
    corpus,
    runsFolder,
    environment,
    queueDepth: backend.queueDepth,
    signal: hooks.signal,
    onWarning: hooks.onWarning,
  };
  const session = run ? await resumeRun(run, loaded, context) : await startRun(loaded, name, from, context);
  hooks.onSession(session);
  let end: Pick<EndEvent, 'outcome' | 'stoppedEarly'> = { outcome: 'finished', stoppedEarly: false };
  let position = session.position;
  for await (const event of session.events) {
    if (event.kind === 'end') ({ position, ...end } = event);
    hooks.onEvent(event);
  }
  const { epochs, windows, best, seconds } = position;
  return {
    outcome: end.outcome,
    alreadyFinished: session.isOver,
    stoppedEarly: end.stoppedEarly,
    longer: overrideForLonger(session.spec, end.stoppedEarly),
    run: session.run.name,
    folder: session.run.path,
    corpus: corpus.name,
    backend: backend.name,
    epochs,
    windows,
    best,
    seconds,
  };
}

/** The change with which a run that is over trains on. */
function overrideForLonger({ training }: NetworkSpec, stoppedEarly: boolean): string | null {
  if (stoppedEarly) return 'training.earlyStopping=null';
  return 'cosine' in training.schedule ? null : `training.epochs=${2 * training.epochs}`;
}

/** Opens everything that a request names, the cheapest first. */
export async function openInputs(request: TrainRequest, signal?: AbortSignal): Promise<TrainingInputs> {
  const run = request.resume === null ? null : await findRun(request.runsFolder, request.resume);
  const path = request.spec ?? run?.spec;
  if (path === undefined) {
    throw new UserError('usage', 'there is nothing to train: neither a spec nor a run to resume is named', [
      'Train a spec: `zlm train configs/quickstart.yaml`.',
      'Go on with a run: `zlm train --resume latest`.',
    ]);
  }
  const loaded = await loadSpec(path, request.overrides);
  const corpus = await PreparedCorpus.open(request.dataFolder, loaded.spec.corpus, {
    cacheFolder: request.backendOptions?.cacheFolder,
    signal,
  });
  try {
    assertFitsCorpus(loaded, corpusFacts(corpus.name, corpus.manifest));
    const { spec } = loaded;
    if (isNgram(spec)) return { loaded: { ...loaded, spec }, corpus, backend: null, run };
    checkCheckpointSize(spec, corpus.vocabulary.size);
    const from = run ? null : await findSource(spec, request.runsFolder, null);
    const backend = await activateBackend(request.backend, request.backendOptions);
    return { loaded: { ...loaded, spec }, corpus, backend, run, from };
  } catch (error) {
    corpus.close();
    throw error;
  }
}
