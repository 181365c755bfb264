/** Compares the rehearsal of a training on speech with what the memory of a backend lends and keeps in the real one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NativeBackend } from '../../src/backends/native/native-backend.js';
import { rehearse } from '../../src/backends/select.js';
import { SpeechCorpus } from '../../src/corpus/speech/speech-corpus.js';
import { loadSpec } from '../../src/spec/load.js';
import { taskKindOf } from '../../src/tasks/task-kinds.js';
import { trainingRehearsal } from '../../src/training/rehearsal.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { trainSmall, useWorkplace } from '../small-runs.js';
import { networkOf } from '../spec/spec-files.js';
import { writeSpeech } from '../speech/write-speech.js';

const SPEC = `
corpus: spoken
task: { speech: {} }
model:
  layers: [{ lstm: 24 }, { lstm: 16 }]
dropout:
  input: { rate: 0.1 }
  between: { rate: 0.2 }
training: { batchSize: 5, epochs: 2 }
`;

const TRAININGS: Record<string, readonly string[]> = {
  'a phone for each frame': ['task.speech.context=2', 'task.speech.delay=1'],
  CTC: ['task.speech.loss=ctc'],
  'CTC in both directions': ['task.speech.loss=ctc', 'task.speech.bidirectional=true'],
};

/** Batches differ in size, and the rehearsal does not know their order. */
const TOLERANCE = 0.1;

const place = useWorkplace();
const path = join(place.root, 'speech.yaml');

beforeAll(async () => {
  await writeSpeech(place.data, { utterances: [40, 10, 5] });
  writeFileSync(path, SPEC);
});

async function rehearsed(backend: 'native' | 'cuda', overrides: readonly string[]) {
  const spec = networkOf((await loadSpec(path, overrides)).spec);
  const corpus = await SpeechCorpus.open(place.data, spec.corpus);
  try {
    const kind = taskKindOf(spec);
    const sizes = kind.sizes(spec, corpus);
    const use = rehearse(backend, trainingRehearsal(spec, kind.vocabularySizes(corpus), sizes));
    if (use === null) throw new Error(`${backend} can rehearse`);
    return use;
  } finally {
    corpus.close();
  }
}

describe.skipIf(whyNot('native'))(['on native', whyNot('native')].filter(Boolean).join(', '), () => {
  it.each(Object.entries(TRAININGS))(
    'a rehearsal counts what the store lends in a training with %s',
    async (name, overrides) => {
      await activate('native');
      const expected = await rehearsed('native', overrides);
      const make = tf.findBackendFactory('native') as () => tf.KernelBackend;
      tf.removeBackend('native');
      tf.registerBackend('native', make);
      const request = { spec: path, overrides, backend: 'native', backendOptions: BACKEND_OPTIONS } as const;
      await trainSmall(place, { ...request, name: name.replaceAll(' ', '-') });
      const { memoryPeak } = tf.engine().findBackend('native') as NativeBackend;
      for (const kind of ['lentBytes', 'heldBytes'] as const) {
        expect(expected[kind] / memoryPeak[kind], kind).toBeGreaterThan(1 - TOLERANCE);
        expect(expected[kind] / memoryPeak[kind], kind).toBeLessThan(1 + TOLERANCE);
      }
    },
  );
});

describe.skipIf(whyNot('cuda'))(['on cuda', whyNot('cuda')].filter(Boolean).join(', '), () => {
  it.each(Object.entries(TRAININGS))(
    'a rehearsal of a training with %s reserves nothing for captured steps, which there are none of',
    async (_name, overrides) => {
      await activate('cuda');
      const { heldBytes, capturedBytes } = await rehearsed('cuda', overrides);
      expect(heldBytes).toBeGreaterThan(0);
      expect(capturedBytes).toBe(0);
    },
  );
});
