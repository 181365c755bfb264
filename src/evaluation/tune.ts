/**
 * Choice of the parameters of methods, on valid and never on test: a grid for what changes the computation, expectation maximization
 * for the weight of a mixture. Each report says what was tried and what it gave.
 */
import { firstTokens, type TokenSource } from '../corpus/windows.js';
import { dynamicPredictor } from '../predictors/dynamic-evaluation.js';
import { type CacheMemory, cacheProbe } from '../predictors/neural-cache.js';
import { joinValues, type Predictor } from '../predictors/predictor.js';
import { type MemberHooks, type NetworkModel, statisticsOf } from './member.js';
import {
  cacheGrid,
  DYNAMIC_TUNE_TOKENS,
  type Dynamic,
  dynamicGrid,
  type Interpolation,
  type NeuralCache,
  type Tunable,
} from './method.js';
import { bestWeight, mixWithProbabilities, perplexityOf } from './mixture-weight.js';
import type { Candidate, TuningReport } from './report.js';
import { type Reading, tokenNlls } from './token-nlls.js';

/** The text that decides, and how it is read. */
export interface TuningText {
  /** The valid split. */
  readonly tokens: TokenSource;
  /** Tokens from its start to read; null for the default of each method. */
  readonly count: number | null;
  readonly reading: Reading;
}

/** A choice with its report, and what the chosen values give on the text. */
interface Tuned<Settings> {
  readonly settings: Settings;
  readonly report: TuningReport;
}

/** Chooses η and λ of dynamic evaluation: a pass over the text for each pair. */
export async function tuneDynamic(
  model: NetworkModel,
  dynamic: Dynamic,
  { tokens, count, reading }: TuningText,
  hooks: MemberHooks,
): Promise<Tuned<Dynamic<number>>> {
  const statistics = await statisticsOf(model, dynamic, hooks);
  const grid = dynamicGrid(dynamic);
  const text = firstTokens(tokens, count ?? DYNAMIC_TUNE_TOKENS);
  const points = product(grid.learningRate, grid.decay);
  const candidates: Candidate[] = [];
  let predictions = 0;
  for (const [index, [learningRate, decay]] of points.entries()) {
    const settings = { ...dynamic, learningRate, decay };
    const predictor = dynamicPredictor(model.predictor, model.network, statistics, settings);
    try {
      const label = `tuning dynamic evaluation, ${index + 1} of ${points.length}`;
      const nlls = await tokenNlls(predictor, text, { ...reading, label });
      predictions = nlls.length;
      candidates.push({ values: { learningRate, decay }, perplexity: finite(perplexityOf(nlls)) });
    } finally {
      predictor.restore();
    }
  }
  const { learningRate, decay } = best(candidates).values;
  const settings = { ...dynamic, learningRate, decay };
  const facts = { method: 'dynamic', run: model.opened.run.name, split: 'valid' } as const;
  return { settings, report: { ...facts, predictions, grid, candidates, chosen: { learningRate, decay } } };
}

/**
 * Chooses θ, λ and the window of a cache in one pass over the text.
 *
 * @param inner the model that the cache is put around
 * @returns also the nlls of the text with the chosen cache
 */
export async function tuneCache<State>(
  inner: Predictor<State>,
  run: string,
  cache: NeuralCache,
  { tokens, count, reading }: TuningText,
): Promise<Tuned<NeuralCache<number>> & { readonly nlls: Float64Array }> {
  const { flatness, window } = cacheGrid(cache);
  const memories = product(flatness, window).map(([theta, words]): CacheMemory => {
    return { flatness: theta, window: words };
  });
  const parts: (readonly Float64Array[])[] = [];
  const probe = cacheProbe(inner, memories, (probabilities) => parts.push(probabilities));
  const nlls = await tokenNlls(probe, firstTokens(tokens, count), {
    ...reading,
    label: 'tuning the neural cache',
  });
  const found = memories.map((memory, i) => {
    const probabilities = joinValues(parts.map((part) => part[i]));
    return { memory, probabilities };
  });
  const candidates = found.flatMap(({ memory, probabilities }) =>
    weightCandidates(nlls, probabilities, cache.weight).map(({ values, perplexity }) => ({
      values: { ...memory, ...values },
      perplexity,
    })),
  );
  const chosen = best(candidates).values;
  const settings = { flatness: chosen.flatness, weight: chosen.weight, window: chosen.window };
  const { probabilities } =
    found.find(({ memory }) => memory.flatness === chosen.flatness && memory.window === chosen.window) ??
    found[0];
  const grid = { flatness, window, weight: weightGrid(cache.weight) };
  const facts = { method: 'neural-cache', run, split: 'valid', predictions: nlls.length } as const;
  return {
    settings,
    report: { ...facts, grid, candidates, chosen: { ...settings } },
    nlls: mixWithProbabilities(nlls, probabilities, settings.weight),
  };
}

/**
 * Chooses the weight of an n-gram model.
 *
 * @param nlls      of the text under what it is interpolated with
 * @param ofNgrams  of the text under the n-gram model
 */
export function tuneInterpolation(
  { run, weight }: Interpolation,
  nlls: Float64Array,
  ofNgrams: Float64Array,
): Tuned<number> {
  const probabilities = ofNgrams.map((nll) => Math.exp(-nll));
  const candidates = weightCandidates(nlls, probabilities, weight);
  const chosen = best(candidates).values;
  const facts = { method: 'interpolation', run, split: 'valid', predictions: nlls.length } as const;
  return {
    settings: chosen.weight,
    report: { ...facts, grid: { weight: weightGrid(weight) }, candidates, chosen: { weight: chosen.weight } },
  };
}

/** Returns what each weight gives; with `tune`, the one that expectation maximization finds. */
function weightCandidates(
  nlls: Float64Array,
  probabilities: Float64Array,
  weight: Tunable,
): { values: { weight: number }; perplexity: number | null }[] {
  if (weight === 'tune') {
    const found = bestWeight(nlls, probabilities);
    return [{ values: { weight: found.weight }, perplexity: finite(found.perplexity) }];
  }
  return [weight].flat().map((value) => {
    const mixed = mixWithProbabilities(nlls, probabilities, value);
    return { values: { weight: value }, perplexity: finite(perplexityOf(mixed)) };
  });
}

function weightGrid(weight: Tunable): readonly number[] | 'em' {
  return weight === 'tune' ? 'em' : [weight].flat();
}

/** Returns the candidate of the lowest perplexity; the first when none is finite. */
function best<C extends Candidate>(candidates: readonly C[]): C {
  return candidates.reduce((least, candidate) =>
    (candidate.perplexity ?? Number.POSITIVE_INFINITY) < (least.perplexity ?? Number.POSITIVE_INFINITY)
      ? candidate
      : least,
  );
}

function finite(perplexity: number): number | null {
  return Number.isFinite(perplexity) ? perplexity : null;
}

/** Returns every pair of one value of each list. */
function product(first: readonly number[], second: readonly number[]): [number, number][] {
  return first.flatMap((a) => second.map((b): [number, number] => [a, b]));
}
