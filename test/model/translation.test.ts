/** Compares translators with PyTorch's numbers, which `golden/pytorch/make_translation.py` made, and checks their noise. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { SourceShape } from '../../src/model/architecture.js';
import { encode, initialState } from '../../src/model/language-model.js';
import type { Network } from '../../src/model/network.js';
import type { DropoutTable } from '../../src/model/noise-placement.js';
import { parametersFrom } from '../../src/model/parameters.js';
import { encodePairs, readSource } from '../../src/model/translation.js';
import { tidy } from '../../src/ops/memory.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import { pairLoss } from '../../src/tasks/translation.js';
import { lossAndGradients } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import {
  type Arrays,
  expectClose,
  type NdArray,
  randomIds,
  randomNumbers,
  readValues,
} from '../ops/arrays.js';
import { MINIMAL, networkOf } from '../spec/spec-files.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture, uniformModel } from './small-models.js';

interface GoldenCase {
  readonly parameters: Arrays;
  readonly source: NdArray;
  readonly inputs: NdArray;
  readonly targets: NdArray;
  readonly lengths: NdArray;
  /** [T,B], 0 behind the end of a target. */
  readonly nll: NdArray;
  readonly loss: number;
  readonly states: readonly { readonly h: NdArray; readonly c: NdArray }[];
  readonly gradients: Arrays;
}

const file = new URL('../golden/pytorch/translation.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

function attentionOf(parameters: Arrays): SourceShape['attention'] {
  if ('attention.scoreWeight' in parameters) return 'general';
  return 'attention.outputWeight' in parameters ? 'dot' : 'none';
}

function modelOf({ parameters }: GoldenCase): Network {
  const [vocabularySize, embedding] = parameters['embedding.weight'].shape;
  const layers = lstmLayers(...[0, 1].map((layer) => parameters[`layers.${layer}.recurrentWeight`].shape[0]));
  const table = parameters['source.embedding.weight'];
  const source: SourceShape = {
    vocabularySize: table ? table.shape[0] : null,
    stack: 'encoder.layers.0.bias' in parameters ? 'separate' : 'shared',
    attention: attentionOf(parameters),
  };
  const architecture = plainArchitecture({ vocabularySize, embedding, layers, source });
  const values = Object.entries(parameters).map(
    ([name, { data }]) => [name, { data: Float32Array.from(data) }] as const,
  );
  return { architecture, parameters: parametersFrom(architecture, new Map(values)), constants: new Map() };
}

/** The places of a target's words in [T·B]. */
function rowsOf({ lengths, targets }: GoldenCase): Int32Array {
  const [, batch] = targets.shape;
  return Int32Array.from(targets.data.keys()).filter(
    (row) => Math.floor(row / batch) < lengths.data[row % batch],
  );
}

const columns = ({ shape, data }: NdArray) => tf.tensor2d([...data], shape as [number, number], 'int32');

describe.each(Object.keys(cases))('the translator of case %s', (name) => {
  describeEachBackend('on %s', () => {
    const golden = cases[name];

    it('the state after the source is that of PyTorch', async () => {
      const model = modelOf(golden);
      const { layers: state } = readSource(model, columns(golden.source), null);
      for (const [layer, { h, c }] of golden.states.entries()) {
        expectClose(await readValues(state[`layers.${layer}.h`]), h.data);
        expectClose(await readValues(state[`layers.${layer}.c`]), c.data);
      }
    });

    it('the losses of the target and all gradients are those of PyTorch', async () => {
      const model = modelOf(golden);
      const spec = networkOf(await parseResolvedSpec(MINIMAL, 'spec.yaml'));
      const loss = pairLoss({ ...spec, dropout: NO_DROPOUT }, model);
      const [rows, [steps, batch]] = [rowsOf(golden), golden.inputs.shape];
      const data = {
        arrays: {
          source: Int32Array.from(golden.source.data),
          inputs: Int32Array.from(golden.inputs.data),
          targets: rows.map((row) => golden.targets.data[row]),
          rows,
        },
        steps: steps + golden.source.shape[0],
        batch,
        clock: 0,
      };
      const task = { parameters: model.parameters, loss: () => loss.of(data, {}) };
      const result = tidy(() => lossAndGradients(task, 'sum', data, {}));
      expectClose(
        await readValues(result.terms.nll),
        Array.from(rows, (row) => golden.nll.data[row]),
      );
      expectClose(await readValues(result.loss), [golden.loss]);
      expect(Object.keys(result.gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
      for (const [parameter, { data: expected }] of Object.entries(golden.gradients)) {
        expectClose(await readValues(result.gradients[parameter]), expected);
      }
    });
  });
});

describeEachBackend('a translator on %s', () => {
  const LAYERS = lstmLayers(6, 5);
  const modelWith = (stack: SourceShape['stack'], vocabularySize: number | null) =>
    uniformModel(
      plainArchitecture({
        vocabularySize: 11,
        embedding: 4,
        layers: LAYERS,
        source: { vocabularySize, stack, attention: 'none' },
      }),
      0.7,
      3,
    );
  const random = randomNumbers(4);
  const words = (steps: number) => tf.tensor2d(randomIds(random, steps * 3, 11), [steps, 3], 'int32');
  const noisy = (table: Partial<DropoutTable>) => ({ table: { ...NO_DROPOUT, ...table }, seed: 5, step: 40 });

  it('one stack over both sentences is a language model of them as one text', async () => {
    const model = modelWith('shared', null);
    const [source, target] = [words(4), words(3)];
    const noise = noisy({
      input: { rate: 0.5, mask: 'step', perGate: false },
      between: { rate: 0.4, mask: 'sequence', perGate: false },
      output: { rate: 0.3, mask: 'step' },
      recurrent: { rate: 0.2, mask: 'sequence', perGate: true },
    });
    for (const plan of [null, noise]) {
      const asOne = encode(model, tf.concat([source, target], 0), initialState(model, 3), plan);
      const { hidden, state } = encodePairs(model, source, target, plan);
      expectClose(await readValues(hidden), (await readValues(asOne.hidden)).slice(4 * 3 * 5));
      expectClose(await readValues(state['layers.1.c']), await readValues(asOne.state['layers.1.c']));
    }
  });

  it('an encoder and its decoder have masks of their own for a sequence', async () => {
    const model = modelWith('separate', 11);
    const table = { between: { rate: 0.5, mask: 'sequence', perGate: false } as const };
    const [source, target] = [words(4), words(3)];
    const { layers: read } = readSource(model, source, noisy(table));
    const { hidden } = encodePairs(model, source, target, noisy(table));
    const withMasks = (step: number) =>
      readValues(encode(model, target, read, { ...noisy(table), step, sequenceStep: step }).hidden);
    expectClose(await readValues(hidden), await withMasks(44));
    expect(await readValues(hidden)).not.toEqual(await withMasks(40));
  });
});
