/** Preparation of the models of a combination, one after the other: checks, parameters that valid decides, and predictors. */
import { firstTokens, type TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import { mixedNlls } from '../predictors/mixture.js';
import type { Predictor } from '../predictors/predictor.js';
import type { OpenedRun } from '../runs/opened-run.js';
import type { EvaluationHooks } from './evaluate.js';
import {
  checkMember,
  type MemberSettings,
  memberPredictor,
  namedMethods,
  networkOf,
  protocolOf,
} from './member.js';
import {
  type Dynamic,
  fixedCache,
  fixedDynamic,
  type Interpolation,
  isTuned,
  type Method,
  type NeuralCache,
  weighsOnValid,
} from './method.js';
import type { MemberReport, Protocol, TuningReport } from './report.js';
import { inMemory, type Reading, tokenNlls } from './token-nlls.js';
import { type TuningText, tuneCache, tuneDynamic, tuneInterpolation } from './tune.js';

/** A model with its methods around it. */
export interface Prepared {
  readonly predictor: Predictor;
  /** Gives the model its trained parameters again and frees what the methods hold; the model itself is the run's. */
  restore(): void;
}

/** What of the first model all others must share. */
interface Common {
  readonly run: string;
  readonly vocabulary: string;
  readonly eos: number;
  /** Its valid split, where that decides anything. */
  readonly valid: TokenSource | null;
}

/** How a text is read, in words. */
const READS = { stream: 'as one stream', sentences: 'line by line' } as const;

/** Prepares models one after the other, and remembers what the reports say of them. */
export class Preparation {
  readonly members: Omit<MemberReport, 'perplexity'>[] = [];
  readonly tuning: TuningReport[] = [];
  #common: Common | null = null;
  /** The protocol of the networks; an n-gram model reads a text either way. */
  #protocol: Protocol | null = null;
  /** The nlls of valid under the mean of the members so far, where they decide the weight of an n-gram model. */
  #validNlls: Float64Array | null = null;

  /** @param batch columns that are read side by side */
  constructor(
    private readonly method: Method,
    private readonly batch: number,
    private readonly hooks: EvaluationHooks,
  ) {}

  /** How the members read a text. @throws Error before there is one */
  get reading(): Reading {
    const { signal, onProgress } = this.hooks;
    const listeners = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    return { protocol: this.#protocol ?? 'stream', eos: this.#first.eos, batch: this.batch, ...listeners };
  }

  /**
   * Checks a member, chooses its parameters, and puts the methods around it.
   *
   * @throws UserError when it does not fit the others or a method
   */
  async prepare(opened: OpenedRun): Promise<Prepared> {
    this.#check(opened);
    checkMember(opened, this.method, this.batch);
    const { settings, validNlls } = await this.#choose(opened);
    const prepared = await memberPredictor(opened, settings, this.hooks);
    try {
      if (weighsOnValid(this.method)) {
        this.#addValidNlls(validNlls ?? (await this.#readValid(prepared.predictor, opened.run.name)));
      }
    } catch (error) {
      prepared.restore();
      throw error;
    }
    const { run, system, checkpoint, checkpointSha256 } = opened;
    const methods = namedMethods(settings);
    this.members.push({ run: run.name, system, checkpoint, checkpointSha256, methods });
    return prepared;
  }

  /**
   * Returns the weight of an n-gram model beside all members: the given one, or the best on valid.
   *
   * @throws UserError when it has another vocabulary than the members
   */
  async interpolationWeight(opened: OpenedRun, { weight }: Interpolation): Promise<number> {
    const { name } = opened.run;
    this.#checkVocabulary(opened);
    if (typeof weight === 'number') return weight;
    if (!this.#validNlls) throw new Error('No member has read valid');
    const ofNgrams = await this.#readValid(opened.predictor, name);
    const { settings, report } = tuneInterpolation({ run: name, weight }, this.#validNlls, ofNgrams);
    this.tuning.push(report);
    return settings;
  }

  get #first(): Common {
    if (!this.#common) throw new Error('There is no member yet');
    return this.#common;
  }

  /** The text that decides. */
  get #text(): TuningText {
    const { valid } = this.#first;
    if (!valid) throw new Error('Nothing is to be chosen on valid');
    return { tokens: valid, count: this.method.tuneTokens, reading: this.reading };
  }

  #check(opened: OpenedRun): void {
    this.#checkVocabulary(opened);
    if (opened.system === 'ngram') return;
    const protocol = protocolOf(opened);
    this.#protocol ??= protocol;
    if (protocol === this.#protocol) return;
    const message = `Run ${opened.run.name} reads a text ${READS[protocol]}, and another member ${READS[this.#protocol]}`;
    throw new UserError('usage', message, ['Combine runs that agree in training.sentences.']);
  }

  #checkVocabulary({ run, corpus }: OpenedRun): void {
    const { sha256: vocabulary, eos } = corpus.vocabulary;
    this.#common ??= {
      run: run.name,
      vocabulary,
      eos,
      valid: isTuned(this.method) ? inMemory(corpus.split('valid')) : null,
    };
    if (vocabulary === this.#common.vocabulary) return;
    throw differentVocabularies(this.#common.run, run.name);
  }

  /** Chooses the parameters of a member: dynamic evaluation by itself, then the cache around it. */
  async #choose(
    opened: OpenedRun,
  ): Promise<{ readonly settings: MemberSettings; readonly validNlls: Float64Array | null }> {
    const { mcDropout, dynamic, neuralCache } = this.method;
    const inner = {
      mcDropout,
      dynamic: dynamic && (fixedDynamic(dynamic) ?? (await this.#chooseDynamic(opened, dynamic))),
      neuralCache: null,
    };
    const fixed = neuralCache && fixedCache(neuralCache);
    if (!neuralCache || fixed) return { settings: { ...inner, neuralCache: fixed }, validNlls: null };
    return await this.#chooseCache(opened, inner, neuralCache);
  }

  async #chooseDynamic(opened: OpenedRun, dynamic: Dynamic): Promise<Dynamic<number>> {
    const { settings, report } = await tuneDynamic(networkOf(opened), dynamic, this.#text, this.hooks);
    this.tuning.push(report);
    return settings;
  }

  async #chooseCache(opened: OpenedRun, inner: MemberSettings, cache: NeuralCache) {
    const around = await memberPredictor(opened, inner, this.hooks);
    try {
      const tuned = await tuneCache(around.predictor, opened.run.name, cache, this.#text);
      this.tuning.push(tuned.report);
      return { settings: { ...inner, neuralCache: tuned.settings }, validNlls: tuned.nlls };
    } finally {
      around.restore();
    }
  }

  #readValid(predictor: Predictor, run: string): Promise<Float64Array> {
    const { tokens, count, reading } = this.#text;
    return tokenNlls(predictor, firstTokens(tokens, count), { ...reading, label: `${run} on valid` });
  }

  #addValidNlls(nlls: Float64Array): void {
    this.#validNlls = withMember(this.#validNlls, nlls, this.members.length);
  }
}

/** The error for two runs that cannot be mixed. */
export function differentVocabularies(first: string, other: string): UserError {
  const message = `Runs ${first} and ${other} have different vocabularies, so their probabilities cannot be mixed`;
  return new UserError('data', message, [
    'Combine runs of one corpus, or of texts that were prepared with its vocabulary: `zlm prepare text NAME --text FILE --vocabulary-of CORPUS`.',
  ]);
}

/**
 * Adds a member to a mean of probabilities.
 *
 * @param mean  nlls under the mean of the members so far; null when there is none
 * @param nlls  of the new member
 * @param count members so far
 */
export function withMember(mean: Float64Array | null, nlls: Float64Array, count: number): Float64Array {
  return mean ? mixedNlls([mean, nlls], [count / (count + 1), 1 / (count + 1)]) : nlls;
}
