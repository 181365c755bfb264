/**
 * Every regularizer and cell of the family against PyTorch, masks included: `golden/pytorch/make_family.py` writes the
 * definitions out and draws the masks by a Philox of its own.
 */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { activationPenalty } from '../../src/model/activation-penalty.js';
import type { LayerShape } from '../../src/model/architecture.js';
import { encode, initialState, targetNll } from '../../src/model/language-model.js';
import { disposeNetwork, networkFrom } from '../../src/model/network.js';
import type { DropoutTable } from '../../src/model/noise-placement.js';
import { parameterShapes } from '../../src/model/parameters.js';
import type { ModelState } from '../../src/model/stack.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, type NdArray, readValues, tensorOf } from '../ops/arrays.js';
import { plainArchitecture } from './small-models.js';

interface GoldenCase {
  readonly layers: readonly LayerShape[];
  readonly tied: boolean;
  readonly topics: number;
  readonly decay?: number;
  readonly topicTable?: NdArray;
  readonly activation: number;
  readonly temporal: number;
  readonly table: DropoutTable;
  readonly seed: number;
  readonly step: number;
  readonly tokens: NdArray;
  readonly targets: NdArray;
  readonly parameters: Arrays;
  readonly initial: Arrays;
  readonly nll: NdArray;
  readonly penalty: number;
  readonly loss: number;
  readonly final: Arrays;
  readonly gradients: Arrays;
}

const file = new URL('../golden/pytorch/family.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

const floats = (arrays: Arrays) =>
  new Map(Object.entries(arrays).map(([name, { data }]) => [name, { data: Float32Array.from(data) }]));

function modelOf({ layers, tied, topics, decay, topicTable, table, parameters }: GoldenCase) {
  const [vocabularySize, embedding] = parameters['embedding.weight'].shape;
  const context = decay === undefined ? null : { topics, decay };
  const architecture = plainArchitecture({
    ...{ vocabularySize, embedding, layers, tieEmbedding: tied, zoneout: table.zoneout, context },
  });
  const constants: Arrays = topicTable ? { topics: topicTable } : {};
  return networkFrom(architecture, floats(parameters), floats(constants));
}

/** Loss, penalty, state and gradients of the one window of a case. */
function solve(golden: GoldenCase, model: ReturnType<typeof modelOf>) {
  const { tokens, targets, table, seed, step, activation, temporal } = golden;
  const [steps, batch] = tokens.shape;
  const given = Object.entries(golden.initial).map(([name, values]) => [name, tensorOf(values)]);
  const state = { ...initialState(model, batch), ...(Object.fromEntries(given) as ModelState) };
  const out: { nll?: tf.Tensor; penalty?: tf.Tensor | null; state?: ModelState } = {};
  const variables = [...model.parameters.values()];
  const { value, grads } = tf.variableGrads(() => {
    const ids = tf.tensor2d([...tokens.data], [steps, batch], 'int32');
    const { hidden, state: after, activations } = encode(model, ids, state, { table, seed, step });
    const nll = targetNll(model, hidden, tf.tensor1d([...targets.data], 'int32'));
    const penalty = activationPenalty(activations, {
      activationRegularization: activation,
      temporalActivationRegularization: temporal,
    });
    Object.assign(out, tf.keep(nll) && { nll, penalty: penalty && tf.keep(penalty), state: after });
    for (const tensor of Object.values(after)) tf.keep(tensor);
    const loss = tf.div(tf.sum(nll), batch);
    return (penalty ? tf.add(loss, tf.mul(penalty, steps)) : loss) as tf.Scalar;
  }, variables);
  const gradients = [...model.parameters].map(([name, { name: id }]) => [name, grads[id]] as const);
  return { loss: value, gradients: new Map(gradients), ...out };
}

describeEachBackend('on %s', () => {
  describe.each(Object.entries(cases))('%s', (_name, golden) => {
    it("loss, NLL of every prediction, penalty, final state and every gradient equal PyTorch's", async () => {
      const model = modelOf(golden);
      expect(parameterShapes(model.architecture).map(({ name, shape }) => [name, shape])).toEqual(
        Object.entries(golden.parameters).map(([name, { shape }]) => [name, shape]),
      );
      const { loss, nll, penalty, state, gradients } = solve(golden, model);
      expectClose(await readValues(nll as tf.Tensor), golden.nll.data);
      if (penalty) expectClose(await readValues(penalty), [golden.penalty]);
      expect(penalty !== null).toBe(golden.penalty > 0);
      expectClose(await readValues(loss), [golden.loss]);
      for (const [name, { data }] of Object.entries(golden.final)) {
        expectClose(await readValues((state as ModelState)[name]), data);
      }
      for (const [name, { data }] of Object.entries(golden.gradients)) {
        try {
          expectClose(await readValues(gradients.get(name) as tf.Tensor), data);
        } catch (error) {
          throw new Error(`gradient of ${name}: ${(error as Error).message}`);
        }
      }
      disposeNetwork(model);
    });
  });
});
