import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { encodeCheckpoint, NotFiniteError, readCheckpoint } from '../../src/runs/checkpoint.js';
import {
  checkModel,
  restoreOptimizer,
  restoreState,
  withAverages,
} from '../../src/runs/checkpoint-tensors.js';
import type { TrainingProgress } from '../../src/runs/training-progress.js';
import { writeFileAtomically } from '../../src/storage/atomic-write.js';
import { encodeSafetensors, type NamedArray } from '../../src/storage/safetensors.js';
import { tempFolder } from '../temp-folder.js';

beforeAll(() => activateBackend('wasm'));

/** Floats that are easily lost: both zeros, the smallest and the largest, one that has no short decimal form. */
const VALUES = [0, -0, 2 ** -149, -(2 ** -126), 3.4028234663852886e38, Math.fround(0.1)];

const POSITION: TrainingProgress = {
  windows: 1_000_003,
  steps: 35_000_105,
  pass: 2,
  windowInPass: 17,
  epochs: 2,
  epochWindows: 17,
  epochNll: 0.1 + 0.2,
  epochPredictions: 7,
  seconds: 1 / 3,
  best: { epoch: 1, perplexity: 82.2 + 2 ** -40 },
  validation: [82.2 + 2 ** -40, 1 / 3 + 90],
  averagedSince: 1_000_001,
};
const PROVENANCE = { specHash: 'a1', vocabularyHash: 'b2', trainHash: 'c3', validHash: 'd4' };
const SHAPES = [
  { name: 'weight', shape: [2, 3] },
  { name: 'bias', shape: [1] },
];
const CONSTANT_SHAPES = [{ name: 'topics', shape: [2] }];
const STATE_SHAPES = [{ name: 'h', shape: [1, 2] }];
/** Shapes of the tensors of an optimizer with this state. */
const OPTIMIZER_SHAPES = { 'average.weight': [2, 3], 'average.bias': [1] };

/** Writes a checkpoint of a made-up model. */
async function writeCheckpoint(path: string, values: readonly number[] = VALUES): Promise<void> {
  const parameters = new Map<string, tf.Variable>([
    ['weight', tf.variable(tf.tensor2d([...values], [2, 3]))],
    ['bias', tf.variable(tf.tensor1d([1]))],
  ]);
  const optimizer = new Map<string, tf.Tensor>([
    ['average.weight', tf.tensor2d([1, 2, 3, 4, 5, Math.fround(1 / 3)], [2, 3])],
    ['average.bias', tf.tensor1d([7])],
  ]);
  const constants = new Map([['topics', tf.tensor1d([-1, -2])]]);
  const state = new Map([['h', tf.tensor2d([[0.5, -0]])]]);
  try {
    const tensors = { parameters, optimizer, constants, state };
    await writeFileAtomically(path, await encodeCheckpoint(tensors, POSITION, PROVENANCE));
  } finally {
    tf.dispose([parameters, optimizer, constants, state].flatMap((group) => [...group.values()]));
  }
}

/** Writes a file that zlm itself would never write. */
function writeForged(arrays: readonly NamedArray[], metadata: Record<string, string> = {}): string {
  const path = join(tempFolder(), 'last.safetensors');
  const position = JSON.stringify(POSITION);
  const { specHash, vocabularyHash, trainHash, validHash } = PROVENANCE;
  const given = {
    'zlm.formatVersion': '2',
    'zlm.position': position,
    'zlm.specHash': specHash,
    'zlm.vocabularyHash': vocabularyHash,
    'zlm.trainHash': trainHash,
    'zlm.validHash': validHash,
    ...metadata,
  };
  writeFileSync(path, Buffer.concat(encodeSafetensors(arrays, given)));
  return path;
}

const weight = (): NamedArray => ({ name: 'weight', shape: [2, 3], data: new Float32Array(6) });
const bias = (): NamedArray => ({ name: 'bias', shape: [1], data: new Float32Array(1) });
const stateH = (): NamedArray => ({ name: 'state.h', shape: [1, 2], data: new Float32Array(2) });
const topics = (): NamedArray => ({ name: 'constant.topics', shape: [2], data: new Float32Array(2) });
const averages = (): NamedArray[] =>
  [weight(), bias()].map((array) => ({ ...array, name: `optimizer.average.${array.name}` }));
const rest = (): NamedArray[] => [stateH(), topics(), ...averages()];

const fault = (path: string, ...parts: string[]) =>
  expect.objectContaining({
    kind: 'data',
    message: expect.stringMatching(new RegExp([path, ...parts].join('.*'))),
    cures: expect.arrayContaining([expect.any(String)]),
  });

/** Reads a checkpoint and restores everything of it. */
async function restore(path: string): Promise<void> {
  const checkpoint = await readCheckpoint(path);
  if (!checkpoint) throw new Error('there is no checkpoint');
  checkModel(checkpoint, { parameters: SHAPES, constants: CONSTANT_SHAPES }, path);
  tf.dispose(restoreState(checkpoint, STATE_SHAPES, path));
  const optimizer = makeOptimizerTensors();
  try {
    restoreOptimizer(checkpoint, optimizer, path);
  } finally {
    tf.dispose([...optimizer.values()]);
  }
}

function makeOptimizerTensors(): Map<string, tf.Variable> {
  return new Map(
    Object.entries(OPTIMIZER_SHAPES).map(([name, shape]) => [
      name,
      tf.tidy(() => tf.variable(tf.zeros(shape), false)),
    ]),
  );
}

describe('a checkpoint', () => {
  it('a checkpoint restores every bit', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const checkpoint = await readCheckpoint(path);
    expect(checkpoint?.position).toEqual(POSITION);
    expect(checkpoint?.provenance).toEqual(PROVENANCE);
    expect([...(checkpoint?.parameters.keys() ?? [])]).toEqual(['weight', 'bias']);
    expect(checkpoint?.parameters.get('weight')?.shape).toEqual([2, 3]);
    const data = checkpoint?.parameters.get('weight')?.data ?? [];
    expect(data).toHaveLength(VALUES.length);
    for (const [index, value] of VALUES.entries())
      expect(Object.is(data[index], value), `${value}`).toBe(true);
    expect([...(checkpoint?.state.keys() ?? [])]).toEqual(['h']);
    expect([...(checkpoint?.constants.keys() ?? [])]).toEqual(['topics']);
    expect([...(checkpoint?.optimizer.keys() ?? [])]).toEqual(['average.weight', 'average.bias']);
    await restore(path);
  });

  it('a checkpoint restores the state of a new optimizer', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const checkpoint = await readCheckpoint(path);
    const tensors = makeOptimizerTensors();
    if (checkpoint) restoreOptimizer(checkpoint, tensors, path);
    expect([...(tensors.get('average.weight')?.dataSync() ?? [])]).toEqual([
      1,
      2,
      3,
      4,
      5,
      Math.fround(1 / 3),
    ]);
    expect([...(tensors.get('average.bias')?.dataSync() ?? [])]).toEqual([7]);
    tf.dispose([...tensors.values()]);
  });

  it('a checkpoint with averages is evaluated with them', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const checkpoint = await readCheckpoint(path);
    if (!checkpoint) throw new Error('there is no checkpoint');
    const { parameters } = withAverages(checkpoint);
    expect([...parameters.keys()]).toEqual(['weight', 'bias']);
    expect([...(parameters.get('bias')?.data ?? [])]).toEqual([7]);
    const moments = new Map([['firstMoment.bias', bias()]]);
    expect(withAverages({ ...checkpoint, optimizer: moments }).parameters).toBe(checkpoint.parameters);
    expect(withAverages({ ...checkpoint, optimizer: new Map() }).parameters).toBe(checkpoint.parameters);
  });

  it('a checkpoint does not change when the training reuses the memory that the backend lent', async () => {
    const memory = Float32Array.of(1, 2);
    const lent = { shape: [2], data: async () => memory } as unknown as tf.Variable;
    const none = new Map();
    const tensors = { parameters: new Map([['w', lent]]), optimizer: none, constants: none, state: none };
    const pieces = await encodeCheckpoint(tensors, POSITION, PROVENANCE);
    const before = Buffer.concat(pieces);
    memory.fill(3);
    expect(Buffer.concat(pieces).equals(before)).toBe(true);
  });

  it('a checkpoint leaves no tensor', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const before = tf.memory().numTensors;
    await restore(path);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a missing checkpoint is null', async () => {
    expect(await readCheckpoint(join(tempFolder(), 'none.safetensors'))).toBeNull();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'a checkpoint with %s is not written, since it would replace a good one',
    async (value) => {
      const path = join(tempFolder(), 'last.safetensors');
      await writeCheckpoint(path);
      const good = readFileSync(path);
      await expect(writeCheckpoint(path, [value, 0, 0, 0, 0, 0])).rejects.toEqual(
        new NotFiniteError('weight'),
      );
      expect(readFileSync(path).equals(good)).toBe(true);
    },
  );
});

describe('a file that is not a checkpoint of the model', () => {
  it.each<[string, () => NamedArray[], Record<string, string>, string[]]>([
    ['has no zlm metadata', () => [weight()], { 'zlm.formatVersion': '' }, ['format version']],
    [
      'has another version',
      () => [weight(), bias()],
      { 'zlm.formatVersion': '1' },
      ['version 1', 'reads version 2'],
    ],
    ['tells no position', () => [weight(), bias()], { 'zlm.position': '' }, ['position']],
    [
      'tells half a position',
      () => [weight(), bias()],
      { 'zlm.position': '{"windows":1,"epochs":0}' },
      ['position'],
    ],
    ...[
      { windows: -1 },
      { steps: 0.5 },
      { pass: null },
      { epochWindows: '1' },
      { validation: [90] },
      { validation: [90, null] },
      { averagedSince: -1 },
    ].map((wrong): [string, () => NamedArray[], Record<string, string>, string[]] => [
      `tells an impossible position, ${JSON.stringify(wrong)}`,
      () => [weight(), bias()],
      { 'zlm.position': JSON.stringify({ ...POSITION, ...wrong }) },
      ['position'],
    ]),
    ['lacks a parameter', () => [weight(), ...rest()], {}, ['lacks the parameter bias']],
    [
      'has a parameter too many',
      () => [weight(), bias(), ...rest(), { ...bias(), name: 'extra' }],
      {},
      ['no parameter extra'],
    ],
    [
      'has a parameter of another shape',
      () => [{ ...weight(), shape: [3, 2] }, bias(), ...rest()],
      {},
      ['weight has shape \\[3,2\\]', 'makes it \\[2,3\\]'],
    ],
    [
      'has whole numbers for a parameter',
      () => [{ ...weight(), data: new Int32Array(6) }, bias(), ...rest()],
      {},
      ['weight holds integers'],
    ],
    [
      'lacks the recurrent state',
      () => [weight(), bias(), topics(), ...averages()],
      {},
      ['lacks the recurrent state h'],
    ],
    [
      'has the recurrent state of another batch',
      () => [weight(), bias(), topics(), ...averages(), { ...stateH(), shape: [2, 1] }],
      {},
      ['h has shape \\[2,1\\]'],
    ],
    ['lacks a constant', () => [weight(), bias(), stateH()], {}, ['lacks the constant topics']],
    [
      'lacks a part of the optimizer state',
      () => [weight(), bias(), stateH(), topics(), averages()[0]],
      {},
      ['lacks the optimizer state average.bias'],
    ],
    [
      'contains the state of another optimizer',
      () => [weight(), bias(), ...rest(), { ...bias(), name: 'optimizer.meanSquare.bias' }],
      {},
      ['no optimizer state meanSquare.bias'],
    ],
  ])('a checkpoint that %s is refused', async (_, arrays, metadata, parts) => {
    const path = writeForged(arrays(), metadata);
    await expect(restore(path)).rejects.toEqual(fault(path, ...parts));
  });

  it('a file of another program is refused', async () => {
    const path = join(tempFolder(), 'foreign.safetensors');
    writeFileSync(path, Buffer.concat(encodeSafetensors([weight()], { format: 'pt' })));
    await expect(readCheckpoint(path)).rejects.toEqual(fault(path, 'no zlm metadata'));
  });

  it('a text, an empty file and a folder are refused', async () => {
    const folder = tempFolder();
    const paths = ['text', 'empty', 'folder'].map((name) => join(folder, name));
    writeFileSync(paths[0], 'corpus: ptb\nmodel: {}\n');
    writeFileSync(paths[1], '');
    mkdirSync(paths[2]);
    for (const path of paths) await expect(readCheckpoint(path)).rejects.toEqual(fault(path));
  });

  it('a checkpoint that is cut off anywhere is refused', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const good = readFileSync(path);
    for (let length = 0; length < good.length; length += 7) {
      writeFileSync(path, good.subarray(0, length));
      await expect(readCheckpoint(path), `${length} bytes`).rejects.toEqual(fault(path));
    }
  });

  it('a checkpoint with any bit flipped is refused', async () => {
    const path = join(tempFolder(), 'last.safetensors');
    await writeCheckpoint(path);
    const good = readFileSync(path);
    for (let index = 0; index < good.length; index += 5) {
      const flipped = Buffer.from(good);
      flipped[index] ^= 1 << (index % 8);
      writeFileSync(path, flipped);
      await expect(restore(path), `byte ${index}`).rejects.toEqual(fault(path));
    }
  });
});
