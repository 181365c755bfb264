/** "Training" an n-gram model: its n-grams are counted in one pass, and the counts validated once. */
import { basename, extname } from 'node:path';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { estimateTable } from '../ngram/estimate-table.js';
import { fallbackOrders } from '../ngram/kneser-ney.js';
import { NgramModel } from '../ngram/ngram-model.js';
import type { NgramTable } from '../ngram/ngram-table.js';
import { tableToArrays } from '../ngram/ngram-table.js';
import { evaluateNgram, type NgramEvaluation } from '../ngram/perplexity.js';
import { encodeArrays, readCheckpoint } from '../runs/checkpoint.js';
import { markLatest } from '../runs/latest-link.js';
import { type Position, START } from '../runs/position.js';
import { createRunFolder, type RunFolder } from '../runs/run-folder.js';
import { type RunState, writeStatus } from '../runs/status.js';
import { restoredTable } from '../runs/trained-ngram.js';
import { type LoadedSpec, specToYaml } from '../spec/load.js';
import type { NgramSpec } from '../spec/systems.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { isThere } from '../storage/files.js';
import { lockFolder } from '../storage/folder-lock.js';
import { checkIsRun, describeEnvironment, writeEnvironment } from './environment.js';
import { LiveReporter } from './live-reporter.js';
import type { NgramRow } from './metrics.js';
import { checkResumable, provenanceOf } from './resume.js';
import type { TrainHooks, TrainOutcome, TrainRequest } from './train.js';

/** What an n-gram model is counted from. */
export interface NgramInputs {
  readonly loaded: LoadedSpec & { readonly spec: NgramSpec };
  readonly corpus: PreparedCorpus;
  /** It computes on no backend. */
  readonly backend: null;
  /** The run to resume. */
  readonly run: RunFolder | null;
}

/**
 * Counts a model into a run folder. An interruption leaves no part of it; a resumed run that is not finished counts
 * anew, and one that is finished stays as it is.
 *
 * @throws UserError for everything that a user can mend: the corpus, its size, the run, the disk
 */
export async function trainNgram(
  { loaded, corpus, run: resumed }: NgramInputs,
  request: TrainRequest,
  hooks: TrainHooks,
): Promise<TrainOutcome> {
  const { spec } = loaded;
  const specName = basename(loaded.path, extname(loaded.path));
  if (resumed) await checkIsRun(resumed);
  const run = resumed ?? (await createRunFolder(request.runsFolder, request.name, specName, new Date()));
  const lock = await lockFolder(run.path);
  try {
    const finished = resumed ? await finishedBefore(run, spec, corpus) : null;
    if (!resumed)
      await writeFileAtomically(run.overrides, loaded.overrides.map((set) => `${set}\n`).join(''));
    const facts = { command: request.command, zlm: request.version, backend: 'none' };
    await writeEnvironment(run, describeEnvironment(facts));
    await writeFileAtomically(run.spec, specToYaml(spec));
    const unlinked = await markLatest(run);
    if (unlinked !== null) hooks.onWarning(unlinked);
    const position = finished?.position ?? START;
    hooks.onSession({ run, spec, position, isOver: finished !== null });
    await setStatus(run, spec, finished ? 'finished' : 'running', position);
    const end = finished ?? (await countInto(run, spec, corpus, hooks));
    return { ...outcomeOf(run, corpus, end), alreadyFinished: finished !== null };
  } finally {
    await lock.release();
  }
}

/** What a session comes to; no table when it was interrupted. */
interface End {
  readonly table: NgramTable | null;
  readonly position: Position;
}

/** A run is finished when both of its checkpoints are there; where one was lost, both are made again. */
async function finishedBefore(run: RunFolder, spec: NgramSpec, corpus: PreparedCorpus): Promise<End | null> {
  const last = await readCheckpoint(run.checkpoint('last'));
  await checkResumable(run, spec, last, corpus);
  if (!last || !(await isThere(run.checkpoint('best')))) return null;
  const table = restoredTable(spec, corpus.vocabulary.size, last, run.checkpoint('last'));
  return { table, position: last.position };
}

async function countInto(
  run: RunFolder,
  spec: NgramSpec,
  corpus: PreparedCorpus,
  hooks: TrainHooks,
): Promise<End> {
  const began = performance.now();
  const secondsSince = () => (performance.now() - began) / 1000;
  const live = new LiveReporter(run, 1, 0);
  const reporting: TrainHooks = {
    ...hooks,
    onEvent: (event) => {
      live.note(event);
      hooks.onEvent(event);
    },
  };
  try {
    await live.begin();
    const model = await countedModel(spec, corpus, reporting);
    const valid = await validated(model, corpus, reporting);
    const position = positionAfter(valid, secondsSince());
    await save(run, spec, corpus, model, valid, position);
    await setStatus(run, spec, 'finished', position);
    return { table: model.table, position };
  } catch (error) {
    if (!hooks.signal.aborted) throw error;
    const position = { ...START, seconds: secondsSince() };
    await setStatus(run, spec, 'interrupted', position);
    return { table: null, position };
  } finally {
    await live.end();
  }
}

async function countedModel(spec: NgramSpec, corpus: PreparedCorpus, hooks: TrainHooks): Promise<NgramModel> {
  const { size, eos } = corpus.vocabulary;
  const settings = { order: spec.model.ngram.order, vocabularySize: size, eos };
  const table = await estimateTable(corpus.split('train'), settings, {
    signal: hooks.signal,
    onProgress: (progress) => hooks.onEvent({ kind: 'counting', progress }),
  });
  return new NgramModel(table);
}

async function validated(
  model: NgramModel,
  corpus: PreparedCorpus,
  hooks: TrainHooks,
): Promise<NgramEvaluation> {
  return await evaluateNgram(model, corpus.split('valid'), corpus.vocabulary.eos, {
    signal: hooks.signal,
    label: 'valid',
    onProgress: (progress) => hooks.onEvent({ kind: 'validation', epoch: 1, progress }),
  });
}

/** One pass over the text is one epoch. */
function positionAfter({ perplexity }: NgramEvaluation, seconds: number): Position {
  return { ...START, epochs: 1, best: { epoch: 1, perplexity }, validation: [perplexity], seconds };
}

/** The model is its own best: both checkpoints hold it, so that either name finds it. */
async function save(
  run: RunFolder,
  spec: NgramSpec,
  corpus: PreparedCorpus,
  model: NgramModel,
  valid: NgramEvaluation,
  position: Position,
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

async function setStatus(run: RunFolder, { corpus }: NgramSpec, state: RunState, position: Position) {
  await writeStatus(run, state, { corpus, epochs: 1 }, position);
}

function outcomeOf(run: RunFolder, corpus: PreparedCorpus, { table, position }: End): TrainOutcome {
  const { epochs, windows, best, seconds } = position;
  return {
    outcome: table ? 'finished' : 'interrupted',
    alreadyFinished: false,
    stoppedEarly: false,
    longer: null,
    run: run.name,
    folder: run.path,
    corpus: corpus.name,
    backend: null,
    ngrams: table ? sizesOf(table) : [],
    fallbackOrders: table ? fallbackOrders(table) : [],
    epochs,
    windows,
    best,
    seconds,
  };
}

function sizesOf(table: NgramTable): number[] {
  return table.map(({ words }) => words.length);
}
