/** Compares the rehearsal of a training with what the memory of a backend lends and keeps in the real one. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName, MemoryUse } from '../../src/backends/backend.js';
import { CudaBackend } from '../../src/backends/cuda/cuda-backend.js';
import { DeviceMemory } from '../../src/backends/cuda/device-memory.js';
import type { PoolPeak } from '../../src/backends/memory-pool.js';
import type { NativeBackend } from '../../src/backends/native/native-backend.js';
import { rehearse } from '../../src/backends/select.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { loadSpec } from '../../src/spec/load.js';
import { batchSizes } from '../../src/tasks/batch-sizes.js';
import { checkMemory, trainingMemory } from '../../src/training/capacity.js';
import { trainingRehearsal } from '../../src/training/rehearsal.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { prepareSmallCorpus } from '../small-corpus.js';
import { trainSmall, useWorkplace } from '../small-runs.js';
import { networkOf } from '../spec/spec-files.js';

const place = useWorkplace();

/** Words of the larger vocabulary. */
const WORDS = 600;

/** Two short epochs, each with a validation and two checkpoints. */
const SHORT = ['training.epochs=2', 'training.windowsPerEpoch=12'];

/** Overrides of the small spec that change what a training allocates, by what they are. */
const TRAININGS: Record<string, readonly string[]> = {
  "the paper's model": [],
  'a large vocabulary': ['corpus=words'],
  'wider layers than the embedding': ['model.layers=[{ lstm: 40 }, { lstm: 56 }]'],
  'a GRU': ['model.layers=[{ lstm: 8 }, { gru: 24 }]'],
  'a tanh layer': ['model.layers=[{ lstm: 8 }, { rnn: 24 }]'],
  'a deep transition with its shortcut': [
    'model.layers=[{ lstm: 8 }, { deepTransition: { units: 24, depth: 3, shortcut: true } }]',
  ],
  'a feed-forward layer on top': ['model.layers=[{ lstm: 16 }, { feedForward: 24 }]'],
  'long windows of many columns': ['training.bptt=30', 'training.batchSize=8', 'training.windowsPerEpoch=2'],
  'a tied softmax': ['model.tieEmbedding=true'],
  'a tied softmax with a projection': [
    'model.tieEmbedding=true',
    'model.layers=[{ lstm: 8 }, { lstm: 24 }]',
    'corpus=words',
  ],
  'masks for each gate': [
    'dropout.input={ rate: 0.3, mask: sequence, perGate: true }',
    'dropout.between={ rate: 0.3, mask: sequence, perGate: true }',
    'dropout.recurrent={ rate: 0.3, mask: sequence, perGate: true }',
  ],
  'recurrent dropout': ['dropout.recurrent={ rate: 0.3 }'],
  DropConnect: ['dropout.recurrentWeight={ rate: 0.5 }'],
  zoneout: ['dropout.zoneout={ cell: 0.3, hidden: 0.1 }'],
  'zoneout of a tanh layer': ['dropout.zoneout={ hidden: 0.1 }', 'model.layers=[{ lstm: 8 }, { rnn: 24 }]'],
  'dropout of word types': ['dropout.embedding={ rate: 0.2 }'],
  'penalties on activations': [
    'training.activationRegularization=2',
    'training.temporalActivationRegularization=1',
  ],
  'no dropout': ['dropout.input={ rate: 0 }', 'dropout.between={ rate: 0 }', 'dropout.output={ rate: 0 }'],
  'weight decay': ['training.weightDecay=0.001', 'corpus=words'],
  'averaged SGD': ['training.optimizer={ averagedSgd: { startEpoch: 1 } }'],
  RMSprop: ['training.optimizer={ rmsprop: {} }'],
  Adam: ['training.optimizer={ adam: {} }'],
  'a mean loss and clipped values': [
    'training.loss=mean',
    'training.clipNorm=null',
    'training.clipValue=0.1',
  ],
  'mixed precision': ['training.precision=mixed'],
  sentences: ['training.sentences=true'],
  'windows of random length': ['training.randomBptt={ halve: 0.3, deviation: 4, minimum: 2 }'],
  AWD: [
    'corpus=words',
    'model.tieEmbedding=true',
    'model.layers=[{ lstm: 24 }, { lstm: 8 }]',
    'dropout.embedding={ rate: 0.1 }',
    'dropout.recurrentWeight={ rate: 0.5 }',
    'training.loss=mean',
    'training.activationRegularization=2',
    'training.temporalActivationRegularization=1',
    'training.optimizer={ averagedSgd: { startEpoch: 2 } }',
    'training.randomBptt={ halve: 0.05, deviation: 2, minimum: 2 }',
  ],
};

/**
 * What a rehearsal may say, as a part of what is right. Where batches differ in size, it has the first ones and the largest, but
 * not their order, so that other spare blocks fit.
 */
const TOLERANCE = { alike: 0.02, different: 0.1 };

/** Whether the batches of a training differ in size. */
function isUneven(overrides: readonly string[]): boolean {
  return overrides.some((override) => /sentences|randomBptt/.test(override));
}

/** Rehearses a training. */
async function rehearsed(backend: BackendName, overrides: readonly string[]): Promise<MemoryUse> {
  const spec = networkOf((await loadSpec(place.spec, [...SHORT, ...overrides])).spec);
  const corpus = await PreparedCorpus.open(place.data, spec.corpus);
  try {
    const computation = trainingRehearsal(spec, corpus.vocabulary.size, batchSizes(spec, corpus));
    const use = rehearse(backend, computation);
    if (use === null) throw new Error(`${backend} can rehearse`);
    return use;
  } finally {
    corpus.close();
  }
}

/** Trains on a new backend, so that its memory has no history. */
async function train(
  backend: BackendName,
  make: () => tf.KernelBackend,
  name: string,
  overrides: readonly string[],
): Promise<void> {
  tf.removeBackend(backend);
  tf.registerBackend(backend, make);
  const request = { overrides: [...SHORT, ...overrides], backend, backendOptions: BACKEND_OPTIONS };
  await trainSmall(place, { name: `${backend}-${name.replaceAll(/\W/g, '-')}`, ...request });
}

function expectAlike(expected: PoolPeak, found: PoolPeak, tolerance: number): void {
  for (const kind of ['lentBytes', 'heldBytes'] as const) {
    expect(expected[kind] / found[kind], kind).toBeGreaterThan(1 - tolerance);
    expect(expected[kind] / found[kind], kind).toBeLessThan(1 + tolerance);
  }
}

beforeAll(async () => {
  const lines = Array.from({ length: 20 }, (_, line) =>
    Array.from({ length: 30 }, (_, word) => `w${(31 * line + 7 * word * line) % WORDS}`).join(' '),
  );
  const all = Array.from({ length: WORDS }, (_, word) => `w${word}`).join(' ');
  await prepareSmallCorpus(place.data, { name: 'words', train: [all, ...lines, ''].join('\n') });
});

describe.skipIf(whyNot('native'))(['on native', whyNot('native')].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('native'));

  it.each(Object.entries(TRAININGS))(
    'a rehearsal counts what the store lends in a training with %s',
    async (name, overrides) => {
      const expected = await rehearsed('native', overrides);
      await train('native', tf.findBackendFactory('native') as () => tf.KernelBackend, name, overrides);
      const { memoryPeak } = tf.engine().findBackend('native') as NativeBackend;
      expectAlike(expected, memoryPeak, isUneven(overrides) ? TOLERANCE.different : TOLERANCE.alike);
    },
  );

  it('a rehearsal leaves the active backend and its tensors as they were', async () => {
    await activate('native');
    const before = tf.memory().numTensors;
    await rehearsed('native', TRAININGS.AWD);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('native');
    expect(tf.engine().findBackend('native-rehearsal')).toBe(null);
  });

  it('a rehearsal of more than any machine has takes no memory', async () => {
    const spec = networkOf(
      (await loadSpec(place.spec, ['training.batchSize=2000', 'training.bptt=400'])).spec,
    );
    const largest = { steps: 400, batch: 2000 };
    const wide = { ...spec, model: { ...spec.model, layers: [{ lstm: 20_000 }] } };
    const sizes = { largest, first: [], validation: [{ steps: 1, batch: 2000 }] };
    const before = process.memoryUsage().rss;
    const use = rehearse('native', trainingRehearsal(wide, 1000, sizes));
    expect(use?.heldBytes).toBeGreaterThan(4 * 5 * 20_000 * 400 * 2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(3e8);
  });
});

describe.skipIf(whyNot('cuda'))(['on cuda', whyNot('cuda')].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('cuda'));

  /** Trains on a new backend of the device. Returns the most memory that was needed. */
  async function trainOnCuda(name: string, capturesWork: boolean): Promise<PoolPeak> {
    await activate('cuda');
    const { device } = tf.engine().findBackend('cuda') as CudaBackend;
    const memory = await DeviceMemory.of(device);
    const make = () => new CudaBackend(device, memory, capturesWork);
    await train('cuda', make, `${name}-${capturesWork}`, TRAININGS[name]);
    return memory.peak;
  }

  const toleranceOf = (name: string) => (isUneven(TRAININGS[name]) ? TOLERANCE.different : TOLERANCE.alike);

  it.each([
    "the paper's model",
    'a GRU',
    'a deep transition with its shortcut',
    'masks for each gate',
    'Adam',
    'AWD',
  ])('a rehearsal counts what the memory of the device lends in a training with %s', async (name) => {
    const expected = await rehearsed('cuda', TRAININGS[name]);
    expectAlike(expected, await trainOnCuda(name, false), toleranceOf(name));
  });

  it.each(["the paper's model", 'a deep transition with its shortcut', 'averaged SGD', 'sentences', 'AWD'])(
    'a rehearsal counts what captured steps reserve in a training with %s',
    async (name) => {
      const { heldBytes, capturedBytes } = await rehearsed('cuda', TRAININGS[name]);
      const found = await trainOnCuda(name, true);
      const ratio = (heldBytes + capturedBytes) / found.heldBytes;
      expect(capturedBytes).toBeGreaterThan(toleranceOf(name) * heldBytes);
      expect(ratio).toBeGreaterThan(1 - toleranceOf(name));
      expect(ratio).toBeLessThan(1 + toleranceOf(name));
    },
  );

  it('a rehearsal leaves the device as it was', async () => {
    await activate('cuda');
    const { device } = tf.engine().findBackend('cuda') as CudaBackend;
    const [work, memory, tensors] = [{ ...device.work }, device.memoryInfo(), tf.memory().numTensors];
    await rehearsed('cuda', TRAININGS.AWD);
    expect(device.work).toEqual(work);
    expect(device.memoryInfo()).toEqual(memory);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('steps of a training are not captured where there is no memory for that, which a warning says', async () => {
    await activate('cuda');
    const spec = networkOf((await loadSpec(place.spec, SHORT)).spec);
    const sizes = { largest: { steps: 35, batch: 20 }, first: [], validation: [{ steps: 35, batch: 20 }] };
    const facts = { vocabularySizes: 50, backend: 'cuda', sizes } as const;
    const [least, most] = [0, Number.MAX_VALUE].map((available) => trainingMemory(spec, facts, available));
    expect(least).toBeLessThan(most);
    expect(checkMemory(spec, facts, most)).toBe(null);
    expect(trainingMemory(spec, facts, most - 1)).toBe(least);
    for (const available of [most - 1, least]) {
      expect(checkMemory(spec, facts, available)).toMatch(
        /^Training needs about \S+ GB of memory on backend cuda and \S+ GB more to start its steps as captured graphs, but only \S+ GB are available, so it may be slower\. Lower training\.batchSize/,
      );
    }
    expect(checkMemory(spec, facts, least - 1)).toMatch(/so it may fail/);
    expect(() => checkMemory(spec, facts, least / 2)).toThrow('Training needs');
  });
});
