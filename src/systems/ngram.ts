/** N-gram models: "training" counts the n-grams in one pass, and validates the counts once. */
import { PreparedCorpus, type VerifyOptions } from '../corpus/prepared.js';
import { type Evaluation, evaluateStream } from '../evaluation/perplexity.js';
import { bytesToEstimate, estimateTable, type NgramSettings, tableBytes } from '../ngram/estimate-table.js';
import { fallbackOrders } from '../ngram/kneser-ney.js';
import { NgramModel } from '../ngram/ngram-model.js';
import { type NgramTable, tableToArrays } from '../ngram/ngram-table.js';
import { ngramPredictor } from '../predictors/ngram-predictor.js';
import { withProgress } from '../progress.js';
import { encodeArrays, readCheckpoint } from '../runs/checkpoint.js';
import { markLatest } from '../runs/latest-link.js';
import type { OpenedNgram } from '../runs/opened-run.js';
import { causeOfMisfit } from '../runs/restore-spec.js';
import type { RunFolder } from '../runs/run-folder.js';
import { type RunState, writeStatus } from '../runs/status.js';
import { notCounted, openTrained, restoredTable, warnOfEditedSpec } from '../runs/trained-model.js';
import { START, type TrainingProgress } from '../runs/training-progress.js';
import type { LoadedSpec } from '../spec/load.js';
import type { NgramSpec } from '../spec/systems.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { isThere } from '../storage/files.js';
import type { TrainingEvent } from '../training/events.js';
import { LiveReporter } from '../training/live-reporter.js';
import type { NgramRow } from '../training/metrics.js';
import { checkResumable, provenanceOf } from '../training/resume.js';
import { afterFailure, checkIsRun, holdRun, recordSession } from '../training/session-files.js';
import type {
  NgramOutcome,
  NgramPlan,
  OpenHooks,
  OpenRequest,
  PlanEvent,
  System,
  TrainingJob,
} from './system.js';

/** The system of n-gram models. */
export const ngramSystem: System<NgramSpec, PreparedCorpus> = { name: 'ngram', openData, plan, train, open };

function openData(
  { spec }: LoadedSpec & { readonly spec: NgramSpec },
  dataFolder: string,
  options: VerifyOptions,
) {
  return PreparedCorpus.open(dataFolder, spec.corpus, options);
}

type Job = TrainingJob<NgramSpec, PreparedCorpus>;

/**
 * Plans the training by counting the n-grams, which takes little longer than sorting the text to know how many there are: only
 * the counts tell which discounts can be estimated. Nothing of it is kept.
 */
async function* plan(
  { loaded: { spec }, corpus, resume }: Job,
  signal: AbortSignal,
): AsyncGenerator<PlanEvent, NgramPlan, void> {
  if (resume) {
    await checkIsRun(resume);
    await finishedBefore(resume, spec, corpus);
  }
  const text = corpus.split('train');
  const settings = settingsOf(spec, corpus);
  const table = yield* withProgress(
    (listener) => estimateTable(text, settings, listener),
    signal,
    (progress) => ({ kind: 'counting' as const, progress }),
  );
  const ngrams = sizesOf(table);
  return {
    system: 'ngram',
    order: settings.order,
    vocabulary: settings.vocabularySize,
    trainTokens: text.length,
    ngrams,
    fallbackOrders: fallbackOrders(table),
    memoryBytes: bytesToEstimate(text.length, ngrams),
    checkpointBytes: tableBytes(ngrams),
  };
}

/**
 * Counts a model into a run folder. An interruption keeps no part of it; a resumed run that is not finished counts again, and
 * one that is finished stays as it is.
 */
async function* train(job: Job, signal: AbortSignal): AsyncGenerator<TrainingEvent, NgramOutcome, void> {
  const { loaded, corpus, resume, command, version } = job;
  const { spec } = loaded;
  const { run, lock } = await holdRun(job);
  try {
    const finished = resume ? await finishedBefore(run, spec, corpus) : null;
    await recordSession(run, job, { command, zlm: version, backend: 'none' });
    const unlinked = await markLatest(run);
    if (unlinked !== null) yield { kind: 'warning', line: unlinked };
    const isOver = finished !== null;
    const position = finished?.position ?? START;
    await setStatus(run, spec, isOver ? 'finished' : 'running', position);
    yield { kind: 'session', system: 'ngram', metric: 'perplexity', run, epochs: 1, position, isOver };
    const end = finished ?? (yield* countInto(run, spec, corpus, signal));
    const outcome = end.table ? 'finished' : 'interrupted';
    yield { kind: 'end', outcome, stoppedEarly: false, position: end.position };
    return outcomeOf(run, corpus, end, isOver);
  } catch (error) {
    throw await afterFailure(error, run, resume);
  } finally {
    await lock.release();
  }
}

/** The end of a session; there is no table when it was interrupted. */
interface End {
  readonly table: NgramTable | null;
  readonly position: TrainingProgress;
}

/**
 * Reads the end of a run that is finished, which has both of its checkpoints; where one was lost, both are made again.
 *
 * @returns null when the run is not finished
 * @throws UserError when the run was begun with another spec or corpus
 */
async function finishedBefore(run: RunFolder, spec: NgramSpec, corpus: PreparedCorpus): Promise<End | null> {
  const last = await readCheckpoint(run.checkpoint('last'));
  const cure = 'Begin a new run for another model: counting n-grams takes seconds.';
  await checkResumable(run, spec, { keys: [], cure }, last, corpus);
  if (!last || !(await isThere(run.checkpoint('best')))) return null;
  const table = restoredTable(spec, corpus.vocabulary.size, last, run.checkpoint('last'));
  return { table, position: last.position };
}

/** Counts and saves, and keeps `progress.json` and the status of the run up to date meanwhile. */
async function* countInto(
  run: RunFolder,
  spec: NgramSpec,
  corpus: PreparedCorpus,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, End, void> {
  const began = performance.now();
  const secondsSince = () => (performance.now() - began) / 1000;
  const live = new LiveReporter(run, 1, 0);
  let state: RunState = 'interrupted';
  let end: End = { table: null, position: START };
  try {
    await live.begin();
    const table = yield* counted(spec, corpus, live, signal);
    const model = new NgramModel(table);
    const valid = yield* validated(model, corpus, live, signal);
    end = { table, position: progressAfter(valid, secondsSince()) };
    await save(run, spec, corpus, model, valid, end.position);
    state = 'finished';
  } catch (error) {
    if (!signal.aborted) {
      state = 'running';
      throw error;
    }
    end = { table: null, position: { ...START, seconds: secondsSince() } };
  } finally {
    // Also when the consumer stops early. A run that failed stays as it was.
    if (state !== 'running') await setStatus(run, spec, state, end.position);
    await live.end();
  }
  return end;
}

function settingsOf({ model }: NgramSpec, { vocabulary }: PreparedCorpus): NgramSettings {
  return { order: model.ngram.order, vocabularySize: vocabulary.size, eos: vocabulary.eos };
}

function noted(live: LiveReporter, event: TrainingEvent): TrainingEvent {
  live.note(event);
  return event;
}

async function* counted(
  spec: NgramSpec,
  corpus: PreparedCorpus,
  live: LiveReporter,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, NgramTable, void> {
  const text = corpus.split('train');
  const settings = settingsOf(spec, corpus);
  const table = yield* withProgress(
    (listener) => estimateTable(text, settings, listener),
    signal,
    (progress) => noted(live, { kind: 'counting', progress }),
  );
  signal.throwIfAborted();
  return table;
}

async function* validated(
  model: NgramModel,
  corpus: PreparedCorpus,
  live: LiveReporter,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, Evaluation, void> {
  const text = corpus.split('valid');
  const predictor = ngramPredictor(model, corpus.vocabulary.eos);
  const evaluation = yield* withProgress(
    (listener) => evaluateStream(predictor, text, { ...listener, batch: 1, label: 'valid' }),
    signal,
    (progress) => noted(live, { kind: 'validation', epoch: 1, progress }),
  );
  signal.throwIfAborted();
  return evaluation;
}

/** One pass over the text is one epoch. */
function progressAfter({ perplexity }: Evaluation, seconds: number): TrainingProgress {
  return { ...START, epochs: 1, best: { epoch: 1, perplexity }, validation: [perplexity], seconds };
}

/** Writes metrics and checkpoints. Both checkpoints contain the model, so that either name finds it. */
async function save(
  run: RunFolder,
  spec: NgramSpec,
  corpus: PreparedCorpus,
  model: NgramModel,
  valid: Evaluation,
  position: TrainingProgress,
): Promise<void> {
  const row: NgramRow = {
    kind: 'ngram',
    trainTokens: corpus.manifest.splits.train.tokens,
    ngrams: sizesOf(model.table),
    discounts: model.discounts.map(([, ...discounts]) => discounts),
    validPerplexity: valid.perplexity,
    validPredictions: valid.predictions,
    seconds: position.seconds,
  };
  await writeFileAtomically(run.metrics, `${JSON.stringify(row)}\n`);
  const bytes = encodeArrays(tableToArrays(model.table), position, provenanceOf(spec, corpus));
  await writeFileAtomically(run.checkpoint('best'), bytes);
  await writeFileAtomically(run.checkpoint('last'), bytes);
}

async function setStatus(run: RunFolder, { corpus }: NgramSpec, state: RunState, position: TrainingProgress) {
  await writeStatus(run, state, { corpus, epochs: 1 }, position);
}

function outcomeOf(
  run: RunFolder,
  corpus: PreparedCorpus,
  { table, position }: End,
  alreadyFinished: boolean,
): NgramOutcome {
  return {
    system: 'ngram',
    outcome: table ? 'finished' : 'interrupted',
    alreadyFinished,
    run: run.name,
    folder: run.path,
    corpus: corpus.name,
    ngrams: table ? sizesOf(table) : [],
    fallbackOrders: table ? fallbackOrders(table) : [],
    epochs: position.epochs,
    best: position.best,
    seconds: position.seconds,
  };
}

function sizesOf(table: NgramTable): number[] {
  return table.map(({ words }) => words.length);
}

async function open(
  run: RunFolder,
  spec: NgramSpec,
  { checkpoint: name, dataFolder, backendOptions }: OpenRequest,
  { signal, onProgress, onWarning }: OpenHooks,
): Promise<OpenedNgram> {
  const verify = { cacheFolder: backendOptions?.cacheFolder, signal, onProgress };
  const { checkpoint, corpus } = await openTrained(run, name, notCounted, () =>
    PreparedCorpus.open(dataFolder, spec.corpus, verify),
  );
  try {
    const { size, eos } = corpus.vocabulary;
    const model = new NgramModel(restoredTable(spec, size, checkpoint, run.checkpoint(name)));
    warnOfEditedSpec(run, spec, checkpoint, onWarning);
    return {
      system: 'ngram',
      run,
      spec,
      checkpoint: name,
      checkpointSha256: checkpoint.sha256,
      position: checkpoint.position,
      corpus,
      predictor: ngramPredictor(model, eos),
      order: model.order,
      fallbackOrders: fallbackOrders(model.table),
      dispose: () => corpus.close(),
    };
  } catch (error) {
    corpus.close();
    throw await causeOfMisfit(error, run, spec, name, checkpoint);
  }
}
