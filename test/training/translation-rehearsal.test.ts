/** Compares the rehearsal of a translator's training with what the store of the native backend lends in the real one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NativeBackend } from '../../src/backends/native/native-backend.js';
import { rehearse } from '../../src/backends/select.js';
import { ParallelCorpus } from '../../src/corpus/parallel/parallel-corpus.js';
import { loadSpec } from '../../src/spec/load.js';
import { pairBatchSizes } from '../../src/tasks/translation.js';
import { trainingRehearsal } from '../../src/training/rehearsal.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { prepareTinyParallel } from '../corpus/parallel/tiny-parallel.js';
import { numberPairs } from '../number-words.js';
import { trainSmall, useWorkplace } from '../small-runs.js';
import { networkOf } from '../spec/spec-files.js';

const SPEC = `
corpus: tiny
task: { translation: { stack: separate } }
model: { embedding: 16, layers: [{ lstm: 24 }, { lstm: 24 }] }
dropout: { input: { rate: 0.1 }, output: { rate: 0.1 } }
training: { batchSize: 8, epochs: 2, windowsPerEpoch: 12, optimizer: { adam: {} } }
`;

/** Batches differ in size, and a rehearsal does not have their order. */
const TOLERANCE = 0.1;

const place = useWorkplace();
const path = join(place.root, 'translation.yaml');

beforeAll(async () => {
  const pairs = numberPairs(150, 1);
  const split = { train: pairs.slice(0, 110), valid: pairs.slice(110, 130), test: pairs.slice(130) };
  await prepareTinyParallel(place.root, {}, split);
  writeFileSync(path, SPEC);
});

describe.skipIf(whyNot('native'))(['on native', whyNot('native')].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('native'));

  it.each([
    ['a shared stack', ['task.translation.stack=shared']],
    ['an encoder', []],
    ['dot attention', ['task.translation.attention=dot']],
    ['general attention', ['task.translation.attention=general']],
    ['batches by tokens', ['training.batchTokens=30', 'training.batchSize=100']],
  ])('a rehearsal counts what the store lends in a training with %s', async (name, overrides) => {
    const spec = networkOf((await loadSpec(path, overrides)).spec);
    const corpus = await ParallelCorpus.open(place.data, 'tiny');
    const sizes = pairBatchSizes(spec, corpus);
    const words = { source: corpus.source.size, target: corpus.target.size };
    corpus.close();
    const expected = rehearse('native', trainingRehearsal(spec, words, sizes));
    const make = tf.findBackendFactory('native') as () => tf.KernelBackend;
    tf.removeBackend('native');
    tf.registerBackend('native', make);
    const request = { spec: path, overrides, backend: 'native' as const, backendOptions: BACKEND_OPTIONS };
    await trainSmall(place, { name: name.replaceAll(' ', '-'), ...request });
    const { memoryPeak } = tf.engine().findBackend('native') as NativeBackend;
    for (const kind of ['lentBytes', 'heldBytes'] as const) {
      const ratio = (expected?.[kind] ?? 0) / memoryPeak[kind];
      expect(ratio, kind).toBeGreaterThan(1 - TOLERANCE);
      expect(ratio, kind).toBeLessThan(1 + TOLERANCE);
    }
  });
});
