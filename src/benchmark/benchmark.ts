/** The service of `zlm bench`: checks and times whole training steps of specs on the backends of this machine. */
import { availableParallelism, cpus, platform, release } from 'node:os';
import { basename, extname } from 'node:path';
import type { BackendName, BackendOptions } from '../backends/backend.js';
import type { ActiveBackend } from '../backends/select.js';
import { UserError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import { loadSpec } from '../spec/load.js';
import {
  type NetworkSpec,
  readsSentences,
  requireNetwork,
  type Spec,
  type TaskName,
  taskOf,
} from '../spec/systems.js';
import { type Field, gatherField } from './contenders.js';
import { benchProduct } from './product.js';
import type { BenchmarkReport, Machine, Precision, TrainingEntry } from './report.js';
import type { RoundSettings } from './rounds.js';
import { benchTraining, type Job, modelFacts, type TrainingHooks } from './training.js';

/** Time for the product, as a share of a model's time. */
const PRODUCT_SHARE = 0.2;

/** The request of a benchmark. */
export interface BenchmarkRequest {
  /** Paths of specs. */
  readonly specs: readonly string[];
  /** `--set` texts. */
  readonly overrides: readonly string[];
  /** Backends by name; empty for every one that runs here except the slowest. */
  readonly backends: readonly BackendName[];
  readonly precisions: readonly Precision[];
  readonly backendOptions: BackendOptions;
  /** V: in training the corpus decides it. */
  readonly vocabulary: number;
  /** Rounds, and seconds for each model. */
  readonly settings: RoundSettings;
  /** Also time a matrix product. */
  readonly product: boolean;
  /** zlm's version. */
  readonly version: string;
}

/** Callbacks of a benchmark. */
export interface BenchmarkHooks {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Called for each backend that cannot run here if the request names none. */
  onLeftOut(backend: Pick<ActiveBackend, 'name' | 'reason'>): void;
}

/**
 * Runs a benchmark. A backend that computes wrong results is reported instead of timed.
 *
 * @throws UserError('spec') for a faulty spec, UserError('backend') when a named backend cannot run, and the signal's
 *   reason when it is aborted
 */
export async function runBenchmark(
  request: BenchmarkRequest,
  hooks: BenchmarkHooks,
): Promise<BenchmarkReport> {
  const { settings, vocabulary } = request;
  const jobs = await loadJobs(request);
  const { backends, precisions, backendOptions } = request;
  const field = await gatherField(backends, precisions, backendOptions, hooks.onLeftOut);
  const { signal } = hooks;
  const roofline = field.meter && (await field.meter.measure().catch(() => null));
  const brief = { ...settings, seconds: settings.seconds * PRODUCT_SHARE };
  const training: TrainingEntry[] = [];
  for (const job of jobs) {
    const { onWindow, end } = turnMeter(job.name, field, settings, hooks.onProgress);
    training.push(...(await benchTraining(job, field, settings, { signal, onWindow })));
    end();
  }
  return {
    machine: describeMachine(field, request),
    roofline,
    settings: { ...settings, vocabulary },
    backends: field.backends.map(({ name, reason }) => ({ name, reason })),
    models: jobs.map(modelFacts),
    training,
    product: request.product ? await benchProduct(field, brief, signal) : null,
  };
}

async function loadJobs({ specs, overrides, vocabulary }: BenchmarkRequest): Promise<Job[]> {
  const loaded = await Promise.all(specs.map((path) => loadSpec(path, overrides)));
  return loaded.map(({ path, spec }) => ({
    name: basename(path, extname(path)),
    spec: timedSpec(path, spec),
    vocabulary,
  }));
}

/** Returns the spec of a network. @throws UserError('spec') when it cannot be timed without a corpus */
function timedSpec(path: string, spec: Spec): NetworkSpec {
  const network = requireNetwork(spec, () =>
    notATraining(path, 'describes an n-gram model, which is not trained in steps'),
  );
  if (network.model.context)
    throw notATraining(path, 'has a context, whose topics come from a corpus, and a benchmark has none');
  if (readsSentences(network)) {
    throw notATraining(
      path,
      `${READ[taskOf(network)]}, whose lengths come from a corpus, and a benchmark has none`,
    );
  }
  return network;
}

/** What a network reads that does not read windows of a stream. */
const READ: Readonly<Record<TaskName, string>> = {
  languageModelling: 'trains on sentences',
  translation: 'translates pairs of sentences',
  speech: 'recognizes speech in utterances',
};

function notATraining(path: string, why: string): UserError {
  return new UserError('spec', `${path} cannot be timed: it ${why}`, [
    'Time another spec, such as configs/small.yaml.',
  ]);
}

/** Counts the turns of a model: a check, a warm-up and the rounds for each contender. */
function turnMeter(
  label: string,
  { contenders }: Field,
  { rounds }: RoundSettings,
  onProgress: OnProgress,
): { readonly onWindow: TrainingHooks['onWindow']; readonly end: () => void } {
  const total = contenders.length * (rounds + 2);
  const begun = new Set<string>();
  const report = (done: number, figures: string[]) =>
    onProgress({ label, done: Math.min(done, total), total, unit: 'turns', figures });
  return {
    onWindow: ({ backend, precision }, phase) => {
      begun.add(`${backend} ${precision} ${phase}`);
      report(begun.size - 1, [`${backend} ${precision}`, phase]);
    },
    end: () => report(total, []),
  };
}

function describeMachine({ threads }: Field, { version }: BenchmarkRequest): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    threads,
    platform: `${platform()} ${release()} ${process.arch}`,
    node: process.versions.node,
    zlm: version,
  };
}
