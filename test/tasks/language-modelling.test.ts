/** Checks language modelling of independent sentences: padding changes nothing, and every token counts once. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Sentences } from '../../src/corpus/sentences.js';
import { ACTIVATION_PENALTIES } from '../../src/model/activation-penalty.js';
import { encode, initialState, targetNll } from '../../src/model/language-model.js';
import { disposeNetwork } from '../../src/model/network.js';
import { dispose, tidy } from '../../src/ops/memory.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import {
  freshModel,
  languageModellingTask,
  type TrainingCorpus,
} from '../../src/tasks/language-modelling.js';
import { lossAndGradients } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomIds, randomNumbers, readAndFree, readValues } from '../ops/arrays.js';
import { networkOf } from '../spec/spec-files.js';

const VOCABULARY = 11;
const EOS = 0;
/** Lines of 1 to 6 tokens, their `<eos>` included. */
const LINES = [3, 6, 1, 4, 2, 5, 4].map((length, line) => [
  ...randomIds(randomNumbers(line + 1), length - 1, VOCABULARY - 1).map((id) => id + 1),
  EOS,
]);

function corpusOf(lines: readonly (readonly number[])[]): TrainingCorpus {
  const ids = Int32Array.from(lines.flat());
  const source = {
    length: ids.length,
    read: (position: number, count: number) => ids.slice(position, position + count),
  };
  return { vocabulary: { size: VOCABULARY, eos: EOS }, split: () => source };
}

const FIRST = { pass: 0, inPass: 0, step: 0 };

async function specOf(...training: readonly string[]) {
  const model = 'model: { embedding: 4, layers: [{ lstm: 5 }, { gru: 3 }], init: { uniform: 0.5 } }';
  const keys = ['batchSize: 7', 'sentences: true', ...training].join(', ');
  return networkOf(await parseResolvedSpec(`corpus: c\n${model}\ntraining: { ${keys} }\n`, 'spec.yaml'));
}

/** The mean over lines of the summed nll of each line by itself, without a batch or padding. */
async function lossLineByLine(model: ReturnType<typeof freshModel>): Promise<number> {
  const nlls = LINES.map((line) =>
    tidy(() => {
      const inputs = [EOS, ...line.slice(0, -1)];
      const ids = tf.tensor2d(inputs, [line.length, 1], 'int32');
      const { hidden } = encode(model, ids, initialState(model, 1), null);
      return targetNll(model, hidden, tf.tensor1d([...line], 'int32'));
    }),
  );
  return (await readAndFree(nlls)).flat().reduce((a, b) => a + b) / LINES.length;
}

describeEachBackend('sentences on %s', () => {
  it('a batch of sentences has the loss of each sentence, and predicts every token once', async () => {
    const spec = await specOf();
    const model = freshModel(spec, VOCABULARY);
    const task = languageModellingTask(spec, corpusOf(LINES), model);
    const { loss, terms } = lossAndGradients(task, 'sum', task.read(FIRST), task.zeroState());
    expectClose(await readValues(loss), [await lossLineByLine(model)]);
    expect(terms.nll.size).toBe(LINES.flat().length);
    expect(terms.state).toEqual({});
    disposeNetwork(model);
  });

  it('a batch of sentences has the mean gradient of smaller batches', async () => {
    const gradientsOf = async (lines: readonly (readonly number[])[]) => {
      const spec = await specOf();
      const model = freshModel(spec, VOCABULARY);
      const task = languageModellingTask(spec, corpusOf(lines), model);
      const { gradients } = lossAndGradients(task, 'sum', task.read(FIRST), {});
      disposeNetwork(model);
      const values = await Promise.all(Object.values(gradients).map(readValues));
      return Object.fromEntries(Object.keys(gradients).map((name, i) => [name, values[i]]));
    };
    const whole = await gradientsOf(LINES);
    const single = await Promise.all(LINES.map((line) => gradientsOf([line])));
    for (const [name, values] of Object.entries(whole)) {
      const mean = values.map((_, i) => single.reduce((sum, of) => sum + of[name][i], 0) / LINES.length);
      expectClose(values, mean);
    }
  });

  it.each(ACTIVATION_PENALTIES)('a batch of sentences has no padding in %s', async (penalty) => {
    const penaltyOf = async (lines: readonly (readonly number[])[]) => {
      const spec = await specOf(`${penalty}: 2`);
      const model = freshModel(spec, VOCABULARY);
      const task = languageModellingTask(spec, corpusOf(lines), model);
      const terms = tidy(() => task.loss(task.read(FIRST), {}));
      const value = terms.penalty ? (await readValues(terms.penalty))[0] : 0;
      dispose(terms);
      disposeNetwork(model);
      return value;
    };
    // A mean over values: those of all steps of a line, or of all but its first.
    const weightOf = (line: readonly number[]) =>
      penalty === 'activationRegularization' ? line.length : line.length - 1;
    let [sum, weight] = [0, 0];
    for (const line of LINES) {
      sum += weightOf(line) * (await penaltyOf([line]));
      weight += weightOf(line);
    }
    expectClose([await penaltyOf(LINES)], [sum / weight]);
  });

  it('sentences are validated to the perplexity of all their tokens, in batches of any size', async () => {
    const perplexities: number[] = [];
    for (const batchSize of [1, 2, 7, 50]) {
      const spec = await specOf();
      const sized = { ...spec, training: { ...spec.training, batchSize } };
      const model = freshModel(sized, VOCABULARY);
      const task = languageModellingTask(sized, corpusOf(LINES), model);
      const { meanNll, predictions } = await task.validate(new AbortController().signal, () => {}, 1);
      expect(predictions).toBe(LINES.flat().length);
      const value = Math.exp(meanNll);
      expectClose([value], [Math.exp(((await lossLineByLine(model)) * LINES.length) / predictions)]);
      perplexities.push(value);
      disposeNetwork(model);
    }
    for (const perplexity of perplexities) expectClose([perplexity], [perplexities[0]]);
  });
});

describe('the corpus of the tests', () => {
  it('the corpus of the tests has the lines that the tests need', () => {
    const { split } = corpusOf(LINES);
    expect(new Sentences(split('train'), EOS).count).toBe(LINES.length);
  });
});

it('training.tokens trains on the beginning of the text alone', async () => {
  const model = 'model: { embedding: 4, layers: [{ lstm: 5 }], init: { uniform: 0.5 } }';
  const spec = async (...keys: string[]) => {
    const training = ['batchSize: 2', 'bptt: 3', ...keys].join(', ');
    return networkOf(
      await parseResolvedSpec(`corpus: c\n${model}\ntraining: { ${training} }\n`, 'spec.yaml'),
    );
  };
  const parts = [LINES.slice(0, 4), LINES].map(corpusOf);
  const [shortText, wholeText] = parts;
  const length = LINES.slice(0, 4).flat().length;
  const lossesOf = async (corpus: TrainingCorpus, ...keys: string[]) => {
    const network = await spec(...keys);
    const fresh = freshModel(network, VOCABULARY);
    const task = languageModellingTask(network, corpus, fresh);
    const losses = Array.from({ length: task.batchesIn(0) }, (_, inPass) =>
      tidy(() => {
        const { nll } = task.loss(task.read({ pass: 0, inPass, step: 0 }), task.zeroState());
        return nll.dataSync()[0];
      }),
    );
    disposeNetwork(fresh);
    return losses;
  };
  const wanted = await lossesOf(shortText);
  expect(wanted.length).toBeGreaterThan(1);
  expect(await lossesOf(wholeText, `tokens: ${length}`)).toEqual(wanted);
  expect((await lossesOf(wholeText)).length).toBeGreaterThan(wanted.length);
  expect(await lossesOf(wholeText, 'tokens: 1000')).toEqual(await lossesOf(wholeText));
});
