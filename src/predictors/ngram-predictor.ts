/** An n-gram model as a predictor. */
import type { Window } from '../corpus/windows.js';
import type { NgramModel } from '../ngram/ngram-model.js';
import type { Predictor, Tokens } from './predictor.js';

/** Tokens in a window: small enough to take less than half a second. */
const WINDOW_TOKENS = 1 << 16;

/** The last tokens of each column, order − 1 or more, the nearest last. */
type Contexts = readonly Int32Array[];

/**
 * Wraps a model. It predicts every token from those before it in its line, the first of a text from the beginning of its line.
 *
 * @param eos id of `<eos>`, which ends a line and begins the next
 */
export function ngramPredictor(model: NgramModel, eos: number): Predictor<Contexts> {
  const length = Math.max(1, model.order - 1);

  /** The context and then the inputs of one column: what follows input t is predicted from the tokens up to it. */
  const textOf = ({ inputs, steps, batch }: Tokens, column: number, context: Int32Array): Int32Array => {
    const text = new Int32Array(length + steps);
    text.set(context);
    for (let t = 0; t < steps; t++) text[length + t] = inputs[t * batch + column];
    return text;
  };
  const contextAfter = (text: Int32Array, step: number) => text.subarray(step + 1, step + 1 + length);

  return {
    vocabularySize: model.vocabularySize,
    streamStart: eos,
    windowTokens: WINDOW_TOKENS,
    widestBatch: 1,
    start: (batch) => Array.from({ length: batch }, () => new Int32Array(length).fill(eos)),

    async nll(window: Window, state: Contexts) {
      const { targets, steps, batch } = window;
      const nlls = new Float64Array(targets.length);
      const after = state.map((context, column) => {
        const text = textOf(window, column, context);
        for (let t = 0; t < steps; t++) {
          const row = t * batch + column;
          nlls[row] = -Math.log(model.probability(contextAfter(text, t), targets[row]));
        }
        return text.slice(-length);
      });
      return { nlls, state: after };
    },

    async logProbs(tokens: Tokens, state: Contexts, wanted: 'all' | 'last') {
      const { steps, batch } = tokens;
      const size = model.vocabularySize;
      const first = wanted === 'all' ? 0 : steps - 1;
      const logProbs = new Float64Array((steps - first) * batch * size);
      const after = state.map((context, column) => {
        const text = textOf(tokens, column, context);
        for (let t = first; t < steps; t++) {
          const logs = model.distribution(contextAfter(text, t)).map(Math.log);
          logProbs.set(logs, ((t - first) * batch + column) * size);
        }
        return text.slice(-length);
      });
      return { logProbs, state: after };
    },

    repeat: ([context], count) => new Array<Int32Array>(count).fill(context),
    release: () => {},
    dispose: () => {},
  };
}
