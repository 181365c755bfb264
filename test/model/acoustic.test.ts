/** Compares acoustic networks with PyTorch's numbers, which `golden/pytorch/make_acoustic.py` made, and checks padding and noise. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { encodeFrames, reversedWithin } from '../../src/model/acoustic.js';
import type { AcousticArchitecture } from '../../src/model/architecture.js';
import type { Network } from '../../src/model/network.js';
import { parametersFrom } from '../../src/model/parameters.js';
import { tidy } from '../../src/ops/memory.js';
import { encodeUtterances } from '../../src/predictors/recognizer.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import { speechLoss } from '../../src/tasks/speech.js';
import { lossAndGradients } from '../../src/training/step.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, type NdArray, randomNumbers, readValues } from '../ops/arrays.js';
import { MINIMAL, networkOf } from '../spec/spec-files.js';
import { lstmLayers, NO_DROPOUT, uniformModel } from './small-models.js';

interface GoldenCase {
  readonly parameters: Arrays;
  /** [T,B,F]. */
  readonly frames: NdArray;
  readonly lengths: NdArray;
  readonly labels: NdArray;
  readonly phones: NdArray;
  readonly phoneCounts: NdArray;
  readonly hidden: NdArray;
  readonly nll: NdArray;
  readonly loss: number;
  readonly gradients: Arrays;
}

const file = new URL('../golden/pytorch/acoustic.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

const PLAIN = { zoneout: { cell: 0, hidden: 0 } };

function modelOf({ parameters, frames }: GoldenCase): Network {
  const architecture: AcousticArchitecture = {
    vocabularySize: parameters['softmax.bias'].shape[0],
    features: frames.shape[2],
    bidirectional: 'reverse.layers.0.bias' in parameters,
    layers: lstmLayers(...[0, 1].map((layer) => parameters[`layers.${layer}.recurrentWeight`].shape[0])),
    ...PLAIN,
  };
  const values = Object.entries(parameters).map(
    ([name, { data }]) => [name, { data: Float32Array.from(data) }] as const,
  );
  return { architecture, parameters: parametersFrom(architecture, new Map(values)), constants: new Map() };
}

/** The batch of a case, with other values in the padding where they are given. */
function batchOf({ frames, lengths, labels, phones, phoneCounts }: GoldenCase, padding = 0) {
  const [steps, batch, width] = frames.shape;
  const isFrame = (row: number) => Math.floor(row / batch) < lengths.data[row % batch];
  const rows = lengths.data.flatMap((length, b) => Array.from({ length }, (_, t) => t * batch + b));
  const ints = ({ data }: NdArray) => Int32Array.from(data);
  return {
    steps,
    batch,
    features: Float32Array.from(frames.data, (value, i) =>
      isFrame(Math.floor(i / width)) ? value : padding,
    ),
    arrays: {
      rows: Int32Array.from(rows),
      labels: ints(labels),
      frameCounts: ints(lengths),
      phones: ints(phones),
      phoneCounts: ints(phoneCounts),
    },
  };
}

describe.each(Object.keys(cases))('an acoustic network, %s', (name) => {
  describeEachBackend('on %s', () => {
    const golden = cases[name];

    it.each([0, 5])(
      'the output of its layers is that of PyTorch, whatever is in the padding (%d)',
      async (padding) => {
        const { hidden } = encodeUtterances(modelOf(golden), batchOf(golden, padding), null);
        expectClose(await readValues(hidden), golden.hidden.data);
      },
    );

    it('its losses and all gradients are those of PyTorch', async () => {
      const model = modelOf(golden);
      const loss = name.endsWith('ctc') ? ('ctc' as const) : ('framewise' as const);
      const spec = networkOf(await parseResolvedSpec(MINIMAL, 'spec.yaml'));
      const speech = { loss, bidirectional: name !== 'forward', delay: 0, context: 0 };
      const taskLoss = speechLoss({ ...spec, task: { speech }, dropout: NO_DROPOUT }, model);
      const { arrays, ...batch } = batchOf(golden);
      const data = { ...batch, arrays: { ...arrays }, clock: 0 };
      const task = { parameters: model.parameters, loss: () => taskLoss.of(data, {}) };
      const result = tidy(() => lossAndGradients(task, 'sum', data, {}));
      expectClose(await readValues(result.terms.nll), golden.nll.data, 2e-5);
      expectClose(await readValues(result.loss), [golden.loss], 2e-5);
      expect(Object.keys(result.gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
      for (const [parameter, { data: expected }] of Object.entries(golden.gradients)) {
        expectClose(await readValues(result.gradients[parameter]), expected, 1e-4, 1e-5);
      }
    });
  });
});

it('reversing within each length leaves the padding in its place, and reversing again gives back the order', () => {
  const rows = reversedWithin([3, 1], 4);
  expect([...rows]).toEqual([4, 1, 2, 3, 0, 5, 6, 7]);
  expect(Array.from(rows, (row) => rows[row])).toEqual([...rows.keys()]);
});

describeEachBackend('the noise of both directions on %s', () => {
  it('has masks of its own for each, at every place', async () => {
    const random = randomNumbers(3);
    const [steps, batch, features] = [5, 2, 3];
    const architecture = {
      vocabularySize: 4,
      features,
      bidirectional: true,
      layers: lstmLayers(4),
      ...PLAIN,
    };
    const model = uniformModel(architecture, 0.7, 3);
    // Both directions with the parameters of one: without noise, each is the other reversed.
    for (const part of ['inputWeight', 'recurrentWeight', 'bias']) {
      const [own, other] = ['', 'reverse.'].map((prefix) =>
        model.parameters.get(`${prefix}layers.0.${part}`),
      );
      if (own && other) other.assign(own);
    }
    const frames = tf.tensor3d(
      Float32Array.from({ length: steps * batch * features }, () => random() - 0.5),
      [steps, batch, features],
    );
    // A palindrome in time.
    const mirrored = tf.add(frames, tf.reverse(frames, 0)) as tf.Tensor3D;
    const reverse = reversedWithin([steps, steps], steps);
    const halves = async (table: Partial<typeof NO_DROPOUT>) => {
      const noise = { table: { ...NO_DROPOUT, ...table }, seed: 5, step: 7 };
      const { raw } = encodeFrames(model, mirrored, reverse, noise).activations;
      const [forward, back] = tf.split(raw, 2, 2);
      return [await readValues(forward), await readValues(tf.reverse(back, 0))];
    };
    const [plain, plainBack] = await halves({});
    expectClose(plainBack, plain);
    for (const edge of ['input', 'recurrent'] as const) {
      const [one, other] = await halves({ [edge]: { rate: 0.5, mask: 'sequence', perGate: false } });
      expect(one).not.toEqual(plain);
      expect(other).not.toEqual(one);
    }
  });
});
