/**
 * The services behind `zlm train`: open what a request names, and hand it to the system of its spec. Both are async generators
 * of events that return their result:
 *
 *     for await (const event of train(request)) console.log(event.kind);
 *
 * A consumer that stops early releases everything, and the run can be resumed from its last checkpoint; aborting the signal
 * also saves the state first. Whoever needs the result iterates with `next`, as {@link resultOf} does.
 */
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { UserError } from '../errors.js';
import { findRun } from '../runs/list-runs.js';
import { namedRun } from '../runs/named-run.js';
import type { RunFolder } from '../runs/run-folder.js';
import { loadRunSpec } from '../runs/run-spec.js';
import { renderWarning } from '../spec/diagnostics.js';
import { type LoadedSpec, loadSpec } from '../spec/load.js';
import type { Spec } from '../spec/systems.js';
import type { TrainingEvent, WarningEvent } from '../training/events.js';
import type { Plan, PlanEvent, TrainingJob, TrainingOutcome } from './system.js';
import { systemOf } from './systems.js';

/** Request for a training. */
export interface TrainRequest {
  /** The YAML file; may be null when `resume` is not: then the run's own spec is taken. */
  readonly spec: string | null;
  /** A run to resume: name, path or `latest`. */
  readonly resume: string | null;
  /** `a.b=c` texts. */
  readonly overrides: readonly string[];
  /** Name of a new run's folder; null for one made of the date and the spec's name. */
  readonly name: string | null;
  /** Continue the run of that name, if there is one. */
  readonly continueNamed?: boolean;
  readonly dataFolder: string;
  readonly runsFolder: string;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions;
  /** The command as typed and zlm's version, for the record. */
  readonly command: string;
  readonly version: string;
}

/** Options to stop a service. */
export interface ServiceOptions {
  /** Aborted to interrupt. */
  readonly signal?: AbortSignal;
}

/**
 * Trains the model of a spec, or resumes a run, until the end or an interruption.
 *
 * @returns how it ended
 * @throws UserError for everything that a user can fix: the spec, the corpus, the run, the disk, divergence
 */
export async function* train(
  request: TrainRequest,
  { signal = new AbortController().signal }: ServiceOptions = {},
): AsyncGenerator<TrainingEvent, TrainingOutcome, void> {
  const job = await openJob(request, signal);
  try {
    yield* warningsOf(job.loaded);
    return yield* systemOf(job.loaded.spec).train(job, signal);
  } finally {
    job.corpus.close();
  }
}

/**
 * Plans what {@link train} would do with the same request: the whole training of a spec, or what is left of a run's. Nothing
 * is written.
 *
 * @returns the plan
 * @throws UserError for what `train` would refuse before it begins, except for a name or a folder that is taken
 */
export async function* plan(
  request: TrainRequest,
  { signal = new AbortController().signal }: ServiceOptions = {},
): AsyncGenerator<PlanEvent, Plan, void> {
  const job = await openJob(request, signal);
  try {
    yield* warningsOf(job.loaded);
    return yield* systemOf(job.loaded.spec).plan(job, signal);
  } finally {
    job.corpus.close();
  }
}

/**
 * Hands each event of a service to a listener, and returns the result of the service. A listener that throws stops the service.
 */
export async function resultOf<Event, Result>(
  service: AsyncGenerator<Event, Result, void>,
  onEvent: (event: Event) => void = () => {},
): Promise<Result> {
  const results: Result[] = [];
  const events = (async function* () {
    results.push(yield* service);
  })();
  for await (const event of events) onEvent(event);
  return results[0];
}

function* warningsOf({ warnings }: LoadedSpec): Generator<WarningEvent, void, void> {
  for (const warning of warnings) yield { kind: 'warning', line: renderWarning(warning) };
}

/** Loads the spec that a request names, or that of the run to resume. */
function loadNamed({ spec, overrides }: TrainRequest, resume: RunFolder | null): Promise<LoadedSpec> {
  if (spec !== null) return loadSpec(spec, overrides);
  if (resume !== null) return loadRunSpec(resume, overrides);
  throw new UserError('usage', 'There is nothing to train: neither a spec nor a run to resume is named', [
    'Train a spec: `zlm train configs/quickstart.yaml`.',
    'Continue a run: `zlm train --resume latest`.',
  ]);
}

/** Finds the run to resume, if any, and loads the spec that it continues with or a new run begins with. */
async function runAndSpec(
  request: TrainRequest,
): Promise<{ readonly resume: RunFolder | null; readonly loaded: LoadedSpec }> {
  const { runsFolder, name, continueNamed } = request;
  const resume = request.resume === null ? null : await findRun(runsFolder, request.resume);
  const loaded = await loadNamed(request, resume);
  const named = continueNamed && name !== null ? await namedRun(runsFolder, name, loaded.spec) : null;
  return named ? { resume: named, loaded: await loadRunSpec(named, []) } : { resume, loaded };
}

/** Opens everything that a request names, the cheapest first. */
async function openJob(request: TrainRequest, signal: AbortSignal): Promise<TrainingJob<Spec>> {
  const { resume, loaded } = await runAndSpec(request);
  const corpus = await systemOf(loaded.spec).openData(loaded, request.dataFolder, {
    cacheFolder: request.backendOptions?.cacheFolder,
    signal,
  });
  const { runsFolder, name, backend, backendOptions, command, version } = request;
  return { loaded, corpus, resume, runsFolder, name, backend, backendOptions, command, version };
}
