/**
 * Several models with methods around them: evaluated in turn, so that one model is in memory at a time, or opened together as one
 * predictor. The probabilities of the members are averaged, and the mean is interpolated with an n-gram model.
 */
import { unigramPerplexity } from '../corpus/corpus-report.js';
import type { TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import { equalWeights, mixedNlls, mixturePredictor } from '../predictors/mixture.js';
import type { Predictor } from '../predictors/predictor.js';
import { keepOrNote } from '../runs/evaluations.js';
import type { OpenedRun, RunOpener } from '../runs/opened-run.js';
import { checkLongEnough, type EvaluationHooks, type EvaluationRequest } from './evaluate.js';
import { checkSystem, protocolOf } from './member.js';
import { type Interpolation, type Method, methodNames } from './method.js';
import { perplexityOf } from './mixture-weight.js';
import { Preparation, withMember } from './preparation.js';
import type { CombinationReport, CombinedEvaluation, InterpolationReport, MemberReport } from './report.js';
import { inMemory, tokenNlls } from './token-nlls.js';

/** Models to combine, and how. */
export interface CombinationRequest {
  /** Names of the runs whose probabilities are averaged: one or more. */
  readonly runs: readonly string[];
  readonly method: Method;
}

/**
 * Evaluates a combination on a split of the first run's corpus, one model after the other, and keeps the report in the folder of
 * the first run where that can be written. Memory grows by a number for each prediction.
 *
 * @throws UserError when a run cannot be opened, the models have different vocabularies or read a text differently, or a method does
 *         not fit one of them; the signal's reason when it is aborted
 */
export async function evaluateCombination(
  request: CombinationRequest & EvaluationRequest,
  opener: RunOpener,
  hooks: EvaluationHooks = {},
): Promise<CombinedEvaluation> {
  const { runs, method } = request;
  await checkMembers(runs, method, opener);
  const began = performance.now();
  const reader = new SplitReader(request, hooks);
  for (const run of runs) await disposing(opener.open(run), (opened) => reader.addMember(opened));
  const { interpolate } = method;
  if (interpolate) {
    await disposing(opener.open(interpolate.run), (opened) => reader.interpolate(opened, interpolate));
  }
  const { first, report } = reader.finish((performance.now() - began) / 1000);
  return await keepOrNote(first, report, hooks.onNote);
}

/** A combination in memory. */
export interface OpenedCombination {
  /** The first run, with the predictor of the combination in place of its own; its `dispose` frees all models. */
  readonly opened: OpenedRun;
  readonly combination: CombinationReport;
}

/**
 * Opens a combination as one predictor, for scoring and sampling. All models are in memory together.
 *
 * @param request `isOneText` tells whether it is to read one text that carries the state, and not line by line
 * @throws UserError as {@link evaluateCombination}
 */
export async function openCombination(
  { runs, method, isOneText }: CombinationRequest & { readonly isOneText: boolean },
  opener: RunOpener,
  hooks: EvaluationHooks = {},
): Promise<OpenedCombination> {
  await checkMembers(runs, method, opener);
  if (!isOneText) checkNeedsNoText(method);
  const toFree: (() => void)[] = [];
  const dispose = () => {
    for (const free of toFree.splice(0).reverse()) free();
  };
  const opening = async (run: string): Promise<OpenedRun> => {
    const opened = await opener.open(run);
    toFree.push(() => opened.dispose());
    return opened;
  };
  try {
    const preparation = new Preparation(method, 1, hooks);
    const predictors: Predictor[] = [];
    let first: OpenedRun | null = null;
    for (const run of runs) {
      const opened = await opening(run);
      first ??= opened;
      const prepared = await preparation.prepare(opened);
      toFree.push(() => prepared.restore());
      predictors.push(prepared.predictor);
    }
    if (!first) throw new Error('A combination has at least one member');
    const mean =
      predictors.length === 1 ? predictors[0] : mixturePredictor(predictors, equalWeights(predictors.length));
    const ngrams = method.interpolate && (await opening(method.interpolate.run));
    const weight =
      ngrams && method.interpolate ? await preparation.interpolationWeight(ngrams, method.interpolate) : 0;
    return {
      opened: {
        ...first,
        predictor: ngrams ? mixturePredictor([mean, ngrams.predictor], [1 - weight, weight]) : mean,
        checkpointSha256: null,
        dispose,
      },
      combination: {
        method: methodNames(method, runs.length).join(' + '),
        members: preparation.members,
        interpolation: ngrams
          ? { run: ngrams.run.name, checkpointSha256: ngrams.checkpointSha256, weight }
          : null,
        tuning: preparation.tuning,
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Reads one split with each model of a combination in turn. */
class SplitReader {
  readonly #preparation: Preparation;
  readonly #members: MemberReport[] = [];
  #first: FirstRun | null = null;
  #backend: string | null = null;
  /** The nlls of the split under the combination so far. */
  #nlls: Float64Array | null = null;
  #interpolation: InterpolationReport | null = null;

  constructor(
    private readonly request: CombinationRequest & EvaluationRequest,
    hooks: EvaluationHooks,
  ) {
    this.#preparation = new Preparation(request.method, request.batch, hooks);
  }

  /** Adds a model to the mean of probabilities. */
  async addMember(opened: OpenedRun): Promise<void> {
    const { split, batch } = this.request;
    const prepared = await this.#preparation.prepare(opened);
    try {
      this.#first ??= firstRun(opened, split, batch);
      const nlls = await this.#read(prepared.predictor, opened.run.name, this.#first.tokens);
      if (opened.system === 'network') this.#backend = opened.backend;
      this.#nlls = withMember(this.#nlls, nlls, this.#members.length);
      const member = this.#preparation.members[this.#members.length];
      this.#members.push({ ...member, perplexity: perplexityOf(nlls) });
    } finally {
      prepared.restore();
    }
  }

  /** Interpolates the mean with an n-gram model. */
  async interpolate(opened: OpenedRun, interpolation: Interpolation): Promise<void> {
    const weight = await this.#preparation.interpolationWeight(opened, interpolation);
    const { name: run } = opened.run;
    const { nlls: ofMembers, first } = this.#state();
    const nlls = await this.#read(opened.predictor, run, first.tokens);
    this.#nlls = mixedNlls([ofMembers, nlls], [1 - weight, weight]);
    const { checkpointSha256 } = opened;
    this.#interpolation = { run, checkpointSha256, weight, perplexity: perplexityOf(nlls) };
  }

  /** Returns the report, and the first run, which keeps it. */
  finish(seconds: number): { readonly first: FirstRun; readonly report: CombinedEvaluation } {
    const { split, batch, method } = this.request;
    const { nlls, first } = this.#state();
    const report: CombinedEvaluation = {
      system: 'combined',
      run: first.run.name,
      ...first.facts,
      split,
      batch,
      predictions: nlls.length,
      perplexity: perplexityOf(nlls),
      unigramPerplexity: first.unigramPerplexity,
      seconds,
      protocol: this.#preparation.reading.protocol,
      backend: this.#backend,
      method: methodNames(method, this.#members.length).join(' + '),
      members: this.#members,
      interpolation: this.#interpolation,
      tuning: this.#preparation.tuning,
    };
    return { first, report };
  }

  #read(predictor: Predictor, run: string, tokens: TokenSource): Promise<Float64Array> {
    const { reading } = this.#preparation;
    return tokenNlls(predictor, tokens, { ...reading, label: `${run} on ${this.request.split}` });
  }

  #state(): { readonly nlls: Float64Array; readonly first: FirstRun } {
    if (!this.#nlls || !this.#first) throw new Error('A combination has at least one member');
    return { nlls: this.#nlls, first: this.#first };
  }
}

/** What is needed of the first run after it is closed. */
export interface FirstRun {
  readonly run: OpenedRun['run'];
  readonly checkpointSha256: string | null;
  readonly facts: Pick<CombinedEvaluation, 'checkpoint' | 'epochs' | 'corpus'>;
  readonly unigramPerplexity: number;
  /** The split, in memory. */
  readonly tokens: TokenSource;
}

/** Reads what is needed of a run after it is closed. */
export function firstRun(opened: OpenedRun, split: EvaluationRequest['split'], batch: number): FirstRun {
  const { run, checkpoint, checkpointSha256, position, corpus } = opened;
  const tokens = corpus.split(split);
  checkLongEnough(corpus.name, split, tokens.length, protocolOf(opened) === 'sentences' ? 1 : batch);
  return {
    run,
    checkpointSha256,
    facts: { checkpoint, epochs: position.epochs, corpus: corpus.name },
    unigramPerplexity: unigramPerplexity(corpus.split('train'), tokens, corpus.vocabulary.size),
    tokens: inMemory(tokens),
  };
}

/**
 * Checks the runs before the first of them is opened.
 *
 * @throws UserError when one is named twice or does not exist, a method is not for it, or there is nothing to combine
 */
async function checkMembers(runs: readonly string[], method: Method, opener: RunOpener): Promise<void> {
  const twice = runs.find((run, index) => runs.indexOf(run) !== index);
  if (twice !== undefined) {
    const message = `Run ${twice} is named twice, and would count twice in the mean`;
    throw new UserError('usage', message, ['Name each run once.']);
  }
  if (methodNames(method, runs.length).length === 0) {
    const message = 'No method is asked for, and there is no ensemble of one run';
    throw new UserError('usage', message, [
      'Name a method, such as dynamic evaluation or the neural cache, or two runs or more.',
    ]);
  }
  for (const run of runs) checkSystem(run, await opener.systemOf(run), method);
  const { interpolate } = method;
  if (interpolate && (await opener.systemOf(interpolate.run)) !== 'ngram') {
    const message = `Run ${interpolate.run} is that of a network, and interpolation is with an n-gram model`;
    throw new UserError('usage', message, ['Average networks with --ensemble.']);
  }
}

/** @throws UserError('usage') for a method that adapts to the text so far, where every line is a text of its own */
function checkNeedsNoText({ dynamic, neuralCache }: Method): void {
  if (!dynamic && !neuralCache) return;
  const what = dynamic ? 'Dynamic evaluation adapts to' : 'The neural cache remembers';
  const message = `${what} the text so far, and every line is read as a text of its own`;
  throw new UserError('usage', message, ['Read the lines as one text: --carry-state.']);
}

async function disposing(
  opening: Promise<OpenedRun>,
  use: (opened: OpenedRun) => Promise<void>,
): Promise<void> {
  const opened = await opening;
  try {
    await use(opened);
  } finally {
    opened.dispose();
  }
}
