/** One model of a combination: its run, with methods around it. Here a request for methods becomes a predictor. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { firstTokens, type Window, WindowSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import type { Network } from '../model/network.js';
import { isNoisy } from '../model/noise-placement.js';
import type { ModelState } from '../model/stack.js';
import {
  type DynamicPredictor,
  dynamicPredictor,
  type GradientStatistics,
  gradientStatistics,
} from '../predictors/dynamic-evaluation.js';
import { mcDropoutPredictor } from '../predictors/mc-dropout.js';
import { cachePredictor } from '../predictors/neural-cache.js';
import type { Predictor } from '../predictors/predictor.js';
import type { OnProgress } from '../progress.js';
import { keptStatistics } from '../runs/gradient-statistics.js';
import type { OpenedNetwork, OpenedRun } from '../runs/opened-run.js';
import type { Dynamic, McDropout, Method, NeuralCache } from './method.js';
import type { MemberMethod, Protocol } from './report.js';

/** Methods around one model, with every parameter chosen; null for what is not applied. */
export interface MemberSettings {
  readonly mcDropout: McDropout | null;
  readonly dynamic: Dynamic<number> | null;
  readonly neuralCache: NeuralCache<number> | null;
}

/** Listeners while a model is prepared. */
export interface MemberHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onNote?: ((line: string) => void) | undefined;
}

/** A network with its predictor, whose states are then known. */
export interface NetworkModel {
  readonly opened: OpenedNetwork;
  readonly predictor: Predictor<ModelState>;
  readonly network: Network;
}

/** Columns of the windows of gradient statistics, at most: Krause et al.'s. */
const STATISTICS_COLUMNS = 100;

/** Returns how the model of a run reads a text. */
export function protocolOf(opened: OpenedRun): Protocol {
  return opened.system === 'network' && opened.spec.training.sentences ? 'sentences' : 'stream';
}

/**
 * Checks that methods are for the kind of a run's model.
 *
 * @throws UserError('usage') when they are not
 */
export function checkSystem(
  run: string,
  system: OpenedRun['system'],
  { mcDropout, dynamic, neuralCache }: Method,
): void {
  if (system === 'network' || !(mcDropout || dynamic || neuralCache)) return;
  const message = `Run ${run} is that of an n-gram model: it has no noise, no gradient and no hidden states, so MC dropout, dynamic evaluation and the neural cache are for networks`;
  throw new UserError('usage', message, ['Name it with --interpolate, beside the run of a network.']);
}

/**
 * Checks that methods can be applied to the model of a run.
 *
 * @param batch columns that are read side by side
 * @throws UserError('usage') when they cannot
 */
export function checkMember(opened: OpenedRun, method: Method, batch: number): void {
  const { mcDropout, dynamic, neuralCache } = method;
  const { name } = opened.run;
  if (opened.system === 'ngram') return;
  if (mcDropout && !isNoisy(opened.spec.dropout)) {
    const message = `Run ${name} was trained without any noise, so all passes of MC dropout would be the same`;
    throw new UserError('usage', message, ['Take a run whose spec has dropout.', 'Leave out MC dropout.']);
  }
  if (protocolOf(opened) === 'sentences' && (dynamic || neuralCache)) {
    const what = dynamic ? 'dynamic evaluation' : 'the neural cache';
    const message = `Run ${name} reads every line from the zero state (training.sentences), so there is no text so far for ${what}`;
    throw new UserError('usage', message, ['Take a run that was trained on one stream.']);
  }
  if (dynamic && batch !== 1) {
    const message = 'Dynamic evaluation reads the split in one sequential pass: it has no batch';
    throw new UserError('usage', message, ['Leave out --batch.']);
  }
}

/** Returns the network of a run with its predictor. @throws Error when it is no network */
export function networkOf(opened: OpenedRun): NetworkModel {
  const { network } = opened.predictor;
  if (opened.system !== 'network' || !network) throw new Error(`Run ${opened.run.name} is no network`);
  // The states of a network's predictor are those of its model.
  return { opened, network, predictor: opened.predictor as Predictor<ModelState> };
}

/**
 * Puts methods around the model of a run.
 *
 * @returns the predictor, whose `dispose` is that of the run's; and `restore`, which gives the model its trained parameters again
 */
export async function memberPredictor(
  opened: OpenedRun,
  settings: MemberSettings,
  hooks: MemberHooks,
): Promise<{ readonly predictor: Predictor; restore(): void }> {
  const { mcDropout, dynamic, neuralCache } = settings;
  if (mcDropout) {
    const { predictor, network, opened: run } = networkOf(opened);
    const noise = { table: run.spec.dropout, bptt: run.spec.training.bptt };
    return { predictor: mcDropoutPredictor(predictor, network, noise, mcDropout), restore: () => {} };
  }
  let moving: DynamicPredictor | null = null;
  let predictor = opened.predictor;
  if (dynamic) {
    const model = networkOf(opened);
    const statistics = await statisticsOf(model, dynamic, hooks);
    moving = dynamicPredictor(model.predictor, model.network, statistics, dynamic);
    predictor = moving;
  }
  if (neuralCache) predictor = cachePredictor(predictor, neuralCache);
  return { predictor, restore: () => moving?.restore() };
}

/** Returns the methods of a member as a report names them. */
export function namedMethods({ mcDropout, dynamic, neuralCache }: MemberSettings): MemberMethod[] {
  return [
    ...(mcDropout ? [{ method: 'mc-dropout', ...mcDropout } as const] : []),
    ...(dynamic ? [{ method: 'dynamic', ...dynamic } as const] : []),
    ...(neuralCache ? [{ method: 'neural-cache', ...neuralCache } as const] : []),
  ];
}

/**
 * Returns the gradient statistics of a run, which are kept in its folder.
 *
 * @throws UserError('data') when the training text is shorter than a segment
 */
export async function statisticsOf(
  { opened, network }: NetworkModel,
  { length, statisticsTokens }: Pick<Dynamic, 'length' | 'statisticsTokens'>,
  { signal, onProgress, onNote }: MemberHooks,
): Promise<GradientStatistics> {
  const tokens = firstTokens(opened.corpus.split('train'), statisticsTokens);
  const columns = Math.min(STATISTICS_COLUMNS, Math.floor(tokens.length / (length + 1)));
  if (columns < 1) {
    const message = `The train split of ${opened.corpus.name} gives the statistics ${tokens.length} tokens, which is less than a segment of ${length} and the token after it`;
    throw new UserError('data', message, ['Take shorter segments: --dynamic-length.']);
  }
  const shapes = new Map([...network.parameters].map(([name, { shape }]) => [name, shape]));
  const source = new WindowSource(tokens, { batchSize: columns, bptt: length, tail: 'drop' });
  let done = 0;
  const onWindow = async ({ targets }: Window) => {
    signal?.throwIfAborted();
    done += targets.length;
    const total = source.predictions;
    onProgress?.({ label: 'gradient statistics', done, total, unit: 'tokens' });
    await nextTurn(); // lets signals and the display in
  };
  const compute = () => gradientStatistics(network, windowsOf(source), onWindow);
  return keptStatistics(opened, { length, columns, tokens: tokens.length }, shapes, compute, onNote);
}

function* windowsOf(source: WindowSource): Generator<Window> {
  for (let index = 0; index < source.count; index++) yield source.window(index);
}
