/**
 * Several models as one predictor: the weighted mean of their probabilities. With equal weights this is the ensemble of the paper
 * (section 4.1, "model averaging"); with two weights it is linear interpolation, such as of a network and an n-gram model.
 */
import type { Window } from '../corpus/windows.js';
import type { FloatArray, Predictor, Tokens } from './predictor.js';

/** The states of the members, in their order. */
type States = readonly unknown[];

/** Returns equal weights for a number of members. */
export function equalWeights(members: number): number[] {
  return new Array<number>(members).fill(1 / members);
}

/**
 * Mixes members, which the predictor then owns: `dispose` frees them.
 *
 * Where one of them predicts the first token of a stream and another does not, the mixture does not.
 *
 * @param members one or more, with one vocabulary
 * @param weights one for each member, 0 or more, with the sum 1
 */
export function mixturePredictor(
  members: readonly Predictor[],
  weights: readonly number[],
): Predictor<States> {
  const starts = new Set(members.map(({ streamStart }) => streamStart));
  const [streamStart] = starts.size === 1 ? starts : [null];
  const least = (value: (member: Predictor) => number) => Math.min(...members.map(value));
  return {
    vocabularySize: members[0].vocabularySize,
    streamStart,
    windowTokens: least(({ windowTokens }) => windowTokens),
    widestBatch: least(({ widestBatch }) => widestBatch),
    start: (batch) => members.map((member) => member.start(batch)),

    async nll(window: Window, states: States) {
      const terms: FloatArray[] = [];
      const after: unknown[] = [];
      for (const [index, member] of members.entries()) {
        const step = await member.nll(window, states[index]);
        terms.push(step.nlls);
        after.push(step.state);
      }
      return { nlls: mixedNlls(terms, weights), state: after };
    },

    async logProbs(tokens: Tokens, states: States, steps: 'all' | 'last') {
      const terms: Float64Array[] = [];
      const after: unknown[] = [];
      for (const [index, member] of members.entries()) {
        const step = await member.logProbs(tokens, states[index], steps);
        terms.push(step.logProbs.map((value) => -value));
        after.push(step.state);
      }
      return { logProbs: mixedNlls(terms, weights).map((value) => -value), state: after };
    },

    repeat: (states, count) => members.map((member, index) => member.repeat(states[index], count)),
    release(states) {
      for (const [index, member] of members.entries()) member.release(states[index]);
    },
    dispose() {
      for (const member of members) member.dispose();
    },
  };
}

/**
 * Computes −log Σ w·exp(−nll) of every prediction, in doubles: the negative log-likelihood under the mean of probabilities.
 *
 * @param terms   the nlls of each member, all of one length
 * @param weights one for each member
 */
export function mixedNlls(terms: readonly ArrayLike<number>[], weights: readonly number[]): Float64Array {
  const used = terms
    .map((nlls, member) => ({ nlls, weight: weights[member] }))
    .filter(({ weight }) => weight > 0);
  return Float64Array.from({ length: terms[0].length }, (_, i) => {
    const least = used.reduce((smallest, { nlls }) => Math.min(smallest, nlls[i]), Number.POSITIVE_INFINITY);
    // Every member gives the word no probability: infinity minus itself would be NaN.
    if (least === Number.POSITIVE_INFINITY) return least;
    const sum = used.reduce((total, { nlls, weight }) => total + weight * Math.exp(least - nlls[i]), 0);
    return least - Math.log(sum);
  });
}
