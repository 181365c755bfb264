/** Batches of independent sequences: every line of a text starts from the zero state, beside lines of similar length. */
import { batchesByLength, Sentences, sequenceBatch } from '../corpus/sentences.js';
import type { TokenSource } from '../corpus/windows.js';
import { shuffledBatches } from './shuffle.js';
import type { TextBatch, TextBatches } from './stream-batches.js';

/**
 * Makes the batches of every pass. A pass has every line once. The choice of lines for a batch, and the order of the batches, is
 * a function of (seed, pass).
 *
 * @param eos id of `<eos>`, which ends a line
 */
export function sentenceBatches(
  tokens: TokenSource,
  { eos, batchSize, seed }: { readonly eos: number; readonly batchSize: number; readonly seed: number },
): TextBatches {
  const sentences = new Sentences(tokens, eos);
  const lengthOf = (line: number) => sentences.lengthOf(line);
  const batchesOf = shuffledBatches(sentences.count, seed, (order) =>
    batchesByLength(order, lengthOf, batchSize),
  );
  const linesOf = (pass: number, inPass: number): readonly number[] => batchesOf(pass)[inPass];

  return {
    batchesIn: () => Math.ceil(sentences.count / batchSize),
    stepsOf: (pass, inPass) => Math.max(...linesOf(pass, inPass).map(lengthOf)),
    columnsOf: (pass, inPass) => linesOf(pass, inPass).length,
    predictionsOf: (pass, inPass) => linesOf(pass, inPass).reduce((sum, line) => sum + lengthOf(line), 0),
    startsFromZero: () => true,
    batch(pass, inPass): TextBatch {
      return sequenceBatch(
        linesOf(pass, inPass).map((line) => sentences.read(line)),
        eos,
      );
    },
  };
}
