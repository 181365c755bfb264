/** Trains recognizers of speech inside this process: exact resume, threads, evaluation, and what may not be combined. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareSpeechCorpus } from '../../src/corpus/speech/prepare-corpus.js';
import { evaluateSpeech } from '../../src/decoding/evaluate-speech.js';
import { transcribe } from '../../src/decoding/transcribe.js';
import type { DecoderChoice } from '../../src/evaluation/phone-decoder.js';
import { DEFAULT_SCALES } from '../../src/evaluation/phone-hmm.js';
import { phoneErrorRate } from '../../src/metrics/phone-errors.js';
import { summarizeRun } from '../../src/runs/list-runs.js';
import { loadSpec } from '../../src/spec/load.js';
import { openRecognizer, openTranslator, runOpener } from '../../src/systems/open-run.js';
import { readMetrics } from '../../src/training/metrics.js';
import { BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';
import { writeSpeech } from '../speech/write-speech.js';

const SPEC = `
corpus: spoken
task: { speech: {} }
model:
  layers: [{ lstm: 12 }, { lstm: 12 }]
dropout:
  input: { rate: 0.1 }
  between: { rate: 0.2 }
  output: { rate: 0.1 }
training:
  batchSize: 5
  epochs: 2
  optimizer: { adam: { learningRate: 0.02 } }
`;

const place = useWorkplace();
const spec = join(place.root, 'speech.yaml');

const KINDS = {
  framewise: ['task.speech.delay=2', 'task.speech.context=1'],
  'bidirectional framewise': ['task.speech.bidirectional=true', 'dropout.between.mask=sequence'],
  CTC: ['task.speech.loss=ctc'],
  'bidirectional CTC': [
    'task.speech.loss=ctc',
    'task.speech.bidirectional=true',
    'dropout.zoneout.hidden=0.1',
  ],
};

beforeAll(async () => {
  await writeSpeech(place.data);
  await writeSpeech(place.data, { name: 'unaligned', aligned: false });
  await writeFastSpeech();
  writeFileSync(spec, SPEC);
});

/** Utterances of which one, in valid, has a phone twice in two frames: CTC has no room for the blank between. */
async function writeFastSpeech(): Promise<void> {
  const utterance = (name: string, phones: number[]) => ({
    name,
    speaker: 'one',
    features: new Float32Array(2 * phones.length).fill(0.5),
    labels: Int32Array.from(phones),
    phones: Int32Array.from(phones),
    seconds: 0.01 * phones.length,
  });
  const good = utterance('first', [0, 1, 0]);
  const splitOf = (...all: (typeof good)[]) => ({ count: all.length, utterances: () => all });
  const recipe = {
    name: 'fast',
    description: 'one frame for each phone',
    sourceFiles: [],
    options: {},
    features: { size: 2, frameSeconds: 0.01, normalize: 'none' as const },
    open: async () => ({
      phones: ['a', 'b'],
      aligned: true,
      scoring: { folding: 'none' as const, classes: ['a', 'b'] },
      splits: {
        train: splitOf(good),
        valid: splitOf(good, utterance('second', [1, 1])),
        test: splitOf(good),
      },
    }),
  };
  await prepareSpeechCorpus(recipe, { dataFolder: place.data, force: true });
}

/** The fastest that is no emulation. */
const backend = whyNot('native') ? ('wasm' as const) : ('native' as const);

const requestOf = (run: string) => ({
  run,
  runsFolder: place.runs,
  dataFolder: place.data,
  checkpoint: 'best' as const,
  backend,
  backendOptions: BACKEND_OPTIONS,
});

describe.each(Object.entries(KINDS))('a %s recognizer', (kind, overrides) => {
  it.each([1, 7])('resumes byte-equal after %d batches', async (windows) => {
    const whole = `${kind}-whole`.replaceAll(' ', '-');
    if (windows === 1) await trainSmall(place, { spec, name: whole, overrides });
    const name = `${whole}-after-${windows}`;
    const first = await trainSmall(place, { spec, name, overrides, interruptAt: afterWindows(windows) });
    expect(first).toMatchObject({ outcome: 'interrupted', windows });
    await trainSmall(place, { resume: name });
    expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run(whole)));
  });
});

it.skipIf(whyNot('native'))(
  'a bidirectional CTC recognizer is the same for any number of threads',
  async () => {
    const content = async (threads: number) => {
      const name = `by-${threads}`;
      const backendOptions = { ...BACKEND_OPTIONS, threads };
      const overrides = [...KINDS['bidirectional CTC'], 'training.epochs=1'];
      await trainSmall(place, { spec, name, overrides, backend: 'native', backendOptions });
      return contentOf(place.run(name));
    };
    expect(await content(2)).toEqual(await content(1));
  },
);

describe.each([
  ['framewise', ['task.speech.delay=1', 'training.epochs=15']],
  ['ctc', ['task.speech.bidirectional=true', 'training.epochs=50']],
] as const)('a recognizer that is trained to the end with the loss %s', (loss, others) => {
  const run = `learned-${loss}`;

  beforeAll(async () => {
    const easy = [`task.speech.loss=${loss}`, ...others, 'dropout={}'];
    await trainSmall(place, { spec, name: run, overrides: easy, backend, backendOptions: BACKEND_OPTIONS });
  });

  it('recognizes unseen utterances, and reports its errors with their counts', async () => {
    const opened = await openRecognizer(requestOf(run));
    try {
      const report = await evaluateSpeech(opened, { split: 'test', beam: 3 });
      const decoding =
        loss === 'ctc' ? { decoder: 'beam', beam: 3 } : { decoder: 'viterbi', ...DEFAULT_SCALES };
      const { frames, phoneCounts } = opened.corpus.split('test');
      const spoken = phoneCounts.reduce((sum, count) => sum + count, 0);
      expect(report).toMatchObject({ system: 'speech', loss, utterances: 6, decoding });
      expect(report.predictions).toBe(frames.reduce((sum, count) => sum + count, 0));
      // The phone q is left out.
      expect(report.errors.phones).toBeLessThan(spoken);
      expect(report.phoneErrorRate).toBe(phoneErrorRate(report.errors));
      expect(report.phoneErrorRate).toBeLessThan(0.2);
      if (loss === 'ctc') expect(report.frameAccuracy).toBeNull();
      else expect(report.frameAccuracy).toBeGreaterThan(0.8);
      const { utterances } = await transcribe(opened, { split: 'test', beam: 3, utterances: 100 });
      expect(utterances.map(({ name }) => name)).toEqual(Array.from({ length: 6 }, (_, n) => `test-${n}`));
      const insertions = utterances.reduce((sum, utterance) => sum + utterance.insertions, 0);
      expect(insertions).toBe(report.errors.insertions);
    } finally {
      opened.dispose();
    }
  });

  it('keeps the epoch with the lowest phone error rate, which all figures name', async () => {
    const epochs = (await readMetrics(place.run(run))).filter((row) => row.kind === 'epoch');
    const rates = epochs.map(({ validPhoneErrorRate = Number.NaN }) => validPhoneErrorRate);
    const { bestValidPhoneErrorRate, bestValidPerplexity, evaluations } = await summarizeRun(place.run(run));
    expect(bestValidPhoneErrorRate).toBe(Math.min(...rates));
    const best = epochs[rates.indexOf(Math.min(...rates))];
    expect(best.isBest).toBe(true);
    expect(bestValidPerplexity).toBe(best.validPerplexity);
    expect(
      epochs.every(({ validFrameAccuracy }) => (validFrameAccuracy === undefined) === (loss === 'ctc')),
    ).toBe(true);
    expect(evaluations).toMatchObject([{ split: 'test', phoneErrorRate: expect.any(Number) }]);
    // By the decoder that `zlm eval` takes; CTC has a wider beam there.
    const opened = await openRecognizer(requestOf(run));
    try {
      const { phoneErrorRate } = await evaluateSpeech(opened, { split: 'valid', beam: 1 });
      expect(phoneErrorRate).toBe(bestValidPhoneErrorRate);
    } finally {
      opened.dispose();
    }
  });

  it('is refused where a text is needed', async () => {
    await expect(runOpener(requestOf).open(run)).rejects.toThrow(`Run ${run} recognizes speech`);
    await expect(openTranslator(requestOf(run))).rejects.toThrow(`Run ${run} recognizes speech`);
  });
});

describe('a framewise recognizer of noisy speech', () => {
  beforeAll(async () => {
    await writeSpeech(place.data, { name: 'noisy', noise: 1.2, utterances: [60, 20, 20] });
    const overrides = ['corpus=noisy', 'task.speech.delay=2', 'training.epochs=8', 'dropout={}'];
    await trainSmall(place, { spec, name: 'noisy', overrides, backend, backendOptions: BACKEND_OPTIONS });
  });

  it('has fewer errors by the Viterbi path than by the likeliest phone of each frame', async () => {
    const opened = await openRecognizer(requestOf('noisy'));
    try {
      const viterbi = await evaluateSpeech(opened, { split: 'test' });
      const frames = await evaluateSpeech(opened, { split: 'test', decoder: 'frames' });
      expect(frames.decoding).toEqual({ decoder: 'frames' });
      expect(viterbi.phoneErrorRate).toBeLessThan(0.8 * frames.phoneErrorRate);
      expect(viterbi.errors.insertions).toBeLessThan(0.3 * frames.errors.insertions);
      // What the network computes is the same.
      expect([viterbi.meanNll, viterbi.frameAccuracy]).toEqual([frames.meanNll, frames.frameAccuracy]);
      // Bigrams of this weight forbid every change of phones.
      const heavy = { split: 'test' as const, scales: { bigramScale: 1000 } };
      const { utterances } = await transcribe(opened, { ...heavy, utterances: 20 });
      for (const { alignment } of utterances)
        expect(alignment.filter(({ recognized }) => recognized !== null).length).toBeLessThanOrEqual(1);
    } finally {
      opened.dispose();
    }
  });

  it('keeps the figure of another decoder under its name, beside that of its own', async () => {
    const opened = await openRecognizer(requestOf('noisy'));
    try {
      const own = await evaluateSpeech(opened, { split: 'valid' });
      const frames = await evaluateSpeech(opened, { split: 'valid', decoder: 'frames' });
      const scaled = await evaluateSpeech(opened, {
        split: 'valid',
        scales: { priorScale: 1, minFrames: 1 },
      });
      expect(scaled.decoding).toEqual({ decoder: 'viterbi', priorScale: 1, bigramScale: 1.5, minFrames: 1 });
      const { evaluations } = await summarizeRun(place.run('noisy'));
      const kept = evaluations.filter(({ split }) => split === 'valid');
      expect(
        Object.fromEntries(kept.map(({ method = '', phoneErrorRate }) => [method, phoneErrorRate])),
      ).toEqual({
        '': own.phoneErrorRate,
        frames: frames.phoneErrorRate,
        'viterbi 1/1.5/1': scaled.phoneErrorRate,
      });
    } finally {
      opened.dispose();
    }
  });

  it('is refused scales that are none, or that its decoder does not have', async () => {
    const opened = await openRecognizer(requestOf('noisy'));
    try {
      const evaluated = (choice: DecoderChoice) => evaluateSpeech(opened, { split: 'test', ...choice });
      await expect(evaluated({ scales: { priorScale: -1 } })).rejects.toThrow(
        'priorScale must be a number from 0',
      );
      await expect(evaluated({ scales: { bigramScale: Number.NaN } })).rejects.toThrow('but is NaN');
      await expect(evaluated({ scales: { minFrames: 1.5 } })).rejects.toThrow(
        'minFrames must be a whole number',
      );
      await expect(evaluated({ decoder: 'frames', scales: {} })).rejects.toThrow(
        'Scales are for the decoder viterbi',
      );
    } finally {
      opened.dispose();
    }
  });
});

it('a decoder of framewise networks is refused for CTC', async () => {
  const opened = await openRecognizer(requestOf('learned-ctc'));
  try {
    for (const choice of [
      { decoder: 'frames' },
      { decoder: 'viterbi' },
      { scales: { priorScale: 1 } },
    ] as const) {
      const refused = 'is for networks with task.speech.loss framewise, and run learned-ctc has ctc';
      await expect(evaluateSpeech(opened, { split: 'test', ...choice })).rejects.toThrow(refused);
      await expect(transcribe(opened, { split: 'test', utterances: 1, ...choice })).rejects.toThrow(refused);
    }
  } finally {
    opened.dispose();
  }
});

it('a framewise loss needs the phones of frames, which CTC does not', async () => {
  const unaligned = { spec, overrides: ['corpus=unaligned'] };
  await expect(trainSmall(place, unaligned)).rejects.toThrow('task.speech.loss framewise needs the phone');
  const overrides = [...unaligned.overrides, 'task.speech.loss=ctc', 'training.epochs=1'];
  expect(await trainSmall(place, { spec, overrides })).toMatchObject({ outcome: 'finished' });
});

it('an utterance with fewer frames than CTC needs is named before anything is trained', async () => {
  const overrides = ['corpus=fast', 'task.speech.loss=ctc', 'training.epochs=1'];
  const named = 'Utterance second of the valid split of fast has 2 frames';
  await expect(trainSmall(place, { spec, overrides, name: 'never' })).rejects.toThrow(named);
  await expect(trainSmall(place, { spec, overrides, name: 'never' })).rejects.toThrow('its phones need 3');
  // Of one phone for each frame, framewise training needs no more.
  const framewise = [...overrides, 'task.speech.loss=framewise'];
  expect(await trainSmall(place, { spec, overrides: framewise })).toMatchObject({ outcome: 'finished' });
});

it('a language model does not recognize speech', async () => {
  await trainSmall(place, { name: 'text', overrides: ['training.epochs=1', 'training.windowsPerEpoch=2'] });
  await expect(openRecognizer(requestOf('text'))).rejects.toThrow('Run text does not recognize speech');
});

it('a corpus of another kind is refused in both directions', async () => {
  await expect(trainSmall(place, { spec, overrides: ['corpus=small'] })).rejects.toThrow('small');
  await expect(trainSmall(place, { overrides: ['corpus=spoken'] })).rejects.toThrow('spoken');
});

it.each([
  ['model.embedding=10', 'model.embedding'],
  ['model.tieEmbedding=true', 'model.tieEmbedding'],
  ['model.context={}', 'model.context'],
  ['dropout.embedding.rate=0.1', 'dropout.embedding.rate'],
  ['training.sentences=true', 'training.sentences'],
  ['training.randomBptt={}', 'training.randomBptt'],
  ['training.tokens=100', 'training.tokens'],
])('%s is refused beside speech', async (override, key) => {
  await expect(loadSpec(spec, [override])).rejects.toMatchObject({ faults: [{ key }] });
});

it.each([
  [['task.speech.bidirectional=true', 'task.speech.delay=3'], 'task.speech.delay'],
  [['task.speech.loss=ctc', 'task.speech.delay=3'], 'task.speech.delay'],
])('%j is refused: the delay has no meaning', async (overrides, key) => {
  await expect(loadSpec(spec, overrides)).rejects.toMatchObject({ faults: [{ key }] });
});

it('a network for words needs an embedding', async () => {
  await expect(loadSpec(spec, ['task={"languageModelling":{}}'])).rejects.toMatchObject({
    faults: [{ key: 'model.embedding' }],
  });
});
