/**
 * Times the training step of an encoder-decoder beside the same in PyTorch (translation.py), in turn:
 * `npx tsx bench/translation.ts --python .venv/bin/python --threads 2`. See README.md beside this file.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';
import { parseResolvedSpec } from '../src/spec/load.js';
import { isNgram, type NetworkSpec } from '../src/spec/systems.js';
import { userCacheFolder } from '../src/storage/user-cache.js';
import { freshModel } from '../src/tasks/language-modelling.js';
import type { BatchData } from '../src/tasks/task.js';
import { pairLoss } from '../src/tasks/translation.js';
import { createOptimizer } from '../src/training/optimizers.js';
import { launchStep } from '../src/training/step.js';
import { fail } from './fail.js';
import { secondsOfStep, startScript } from './steps-in-turn.js';

const USAGE = `usage: npx tsx bench/translation.ts [options]
  --python PATH     Python with PyTorch                  (python3)
  --threads N       threads of each                      (all processors)
  --attention NAME  none, dot or general                 (general)
  --units N         width of 2 + 2 LSTM layers           (256)
  --batch N         pairs in a batch                     (32)
  --turns N         turns of each, A B A B …             (5)
  --seconds S       time of a turn                       (2)
  --cache FOLDER    zlm's cache folder`;

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    attention: { type: 'string', default: 'general' },
    units: { type: 'string', default: '256' },
    batch: { type: 'string', default: '32' },
    turns: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    cache: { type: 'string', default: userCacheFolder(process.env) ?? '' },
    help: { type: 'boolean', default: false },
  },
});

/** Lengths of LibreOffice's help in subwords, on average, and its vocabularies. */
const SIZES = { sourceSteps: 16, steps: 18, sourceWords: 4000, targetWords: 4000, layers: 2 };
const [DROPOUT, RATE, CLIP] = [0.3, 0.002, 5];

async function specOf(units: number, batch: number): Promise<NetworkSpec> {
  const edge = `{ rate: ${DROPOUT} }`;
  const spec = await parseResolvedSpec(
    `corpus: none
task: { translation: { stack: separate, attention: ${flags.attention} } }
model: { embedding: ${units}, layers: [{ lstm: ${units} }, { lstm: ${units} }], init: { uniform: 0.08 } }
dropout: { input: ${edge}, between: ${edge}, output: ${edge} }
training: { batchSize: ${batch}, clipNorm: ${CLIP}, optimizer: { adam: { learningRate: ${RATE} } } }
`,
    'spec.yaml',
  );
  if (isNgram(spec)) throw new Error('The spec describes a network');
  return spec;
}

/** Makes a batch of random words without padding. */
function randomBatch(batch: number): BatchData {
  const { sourceSteps, steps, sourceWords, targetWords } = SIZES;
  const words = (count: number, below: number) =>
    Int32Array.from({ length: count }, () => Math.floor(Math.random() * below));
  const inputs = words(steps * batch, targetWords);
  const arrays = {
    source: words(sourceSteps * batch, sourceWords),
    inputs,
    targets: words(steps * batch, targetWords),
    rows: inputs.map((_, row) => row),
  };
  return { arrays, steps: sourceSteps + steps, batch, clock: 0 };
}

/** Makes a function that trains zlm's network on one batch, and returns the loss of a word. */
async function zlmStep(units: number, batch: number): Promise<() => Promise<number>> {
  const spec = await specOf(units, batch);
  const model = freshModel(spec, { source: SIZES.sourceWords, target: SIZES.targetWords });
  const data = randomBatch(batch);
  const loss = pairLoss(spec, model);
  const task = { parameters: model.parameters, read: () => data, loss: () => loss.of(data, {}) };
  const optimizer = createOptimizer(spec.training, model.parameters, false);
  const context = { task, optimizer, loss: spec.training.loss, clipNorm: spec.training.clipNorm };
  let count = 0;
  return async () => {
    count += 1;
    const at = { learningRate: RATE, count, averaged: 0 };
    const { figures, predictions } = launchStep(context, { pass: 0, inPass: 0, step: 0 }, {}, at);
    return (await figures).nll / predictions;
  };
}

async function main(): Promise<void> {
  const [threads, units, batch] = [flags.threads, flags.units, flags.batch].map(Number);
  const [turns, seconds] = [flags.turns, flags.seconds].map(Number);
  await activateBackend('native', { threads, cacheFolder: flags.cache });
  const step = await zlmStep(units, batch);
  const other = startScript(flags.python, 'translation.py');
  const sizes = {
    ...SIZES,
    ...{ units, batch, threads, attention: flags.attention },
    ...{ dropout: DROPOUT, rate: RATE, clip: CLIP },
  };
  const ours = await step();
  const { torch, loss } = JSON.parse(await other.ask(JSON.stringify(sizes)));
  // A network that has learned nothing guesses; a wrong sum or mean would show.
  for (const first of [ours, loss]) {
    if (Math.abs(first / Math.log(SIZES.targetWords) - 1) > 0.02)
      throw new Error(`The first loss of a word is ${first}`);
  }
  const [zlm, pt]: number[][] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    zlm.push(await secondsOfStep(step, seconds));
    pt.push(await other.secondsOfStep(seconds));
  }
  other.end();
  const tokens = batch * SIZES.steps;
  const rate = (all: readonly number[]) => Math.round(tokens / median(all)).toLocaleString('en-US');
  const figures = { attention: flags.attention, units, batch, threads, torch };
  console.log(JSON.stringify({ ...figures, zlmSeconds: zlm, pytorchSeconds: pt }));
  console.log(
    `zlm ${rate(zlm)} target tokens/s, PyTorch ${rate(pt)}: ${(median(pt) / median(zlm)).toFixed(2)} times`,
  );
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);
