/**
 * Compares how fast an acoustic model trains in zlm and in PyTorch on this machine, in turn:
 * `npx tsx bench/speech.ts --python .venv/bin/python`. See README.md beside this file.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BackendName } from '../src/backends/backend.js';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';
import type { UtteranceBatch } from '../src/corpus/utterances.js';
import { dispose } from '../src/ops/memory.js';
import { loadSpec } from '../src/spec/load.js';
import { requireNetwork } from '../src/spec/systems.js';
import { userCacheFolder } from '../src/storage/user-cache.js';
import { freshModel } from '../src/tasks/language-modelling.js';
import { dataOfUtterances, speechLoss } from '../src/tasks/speech.js';
import { createOptimizer } from '../src/training/optimizers.js';
import { StepLauncher } from '../src/training/step-launcher.js';
import { fail } from './fail.js';
import { secondsOfStep, startScript } from './steps-in-turn.js';

const USAGE = `usage: npx tsx bench/speech.ts [options]
  --python PATH     Python with PyTorch                (python3)
  --backend NAME    backend of zlm                     (native)
  --threads N       threads of each                    (all processors)
  --loss NAME       framewise or ctc                   (framewise)
  --bidirectional   layers in both directions
  --layers N, --units N, --features N, --phones N      (3, 256, 123, 41)
  --frames N, --batch N, --labels N                    frames and phones of an utterance, utterances (300, 16, 40)
  --turns N         turns of each, A B A B …           (5)
  --seconds S       time of a turn                     (2)
  --cache FOLDER    zlm's cache folder`;

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    backend: { type: 'string', default: 'native' },
    threads: { type: 'string', default: String(availableParallelism()) },
    loss: { type: 'string', default: 'framewise' },
    bidirectional: { type: 'boolean', default: false },
    layers: { type: 'string', default: '3' },
    units: { type: 'string', default: '256' },
    features: { type: 'string', default: '123' },
    phones: { type: 'string', default: '41' },
    frames: { type: 'string', default: '300' },
    batch: { type: 'string', default: '16' },
    labels: { type: 'string', default: '40' },
    turns: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    cache: { type: 'string', default: userCacheFolder(process.env) ?? '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** The sizes of the model and of a batch. */
const SIZES = {
  features: Number(flags.features),
  phones: Number(flags.phones),
  frames: Number(flags.frames),
  batch: Number(flags.batch),
  labels: Number(flags.labels),
};

if (flags.help) console.log(USAGE);
else await compare().catch(fail);

async function compare(): Promise<void> {
  const zlm = await startZlm();
  const { script, version } = await startPytorch();
  const seconds: { zlm: number[]; pytorch: number[] } = { zlm: [], pytorch: [] };
  try {
    for (let turn = 0; turn < Number(flags.turns); turn++) {
      seconds.zlm.push(await zlm(Number(flags.seconds)));
      seconds.pytorch.push(await script.secondsOfStep(Number(flags.seconds)));
    }
  } finally {
    script.end();
  }
  const frames = SIZES.frames * SIZES.batch;
  const [rate, theirs] = [seconds.zlm, seconds.pytorch].map((each) => frames / median(each));
  const model = `${flags.layers} × ${flags.units}${flags.bidirectional ? ' bidirectional' : ''}, ${flags.loss}`;
  const report = {
    model,
    ...SIZES,
    threads: Number(flags.threads),
    backend: flags.backend,
    pytorchVersion: version,
    framesPerSecond: { zlm: Math.round(rate), pytorch: Math.round(theirs) },
    ratio: Number((rate / theirs).toFixed(2)),
    secondsOfTurns: seconds,
  };
  console.log(JSON.stringify(report, null, 2));
}

/** Makes the model and its batch. @returns trains for some seconds and returns the seconds of a step */
async function startZlm(): Promise<(seconds: number) => Promise<number>> {
  await activateBackend(flags.backend as BackendName, {
    threads: Number(flags.threads),
    cacheFolder: flags.cache,
  });
  const layer = { lstm: Number(flags.units) };
  const edges = ['input', 'between', 'output'].map((edge) => `dropout.${edge}.rate=0.2`);
  const { spec } = await loadSpec(fileURLToPath(new URL('../configs/speech.yaml', import.meta.url)), [
    `task.speech={loss: ${flags.loss}, bidirectional: ${flags.bidirectional}}`,
    `model.layers=${JSON.stringify(new Array(Number(flags.layers)).fill(layer))}`,
    'training.loss=sum',
    ...edges,
  ]);
  const network = requireNetwork(spec, () => new Error('The spec is not one of a network'));
  const model = freshModel(network, { features: SIZES.features, phones: SIZES.phones });
  const { of } = speechLoss(network, model);
  const data = dataOfUtterances(randomUtterances(), 0);
  const optimizer = createOptimizer(network.training, model.parameters, false);
  const task = { parameters: model.parameters, read: () => data, loss: of };
  const steps = new StepLauncher({ task, optimizer, loss: 'sum', clipNorm: 5 });
  let count = 0;
  const step = async () => {
    count += 1;
    const at = { learningRate: 0.001, count, averaged: 0 };
    const launched = steps.launch({ pass: 0, inPass: 0, step: 0 }, {}, at);
    const { nll } = await launched.figures;
    dispose(launched.state);
    if (!Number.isFinite(nll)) throw new Error(`The loss is ${nll}`);
  };
  await step();
  await step();
  return (seconds) => secondsOfStep(step, seconds);
}

/** Utterances of one length, of noise. */
function randomUtterances(): UtteranceBatch {
  const { features, phones, frames, batch, labels } = SIZES;
  const ids = (length: number) => Int32Array.from({ length }, () => Math.floor(Math.random() * phones));
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: frames }, (_, t) => t * batch + b),
  );
  return {
    steps: frames,
    batch,
    features: Float32Array.from({ length: frames * batch * features }, () => 2 * Math.random() - 1),
    arrays: {
      rows: Int32Array.from(rows.flat()),
      labels: ids(frames * batch),
      frameCounts: new Int32Array(batch).fill(frames),
      phones: ids(batch * labels),
      phoneCounts: new Int32Array(batch).fill(labels),
    },
  };
}

/** Starts bench/speech.py, which then waits for its turns. */
async function startPytorch() {
  const { threads, loss, layers, units } = flags;
  const sizes = Object.entries({ threads, loss, layers, units, ...SIZES }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const both = flags.bidirectional ? ['--bidirectional'] : [];
  const script = startScript(flags.python, 'speech.py', [...sizes, ...both]);
  return { script, version: await script.ask() };
}
