/** The service behind `zlm train`: opens what a request names and runs one training session. */

import type { BackendName, BackendOptions } from '../backends/backend.js';
import { type ActiveBackend, activateBackend } from '../backends/select.js';
import { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { findRun } from '../runs/list-runs.js';
import type { BestEpoch } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import { assertFitsCorpus, type LoadedSpec, loadSpec } from '../spec/load.js';
import { describeEnvironment } from './environment.js';
import type { TrainingEvent } from './events.js';
import { resumeRun, startRun, type TrainingSession } from './session.js';

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

/** Who listens while it trains. */
export interface TrainHooks {
  /** Aborted to interrupt. */
  readonly signal: AbortSignal;
  onBackend(backend: ActiveBackend): void;
  onSession(session: TrainingSession): void;
  onEvent(event: TrainingEvent): void;
}

/** How a session ended. */
export interface TrainOutcome {
  readonly outcome: 'finished' | 'interrupted';
  /** There was nothing left to train: every epoch of the run was done before. */
  readonly alreadyFinished: boolean;
  /** Name of the run, and its folder. */
  readonly run: string;
  readonly folder: string;
  readonly corpus: string;
  readonly backend: BackendName;
  /** Epochs trained and validated. */
  readonly epochs: number;
  readonly windows: number;
  readonly best: BestEpoch | null;
  /** Over all sessions of the run. */
  readonly seconds: number;
}

/** A spec, its corpus and the backend, opened and found to fit together. */
export interface TrainingInputs {
  readonly loaded: LoadedSpec;
  /** Open; the caller closes it. */
  readonly corpus: PreparedCorpus;
  readonly backend: ActiveBackend;
  /** The run to resume. */
  readonly run: RunFolder | null;
}

/**
 * Trains until the end or an interruption.
 *
 * @throws UserError for everything that a user can mend: the spec, the corpus, the run, the disk, divergence
 */
export async function train(request: TrainRequest, hooks: TrainHooks): Promise<TrainOutcome> {
  const { loaded, corpus, backend, run } = await openInputs(request);
  try {
    hooks.onBackend(backend);
    const { command, version, runsFolder } = request;
    const environment = describeEnvironment({ command, zlm: version, backend: backend.name });
    const context = { corpus, runsFolder, environment, signal: hooks.signal };
    const session = run
      ? await resumeRun(run, loaded, context)
      : await startRun(loaded, request.name, context);
    hooks.onSession(session);
    let outcome: TrainOutcome['outcome'] = 'finished';
    let position = session.position;
    for await (const event of session.events) {
      if (event.kind === 'end') ({ outcome, position } = event);
      hooks.onEvent(event);
    }
    const { epochs, windows, best, seconds } = position;
    return {
      outcome,
      alreadyFinished: session.position.epochs >= session.spec.training.epochs,
      run: session.run.name,
      folder: session.run.path,
      corpus: corpus.name,
      backend: backend.name,
      epochs,
      windows,
      best,
      seconds,
    };
  } finally {
    corpus.close();
  }
}

/** Opens everything that a request names, the cheapest first. */
export async function openInputs(request: TrainRequest): Promise<TrainingInputs> {
  const run = request.resume === null ? null : await findRun(request.runsFolder, request.resume);
  const path = request.spec ?? run?.spec;
  if (path === undefined) {
    throw new UserError('usage', 'there is nothing to train: neither a spec nor a run to resume is named', [
      'Train a spec: `zlm train configs/quickstart.yaml`.',
      'Go on with a run: `zlm train --resume latest`.',
    ]);
  }
  const loaded = await loadSpec(path, request.overrides);
  const corpus = await PreparedCorpus.open(request.dataFolder, loaded.spec.corpus);
  try {
    const { train, valid, test } = corpus.manifest.splits;
    assertFitsCorpus(loaded, {
      name: corpus.name,
      vocabulary: corpus.vocabulary.size,
      trainTokens: train.tokens,
      validTokens: valid.tokens,
      testTokens: test.tokens,
    });
    return { loaded, corpus, backend: await activateBackend(request.backend, request.backendOptions), run };
  } catch (error) {
    corpus.close();
    throw error;
  }
}
