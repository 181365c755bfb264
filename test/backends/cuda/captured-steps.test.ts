/** Captured steps compute, bit for bit, what steps compute that are not captured: each test trains two models of one seed. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { activateBackend } from '../../../src/backends/select.js';
import { disposeNetwork } from '../../../src/model/network.js';
import { dispose, tidy } from '../../../src/ops/memory.js';
import { parseResolvedSpec } from '../../../src/spec/load.js';
import {
  freshModel,
  languageModellingTask,
  type TrainingCorpus,
} from '../../../src/tasks/language-modelling.js';
import type { Task, TaskState } from '../../../src/tasks/task.js';
import { createOptimizer, disposeOptimizer, type StepNumber } from '../../../src/training/optimizers.js';
import { launchStep, type StepContext } from '../../../src/training/step.js';
import { StepLauncher } from '../../../src/training/step-launcher.js';
import { randomIds, randomNumbers } from '../../ops/arrays.js';
import { networkOf } from '../../spec/spec-files.js';
import { BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const VOCABULARY = 12;
const EOS = 0;
const STEPS = 8;

const MODEL = 'embedding: 5, layers: [{ lstm: 6 }, { gru: 5 }], init: { uniform: 0.3 }';
const DROPOUT = [
  'input: { rate: 0.3 }',
  'between: { rate: 0.3, mask: sequence }',
  'recurrent: { rate: 0.2 }',
  'zoneout: { hidden: 0.2 }',
].join(', ');

function corpusInMemory(): TrainingCorpus {
  const ids = Int32Array.from(randomIds(randomNumbers(1), 400, VOCABULARY), (id, i) =>
    i % 5 === 4 ? EOS : id,
  );
  const split = () => ({
    length: ids.length,
    read: (position: number, count: number) => ids.slice(position, position + count),
  });
  return { vocabulary: { size: VOCABULARY, eos: EOS }, split };
}

/** A model in training, which is freed at the end of the test. */
interface Trained {
  readonly context: StepContext & { readonly task: Task };
  state: TaskState;
  clock: number;
  count: number;
}

async function begin(training: string, change: (task: Task) => Task = (task) => task): Promise<Trained> {
  const keys = `batchSize: 3, bptt: 4, seed: 5, ${training}`;
  const yaml = `corpus: memory\nmodel: { ${MODEL} }\ndropout: { ${DROPOUT} }\ntraining: { ${keys} }\n`;
  const spec = networkOf(await parseResolvedSpec(yaml, 'spec.yaml'));
  const model = freshModel(spec, VOCABULARY);
  const task = change(languageModellingTask(spec, corpusInMemory(), model));
  const optimizer = createOptimizer(spec.training, model.parameters, false);
  const { loss, clipNorm } = spec.training;
  const trained = {
    context: { task, optimizer, loss, clipNorm },
    state: tidy(() => task.zeroState()),
    clock: 0,
    count: 0,
  };
  onTestFinished(() => {
    dispose(trained.state);
    disposeOptimizer(optimizer);
    disposeNetwork(model);
  });
  return trained;
}

/** Trains on the next batch, and returns all that is left of it. */
async function step(
  trained: Trained,
  launch: StepLauncher['launch'],
  averagedSince = Number.POSITIVE_INFINITY,
) {
  const { task, optimizer } = trained.context;
  const inPass = trained.count % task.batchesIn(0);
  const batch = { pass: 0, inPass, step: trained.clock };
  trained.count++;
  trained.clock += task.stepsOf(0, inPass);
  const at: StepNumber = {
    learningRate: 0.5 / trained.count,
    count: trained.count,
    averaged: Math.max(0, trained.count - averagedSince),
  };
  const { figures, predictions, state } = launch(batch, trained.state, at);
  dispose(trained.state);
  trained.state = state;
  const tensors = [...task.parameters, ...optimizer.tensors, ...Object.entries(state)];
  return {
    ...(await figures),
    predictions,
    values: Object.fromEntries(tensors.map(([name, tensor]) => [name, [...tensor.dataSync()]])),
  };
}

function launcherOf({ context }: Trained, mostCaptured?: number): StepLauncher {
  const launcher = new StepLauncher(context, mostCaptured);
  onTestFinished(() => launcher.dispose());
  return launcher;
}

interface BothOptions {
  readonly averagedSince?: number;
  readonly steps?: number;
  readonly mostCaptured?: number;
}

/** Trains both ways. Returns how many steps were started as graphs. */
async function trainBoth(
  training: string,
  { averagedSince, steps = STEPS, mostCaptured }: BothOptions = {},
): Promise<number> {
  const [captured, ordinary] = [await begin(training), await begin(training)];
  const launcher = launcherOf(captured, mostCaptured);
  const { work } = (tf.backend() as CudaBackend).device;
  const before = work.graphs;
  for (let i = 0; i < steps; i++) {
    const [found, expected] = [
      await step(captured, launcher.launch.bind(launcher), averagedSince),
      await step(ordinary, (...given) => launchStep(ordinary.context, ...given), averagedSince),
    ];
    expect(found).toEqual(expected);
  }
  return work.graphs - before;
}

const OBSTACLE = whyNot('cuda');

describe.skipIf(OBSTACLE)(`captured steps on cuda${OBSTACLE ? `, ${OBSTACLE}` : ''}`, () => {
  // As in training, memory is reused: other tests give each tensor memory of its own.
  beforeAll(() => activateBackend('cuda', { ...BACKEND_OPTIONS, cudaExactMemory: false }));

  it.each([
    [
      'stochastic gradient descent with weight decay',
      'optimizer: { sgd: { learningRate: 1 } }, weightDecay: 0.01',
    ],
    ['Adam with weight decay', 'optimizer: { adam: { learningRate: 1 } }, weightDecay: 0.01'],
    ['RMSprop', 'optimizer: { rmsprop: { learningRate: 1 } }, clipNorm: null, clipValue: 0.1'],
    ['precision mixed', 'optimizer: { sgd: { learningRate: 1 } }, precision: mixed'],
    ['precision tf32', 'optimizer: { sgd: { learningRate: 1 } }, precision: tf32'],
  ])('train with %s as others do, from the second window on', async (_, training) => {
    expect(await trainBoth(training)).toBe(STEPS - 1);
  });

  it('train as others do when averaging begins, which is another shape', async () => {
    expect(await trainBoth('optimizer: { averagedSgd: { learningRate: 1 } }', { averagedSince: 4 })).toBe(
      STEPS - 2,
    );
  });

  const RANDOM = [
    'optimizer: { sgd: { learningRate: 1 } }',
    'randomBptt: { halve: 0.5, deviation: 1, minimum: 2 }',
  ].join(', ');

  it('train windows of random length as others do, and each length but the first is captured at once', async () => {
    expect(await trainBoth(RANDOM, { steps: 16 })).toBe(15);
  });

  it('train lengths beyond the most that are captured as others do', async () => {
    const graphs = await trainBoth(RANDOM, { steps: 10, mostCaptured: 1 });
    expect(graphs).toBeGreaterThan(0);
    expect(graphs).toBeLessThan(9);
  });

  it('train sentences of several lengths as others do', async () => {
    const training = 'optimizer: { sgd: { learningRate: 1 } }, sentences: true';
    // Three lengths are met before one of them comes again.
    expect(await trainBoth(training, { steps: 12 })).toBe(12 - 3);
  });

  /** Trains both ways, with something in between. Returns how many steps were started as graphs. */
  async function trainAround(between: (contexts: readonly StepContext[]) => void): Promise<number> {
    const training = 'optimizer: { sgd: { learningRate: 1 } }';
    const [captured, ordinary] = [await begin(training), await begin(training)];
    const launcher = launcherOf(captured);
    const { work } = (tf.backend() as CudaBackend).device;
    const before = work.graphs;
    for (let i = 0; i < STEPS; i++) {
      if (i === STEPS / 2) between([captured.context, ordinary.context]);
      const found = await step(captured, launcher.launch.bind(launcher));
      expect(found).toEqual(await step(ordinary, (...given) => launchStep(ordinary.context, ...given)));
    }
    return work.graphs - before;
  }

  it('are captured again when a parameter has moved, and see its new values', async () => {
    const graphs = await trainAround((contexts) => {
      for (const parameter of contexts.flatMap(({ task }) => [...task.parameters.values()])) {
        tidy(() => parameter.assign(tf.fill(parameter.shape, 0.1)));
      }
    });
    expect(graphs).toBe(STEPS - 2);
  });

  it('give their memory up to a tensor that needs it, and are captured again', async () => {
    const backend = tf.backend() as CudaBackend;
    const { totalBytes } = backend.device.memoryInfo();
    const graphs = await trainAround(() => {
      expect(() => backend.allocate([totalBytes / 4])).toThrow('memory of the GPU is exhausted');
    });
    expect(graphs).toBe(STEPS - 2);
  });

  it('see changes of a parameter in its place', async () => {
    const training = 'optimizer: { sgd: { learningRate: 1 } }';
    const [captured, ordinary] = [await begin(training), await begin(training)];
    const launcher = launcherOf(captured);
    for (let i = 0; i < 3; i++) await step(captured, launcher.launch.bind(launcher));
    for (let i = 0; i < 3; i++) await step(ordinary, (...given) => launchStep(ordinary.context, ...given));
    // The values that were read are not those after the next step.
    const before = [...captured.context.task.parameters.values()].map((parameter) => [
      ...parameter.dataSync(),
    ]);
    const after = await step(captured, launcher.launch.bind(launcher));
    expect([...captured.context.task.parameters.keys()].map((name) => after.values[name])).not.toEqual(
      before,
    );
  });

  it('are not captured where the loss reads values, and compute the same', async () => {
    const training = 'optimizer: { sgd: { learningRate: 1 } }';
    let reads = 0;
    const reading = (task: Task): Task => ({
      ...task,
      loss(data, state) {
        const terms = task.loss(data, state);
        reads += terms.nll.dataSync().length;
        return terms;
      },
    });
    const [captured, ordinary] = [await begin(training, reading), await begin(training)];
    const launcher = launcherOf(captured);
    const { work } = (tf.backend() as CudaBackend).device;
    const before = work.graphs;
    for (let i = 0; i < STEPS; i++) {
      const found = await step(captured, launcher.launch.bind(launcher));
      expect(found).toEqual(await step(ordinary, (...given) => launchStep(ordinary.context, ...given)));
    }
    expect(work.graphs).toBe(before);
    expect(reads).toBe(STEPS * 12);
  });

  it('are not captured where the backend is told not to', async () => {
    const backend = tf.backend() as CudaBackend;
    backend.capturesWork = false;
    onTestFinished(() => {
      backend.capturesWork = true;
    });
    expect(await trainBoth('optimizer: { sgd: { learningRate: 1 } }', { steps: 3 })).toBe(0);
  });

  it('leave no tensor and no memory behind', async () => {
    const { device } = tf.backend() as CudaBackend;
    const trained = await begin('optimizer: { sgd: { learningRate: 1 } }');
    const counts: { readonly tensors: number; readonly freeBytes: number }[] = [];
    for (let round = 0; round < 3; round++) {
      const launcher = new StepLauncher(trained.context);
      for (let i = 0; i < 4; i++) await step(trained, launcher.launch.bind(launcher));
      launcher.dispose();
      counts.push({ tensors: tf.memory().numTensors, freeBytes: device.memoryInfo().freeBytes });
    }
    expect(counts[1].tensors).toBe(counts[0].tensors);
    expect(counts[2]).toEqual(counts[1]);
  });

  it('leave no tensor behind when they are refused', async () => {
    const trained = await begin('optimizer: { averagedSgd: { learningRate: 1 } }');
    const launcher = launcherOf(trained);
    const { work } = (tf.backend() as CudaBackend).device;
    for (let i = 0; i < 3; i++) await step(trained, launcher.launch.bind(launcher));
    const [before, { graphs }] = [tf.memory().numTensors, work];
    // Averages are made in this step, so it cannot be captured.
    await step(trained, launcher.launch.bind(launcher), 3);
    expect(work.graphs).toBe(graphs);
    expect(tf.memory().numTensors - before).toBe(trained.context.optimizer.tensors.size);
  });
});
