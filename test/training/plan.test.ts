import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { encodeArrays, readCheckpoint } from '../../src/runs/checkpoint.js';
import { loadSpec } from '../../src/spec/load.js';
import { plan as planService, resultOf } from '../../src/systems/train.js';
import { randomBounds } from '../../src/tasks/stream-batches.js';
import { planTraining } from '../../src/training/plan.js';
import { afterWindows, smallRequest, trainSmall, useWorkplace } from '../small-runs.js';
import { networkOf } from '../spec/spec-files.js';

const place = useWorkplace();

async function plan(...overrides: string[]) {
  await activateBackend('wasm');
  const corpus = await PreparedCorpus.open(place.data, 'small');
  try {
    const spec = networkOf((await loadSpec(place.spec, overrides)).spec);
    return { ...(await resultOf(planTraining(spec, corpus, { constants: new Map() }))), corpus };
  } finally {
    corpus.close();
  }
}

it('a plan shows size, cost, windows and schedule', async () => {
  const { corpus, ...found } = await plan();
  const vocabulary = corpus.vocabulary.size;
  const layer = 4 * 8 * (8 + 8);
  expect(found).toMatchObject({
    parameters: vocabulary * 8 + 2 * (layer + 4 * 8) + 8 * vocabulary + vocabulary,
    trainingFlopPerToken: 6 * (2 * layer + 8 * vocabulary),
    windowsPerEpoch: 28,
    tokensPerEpoch: 28 * 4 * 5,
    epochs: 3,
    learningRates: [
      { firstEpoch: 1, lastEpoch: 1, learningRate: 1 },
      { firstEpoch: 2, lastEpoch: 2, learningRate: 0.5 },
      { firstEpoch: 3, lastEpoch: 3, learningRate: 0.25 },
    ],
  });
  expect(found.memoryBytes).toBeGreaterThan(4 * 3 * found.parameters);
  const { timing } = found;
  if (timing === null) throw new Error('it fits');
  expect(found.availableMemoryBytes).toBeGreaterThan(found.memoryBytes);
  expect(timing.tokensPerSecond).toBeGreaterThan(0);
  expect(timing.gflops).toBeCloseTo((timing.tokensPerSecond * found.trainingFlopPerToken) / 1e9, 12);
  expect(timing.secondsPerEpoch).toBeCloseTo(found.tokensPerEpoch / timing.tokensPerSecond, 9);
  expect(timing.seconds).toBeCloseTo(3 * timing.secondsPerEpoch, 9);
});

it('a plan counts the windows of epochs that are not a pass, and of a corpus with fewer windows than are timed', async () => {
  expect(await plan('training.windowsPerEpoch=7')).toMatchObject({ windowsPerEpoch: 7, tokensPerEpoch: 140 });
  expect(await plan('training.bptt=70')).toMatchObject({ windowsPerEpoch: 2, tokensPerEpoch: 560 });
});

it('a plan counts the windows and the tokens of the first pass when their lengths are random', async () => {
  const found = await plan('training.randomBptt={ halve: 0.5, deviation: 1, minimum: 2 }');
  const { corpus } = found;
  const steps = Math.floor(corpus.manifest.splits.train.tokens / 4) - 1;
  const bounds = randomBounds({ halve: 0.5, deviation: 1, minimum: 2 }, { seed: 1, pass: 0, bptt: 5 }, steps);
  expect(found.windowsPerEpoch).toBe(bounds.length - 1);
  expect(found.tokensPerEpoch).toBe(4 * (bounds.at(-1) ?? 0));
});

it('a plan counts the tokens of an epoch that ends in the second pass', async () => {
  const lengths = 'training.randomBptt={ halve: 0, deviation: 12, minimum: 2 }';
  const found = await plan(lengths, 'training.windowsPerEpoch=27');
  const steps = Math.floor(found.corpus.manifest.splits.train.tokens / 4) - 1;
  const drawn = { halve: 0, deviation: 12, minimum: 2 };
  const [first, second] = [0, 1].map((pass) => randomBounds(drawn, { seed: 1, pass, bptt: 5 }, steps));
  const left = 27 - (first.length - 1);
  expect(left).toBeGreaterThan(0);
  expect(found.tokensPerEpoch).toBe(4 * ((first.at(-1) ?? 0) + second[left]));
});

describe('the plan of a training on sentences', () => {
  it('a plan on sentences counts every line and token once, and reserves memory for the largest batch of lines', async () => {
    const { corpus, ...found } = await plan('training.sentences=true');
    const lines = Math.ceil(corpus.manifest.splits.train.lines / 4);
    expect(found).toMatchObject({
      sentences: true,
      windowsPerEpoch: lines,
      tokensPerEpoch: corpus.manifest.splits.train.tokens,
    });
    expect(found.timing && found.timing.seconds * found.timing.tokensPerSecond).toBeCloseTo(
      3 * corpus.manifest.splits.train.tokens,
      6,
    );
  });

  it('a plan on sentences depends on the longest lines, and not on bptt', async () => {
    const short = await plan('training.sentences=true', 'training.bptt=2');
    const long = await plan('training.sentences=true', 'training.bptt=500');
    expect(long.memoryBytes).toBe(short.memoryBytes);
    expect(long.stepsPerWindow).toBe(short.stepsPerWindow);
    const windows = await plan(`training.bptt=${short.stepsPerWindow}`);
    expect(windows).toMatchObject({ memoryBytes: short.memoryBytes, sentences: false });
  });
});

it('a plan reserves memory for the longest of the random windows', async () => {
  const { stepsPerWindow } = await plan('training.randomBptt={ halve: 0, deviation: 9, minimum: 2 }');
  expect(stepsPerWindow).toBeGreaterThan(5);
});

it('a plan reserves memory for the state of the optimizer', async () => {
  const sgd = await plan();
  const others = [
    ['averagedSgd', 1],
    ['adam', 2],
    ['rmsprop', 1],
  ] as const;
  for (const [kind, tensors] of others) {
    const { memoryBytes, parameters } = await plan(`training.optimizer={${kind}: {}}`);
    expect(memoryBytes - sgd.memoryBytes).toBe(4 * tensors * parameters);
  }
});

it('a plan says when the learning rate depends on the validation', async () => {
  expect(await plan()).toMatchObject({ learningRateFalls: false });
  const plateau = await plan('training.schedule={plateau: {}}');
  expect(plateau).toMatchObject({
    learningRateFalls: true,
    learningRates: [{ firstEpoch: 1, lastEpoch: 3, learningRate: 1 }],
  });
});

describe('the plan of a run to resume', () => {
  const planOf = (request: Parameters<typeof smallRequest>[1]) =>
    resultOf(planService(smallRequest(place, request)));

  it('a plan of a run to resume covers what is left, and writes nothing', async () => {
    await trainSmall(place, { name: 'begun', interruptAt: afterWindows(28 + 7) });
    const files = readdirSync(place.run('begun').path).sort();
    const found = await planOf({ resume: 'begun' });
    if (!('timing' in found) || found.timing === null) throw new Error('a network was planned');
    const { timing } = found;
    expect(found).toMatchObject({
      epochs: 3,
      epochsTrained: 1,
      learningRates: [
        { firstEpoch: 2, lastEpoch: 2, learningRate: 0.5 },
        { firstEpoch: 3, lastEpoch: 3, learningRate: 0.25 },
      ],
    });
    expect(timing.seconds * timing.tokensPerSecond).toBeCloseTo((28 + 21) * 20, 6);
    expect(readdirSync(place.run('begun').path).sort()).toEqual(files);
  });

  it('a plan of a finished run is empty', async () => {
    await trainSmall(place, { name: 'over' });
    expect(await planOf({ resume: 'over' })).toMatchObject({
      epochsTrained: 3,
      learningRates: [],
      timing: { seconds: 0 },
    });
  });

  it('a plan is refused when the checkpoint is not one of the run', async () => {
    await trainSmall(place, { name: 'edited', interruptAt: afterWindows(28 + 7) });
    const path = place.run('edited').checkpoint('last');
    const checkpoint = await readCheckpoint(path);
    if (!checkpoint) throw new Error('it was interrupted');
    const write = (parameters: typeof checkpoint.parameters, position: typeof checkpoint.position) => {
      const state = [...checkpoint.state].map(([name, array]) => ({ ...array, name: `state.${name}` }));
      const arrays = [...parameters.values(), ...state];
      writeFileSync(path, Buffer.concat(encodeArrays(arrays, position, checkpoint.provenance)));
    };
    const { parameters, position } = checkpoint;
    write(parameters, position);
    expect(await planOf({ resume: 'edited' })).toMatchObject({ epochsTrained: 1 });
    write(parameters, { ...position, windowInPass: 28 });
    await expect(planOf({ resume: 'edited' })).rejects.toThrow('window 28 of pass 1, which has 28');
    write(new Map([...parameters].slice(1)), position);
    await expect(planOf({ resume: 'edited' })).rejects.toThrow('it lacks the parameter');
  });

  it('a plan is refused for a folder that has a spec but is not a run', async () => {
    const folder = join(place.root, 'own');
    mkdirSync(folder);
    copyFileSync(place.run('begun').spec, join(folder, 'spec.yaml'));
    await expect(planOf({ resume: folder })).rejects.toThrow('is not a run');
    expect(readdirSync(folder)).toEqual(['spec.yaml']);
  });

  it('a plan is refused where the training would be', async () => {
    const changed = { resume: 'begun', overrides: ['model.layers.0.lstm=9'] };
    await expect(planOf(changed)).rejects.toThrow('Run begun was begun with another spec');
    await expect(planOf({ overrides: ['model.init={from: nowhere}'] })).rejects.toThrow('no run "nowhere"');
  });
});

it.each(['sgd', 'averagedSgd', 'adam', 'rmsprop'])('a plan leaves no tensor of %s', async (kind) => {
  const optimizer = `training.optimizer={${kind}: {}}`;
  await plan(optimizer);
  const before = tf.memory().numTensors;
  await plan(optimizer);
  expect(tf.memory().numTensors).toBe(before);
});
