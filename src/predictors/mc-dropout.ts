/**
 * Monte Carlo dropout (Gal and Ghahramani 2016): the mean of the probabilities over several passes with the noise of training,
 * which approximates the mean over the posterior of the weights.
 */
import type { Window } from '../corpus/windows.js';
import { encode, initialState, logits, targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import type { DropoutTable, WindowNoise } from '../model/noise-placement.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import { philoxWords, STREAM } from '../ops/philox.js';
import { equalWeights, mixedNlls } from './mixture.js';
import { idsOf, normalized, readAndFree, rowsOf, targetsOf } from './network-predictor.js';
import { joinValues, type Predictor, type Tokens } from './predictor.js';

/** The site whose words seed the passes: no place in a network has it. */
const SEED_SITE = 2 ** 32 - 1;

/** The noise of a training. */
export interface TrainingNoise {
  readonly table: DropoutTable;
  /** Time steps that a mask of lifetime `sequence` lasts in training. */
  readonly bptt: number;
}

/** State of every pass, and the time steps read so far. */
interface PassStates {
  readonly passes: readonly ModelState[];
  readonly step: number;
}

/** Tells whether a mask lasts for more than one time step, so that the places where windows begin change what is computed. */
function hasLastingMasks({ zoneout: _zoneout, embedding, recurrentWeight, ...edges }: DropoutTable): boolean {
  const lasting = Object.values(edges).filter(({ mask }) => mask === 'sequence');
  return [embedding, recurrentWeight, ...lasting].some(({ rate }) => rate > 0);
}

/**
 * Wraps a network. Each pass has a Philox key of its own, drawn from `seed`, and its own recurrent state; memory grows by a state
 * a pass. A mask of lifetime `sequence`, and one of weights or word types, lasts `bptt` steps as in training, or to the end of a
 * window that is shorter.
 *
 * @param inner the network's predictor, which the new one then owns
 * @param seed  an unsigned 32-bit integer
 */
export function mcDropoutPredictor(
  inner: Predictor<ModelState>,
  network: Network,
  { table, bptt }: TrainingNoise,
  { passes, seed }: { readonly passes: number; readonly seed: number },
): Predictor<PassStates> {
  const keys = philoxWords({ seed, stream: STREAM.dropout, site: SEED_SITE, step: 0 }, passes);
  const weights = equalWeights(passes);
  const most = hasLastingMasks(table) ? bptt : Number.POSITIVE_INFINITY;

  /** Runs every pass over some tokens, in pieces of `bptt` steps where masks last, and collects what `read` makes of each piece. */
  const run = async <T extends Tokens>(
    tokens: T,
    before: PassStates,
    read: (piece: T, state: ModelState, noise: WindowNoise) => Promise<PieceResult>,
  ) => {
    const values: Float64Array[] = [];
    const after: ModelState[] = [];
    for (const [pass, first] of before.passes.entries()) {
      let state = first;
      const parts: ArrayLike<number>[] = [];
      for (let start = 0; start < tokens.steps; start += most) {
        const piece = pieceOf(tokens, start, Math.min(most, tokens.steps - start));
        const noise = { table, seed: keys[pass], step: before.step + start };
        const result = await read(piece, state, noise);
        if (state !== first) dispose(state);
        state = result.state;
        parts.push(result.nlls);
      }
      values.push(joinValues(parts));
      after.push(state);
    }
    return { values, state: { passes: after, step: before.step + tokens.steps } };
  };

  return {
    vocabularySize: inner.vocabularySize,
    streamStart: null,
    windowTokens: Math.max(1, Math.round(inner.windowTokens / bptt)) * bptt,
    widestBatch: inner.widestBatch,
    start: (batch) => ({
      passes: Array.from({ length: passes }, () => tidy(() => initialState(network, batch))),
      step: 0,
    }),

    async nll(window: Window, before: PassStates) {
      const { values, state } = await run(window, before, async (piece, state, noise) => {
        const step = tidy(() => {
          const encoded = encode(network, idsOf(piece), state, noise);
          return { nlls: targetNll(network, encoded.hidden, targetsOf(piece)), state: encoded.state };
        });
        return { nlls: await readAndFree(step.nlls), state: step.state };
      });
      return { nlls: mixedNlls(values, weights), state };
    },

    async logProbs(tokens: Tokens, before: PassStates, steps: 'all' | 'last') {
      const { values, state } = await run(tokens, before, async (piece, state, noise) => {
        const step = tidy(() => {
          const encoded = encode(network, idsOf(piece), state, noise);
          return { logits: logits(network, rowsOf(encoded.hidden, piece, steps)), state: encoded.state };
        });
        const logProbs = normalized(await readAndFree(step.logits), inner.vocabularySize);
        return { nlls: logProbs.map((value) => -value), state: step.state };
      });
      const last = (nlls: Float64Array) => nlls.subarray(-tokens.batch * inner.vocabularySize);
      const wanted = steps === 'all' ? values : values.map(last);
      return { logProbs: mixedNlls(wanted, weights).map((value) => -value), state };
    },

    repeat: ({ passes: states, step }, count) => ({
      passes: states.map((state) => inner.repeat(state, count)),
      step,
    }),
    release: ({ passes: states }) => dispose(states),
    dispose: () => inner.dispose(),
  };
}

/** NLLs of a piece, or of every word after it, and the state after it. */
interface PieceResult {
  readonly nlls: ArrayLike<number>;
  readonly state: ModelState;
}

/** Returns the steps of a window, or of tokens, from `start` on. */
function pieceOf<T extends Tokens>(tokens: T, start: number, steps: number): T {
  const [begin, end] = [start * tokens.batch, (start + steps) * tokens.batch];
  const piece = { ...tokens, inputs: tokens.inputs.subarray(begin, end), steps };
  return 'targets' in tokens && tokens.targets instanceof Int32Array
    ? { ...piece, targets: tokens.targets.subarray(begin, end) }
    : piece;
}
