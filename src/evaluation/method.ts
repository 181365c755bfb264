/**
 * Methods at test time: what is asked for, the defaults of its parameters, the grids over which they are tuned, and what cannot be
 * combined. Each is explained beside its predictor, and in docs/test-time.md.
 */
import { UserError } from '../errors.js';

/** A value, or how it is chosen on valid: the best of a list, or the best of zlm's own grid. */
export type Tunable = number | readonly number[] | 'tune';

/** Methods as they are asked for. What is left out is not applied; a parameter that is left out has its default. */
export interface MethodRequest {
  /** Names of further runs whose probabilities are averaged with those of the first. */
  readonly ensemble?: readonly string[];
  readonly mcDropout?: { readonly passes: number; readonly seed?: number };
  readonly dynamic?: {
    readonly learningRate?: Tunable;
    readonly decay?: Tunable;
    readonly epsilon?: number;
    readonly length?: number;
    readonly statisticsTokens?: number;
  };
  readonly neuralCache?: {
    readonly flatness?: Tunable;
    readonly weight?: Tunable;
    readonly window?: Tunable;
  };
  /** A run of an n-gram model and its weight. */
  readonly interpolate?: { readonly run: string; readonly weight?: Tunable };
  /** Tokens from the start of valid that tuning reads. */
  readonly tuneTokens?: number;
}

/** Monte Carlo dropout, with every parameter. */
export interface McDropout {
  readonly passes: number;
  readonly seed: number;
}

/** Dynamic evaluation, with every parameter. */
export interface Dynamic<Value = Tunable> {
  readonly learningRate: Value;
  readonly decay: Value;
  readonly epsilon: number;
  readonly length: number;
  /** Tokens from the start of the training text that the gradient statistics read; null for all. */
  readonly statisticsTokens: number | null;
}

/** The neural cache, with every parameter. */
export interface NeuralCache<Value = Tunable> {
  readonly flatness: Value;
  readonly weight: Value;
  readonly window: Value;
}

/** Interpolation with an n-gram model, with every parameter. */
export interface Interpolation<Value = Tunable> {
  readonly run: string;
  readonly weight: Value;
}

/** Methods with every parameter; null for what is not applied. */
export interface Method {
  readonly mcDropout: McDropout | null;
  readonly dynamic: Dynamic | null;
  readonly neuralCache: NeuralCache | null;
  readonly interpolate: Interpolation | null;
  readonly tuneTokens: number | null;
}

/** Tokens in a segment by default: as good as shorter segments, and a fraction of their time (docs/test-time.md). */
const DYNAMIC_LENGTH = 20;
/** Krause et al.'s own defaults and grids, for segments of 5 tokens. */
const DYNAMIC = { length: 5, learningRate: 5e-5, decay: 0.002, epsilon: 2e-5 };
const LEARNING_RATES = [3e-5, 5e-5, 1e-4, 2e-4];
const DECAYS = [0.001, 0.002, 0.005];
const FLATNESSES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1];
const WINDOWS = [100, 500, 1000, 2000];

/** Tokens of valid on which dynamic evaluation is tuned by default: each point of its grid is a pass of its own. */
export const DYNAMIC_TUNE_TOKENS = 30_000;

/**
 * Fills in the defaults.
 *
 * @param tune whether parameters that are not given are tuned, instead of having their default
 * @throws UserError('usage') when methods exclude each other
 */
export function resolveMethod(request: MethodRequest, tune = false): Method {
  const { mcDropout, dynamic, neuralCache, interpolate } = request;
  checkCombination(request);
  const or = (value: Tunable | undefined, standard: number): Tunable => value ?? (tune ? 'tune' : standard);
  const length = dynamic?.length ?? DYNAMIC_LENGTH;
  return {
    mcDropout: mcDropout ? { seed: 1, ...mcDropout } : null,
    dynamic: dynamic
      ? {
          learningRate: or(dynamic.learningRate, inProportion(DYNAMIC.learningRate, length)),
          decay: or(dynamic.decay, inProportion(DYNAMIC.decay, length)),
          epsilon: dynamic.epsilon ?? DYNAMIC.epsilon,
          length,
          statisticsTokens: dynamic.statisticsTokens ?? null,
        }
      : null,
    neuralCache: neuralCache
      ? {
          flatness: or(neuralCache.flatness, 0.3),
          weight: or(neuralCache.weight, 0.1),
          window: or(neuralCache.window, 500),
        }
      : null,
    interpolate: interpolate ? { run: interpolate.run, weight: or(interpolate.weight, 0.2) } : null,
    tuneTokens: request.tuneTokens ?? null,
  };
}

/** Scales a parameter that was found for segments of 5 tokens to another length, as Krause et al. do. */
function inProportion(value: number, length: number): number {
  return (value * length) / DYNAMIC.length;
}

/** Returns the values of η and λ to try; one where it is given. */
export function dynamicGrid({ learningRate, decay, length }: Dynamic): {
  readonly learningRate: readonly number[];
  readonly decay: readonly number[];
} {
  const scaled = (values: readonly number[]) => values.map((value) => inProportion(value, length));
  return {
    learningRate: valuesOf(learningRate, scaled(LEARNING_RATES)),
    decay: valuesOf(decay, scaled(DECAYS)),
  };
}

/** Returns the values of θ and of the window to try; one where it is given. */
export function cacheGrid({ flatness, window }: NeuralCache): {
  readonly flatness: readonly number[];
  readonly window: readonly number[];
} {
  return { flatness: valuesOf(flatness, FLATNESSES), window: valuesOf(window, WINDOWS) };
}

function valuesOf(value: Tunable, grid: readonly number[]): readonly number[] {
  if (value === 'tune') return grid;
  return typeof value === 'number' ? [value] : value;
}

/** Returns settings of dynamic evaluation of which nothing is still to be chosen, or null. */
export function fixedDynamic(dynamic: Dynamic): Dynamic<number> | null {
  const { learningRate, decay } = dynamic;
  return typeof learningRate === 'number' && typeof decay === 'number'
    ? { ...dynamic, learningRate, decay }
    : null;
}

/** Returns settings of a cache of which nothing is still to be chosen, or null. */
export function fixedCache({ flatness, weight, window }: NeuralCache): NeuralCache<number> | null {
  return typeof flatness === 'number' && typeof weight === 'number' && typeof window === 'number'
    ? { flatness, weight, window }
    : null;
}

/** Tells whether valid decides the weight of the n-gram model. */
export function weighsOnValid({ interpolate }: Method): boolean {
  return interpolate !== null && typeof interpolate.weight !== 'number';
}

/** Tells whether valid decides anything. */
export function isTuned(method: Method): boolean {
  const { dynamic, neuralCache } = method;
  const isFixed = (!dynamic || fixedDynamic(dynamic)) && (!neuralCache || fixedCache(neuralCache));
  return !isFixed || weighsOnValid(method);
}

/** @throws UserError('usage') when methods exclude each other */
function checkCombination({ mcDropout, dynamic, neuralCache }: MethodRequest): void {
  if (mcDropout && dynamic) {
    throw refusal(
      'MC dropout and dynamic evaluation cannot be combined: one averages over the noise at fixed parameters, the other moves them',
    );
  }
  if (mcDropout && neuralCache) {
    throw refusal(
      'MC dropout and the neural cache cannot be combined: every pass has hidden states of its own, and the cache compares one with the next',
    );
  }
}

function refusal(message: string): UserError {
  return new UserError('usage', message, ['Take one of them.']);
}

/** The names of the methods that are applied, in the order in which they are, for tables and file names. */
export function methodNames(
  { mcDropout, dynamic, neuralCache, interpolate }: Method,
  members: number,
): string[] {
  return [
    ...(mcDropout ? ['mc-dropout'] : []),
    ...(dynamic ? ['dynamic'] : []),
    ...(neuralCache ? ['neural-cache'] : []),
    ...(members > 1 ? [`ensemble of ${members}`] : []),
    ...(interpolate ? ['interpolation'] : []),
  ];
}
