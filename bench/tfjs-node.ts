/**
 * The training step of `zlm bench` in TensorFlow, through `@tensorflow/tfjs-node`: checked against zlm's reference, then
 * timed. `npx tsx bench/tfjs-node.ts --package FOLDER configs/small.yaml`. See README.md beside this file.
 */
import { availableParallelism, cpus } from 'node:os';
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { activateBackend } from '../src/backends/select.js';
import { checkOf, problemOf } from '../src/benchmark/contenders.js';
import { COLUMNS, INNER, productTiming, ROWS } from '../src/benchmark/product.js';
import type { Check } from '../src/benchmark/report.js';
import { interleave, type RoundSettings, type Runner } from '../src/benchmark/rounds.js';
import { checkedSpec, differenceOfSteps, firstSteps, type Job, timingOf } from '../src/benchmark/training.js';
import { disposeLanguageModel } from '../src/model/language-model.js';
import { dropoutMask } from '../src/ops/noise.js';
import { loadSpec } from '../src/spec/load.js';
import { freshModel } from '../src/tasks/language-modelling.js';
import type { StepFigures } from '../src/training/step.js';
import type { TensorflowReport } from './comparison.js';
import { fail } from './fail.js';
import { paperModel } from './paper-model.js';
import { TensorflowModel } from './tensorflow/model.js';
import { TensorflowOps } from './tensorflow/ops.js';
import { loadTensorflow } from './tensorflow/package.js';
import { TensorflowTrial, tensorflowMasks } from './tensorflow/trial.js';

const USAGE = `usage: npx tsx bench/tfjs-node.ts --package FOLDER [options] SPEC.yaml
  --package FOLDER  whose node_modules holds @tensorflow/tfjs-node
  --threads N       threads of TensorFlow                        (all processors)
  --rounds N        rounds                                       (5)
  --seconds S       about how long to time                       (10)
  --vocab-size N    words in the vocabulary                      (10000)
  --product         time one matrix product too`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    package: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    'vocab-size': { type: 'string', default: '10000' },
    product: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** The signal of a benchmark in a process of its own, which stops when the process ends. */
const HOOKS = { signal: new AbortController().signal, onUnit: () => {}, onWindow: () => {} };

/** Time for the product, as a share of the model's time, as in `bench/pytorch.py`. */
const PRODUCT_SHARE = 0.2;

/** The reference of `zlm bench`. */
const REFERENCE = { backend: 'wasm', precision: 'f32' } as const;

if (flags.help) console.log(USAGE);
else await main().catch(fail);

async function main(): Promise<void> {
  if (flags.package === undefined || positionals.length !== 1) throw new Error(USAGE);
  const threads = Number(flags.threads);
  const settings = { rounds: Number(flags.rounds), seconds: Number(flags.seconds) };
  const job = await loadJob(positionals[0]);
  const { spec } = job;
  await activateBackend(REFERENCE.backend);
  const expected = await firstSteps(job, REFERENCE, HOOKS);

  const tensorflow = loadTensorflow(flags.package, threads);
  const ops = new TensorflowOps(tensorflow);
  const values = freshModel(spec, job.vocabulary);
  const model = new TensorflowModel(ops, values);
  disposeLanguageModel(values);
  const check = checked(new TensorflowTrial(model, checkedSpec(job), job.vocabulary, dropoutMask), expected);

  const trial = new TensorflowTrial(model, spec, job.vocabulary, tensorflowMasks(ops));
  const timing = timingOf(job, await secondsOf(trial, settings));
  const brief = { ...settings, seconds: settings.seconds * PRODUCT_SHARE };
  const report: TensorflowReport = {
    tensorflow: tensorflow.version,
    tfjsNode: tensorflow.packageVersion,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    threads,
    check,
    training: [{ model: job.name, precision: 'f32', ...timing }],
    product: flags.product ? productTiming(await secondsOf(productOf(ops), brief)) : null,
  };
  console.log(JSON.stringify(report));
}

async function loadJob(path: string): Promise<Job> {
  const { spec } = await loadSpec(path);
  const name = basename(path, extname(path));
  return { name, spec: paperModel(name, spec).spec, vocabulary: Number(flags['vocab-size']) };
}

/** Checks the figures against the reference's, with the same parameters, windows and dropout masks. */
function checked(trial: TensorflowTrial, expected: readonly StepFigures[]): Check {
  const found = expected.map(() => trial.step());
  const check = checkOf(differenceOfSteps(found, expected), REFERENCE.precision, REFERENCE.backend);
  const problem = problemOf(check);
  if (problem !== null) throw new Error(`TensorFlow ${problem}`);
  return check;
}

async function secondsOf(runner: Runner, settings: RoundSettings): Promise<readonly number[]> {
  const [{ seconds, problem }] = await interleave([runner], settings, HOOKS);
  if (problem !== null) throw new Error(problem);
  return seconds;
}

function productOf(ops: TensorflowOps): Runner {
  const [a, b] = [tf.randomUniform([ROWS, INNER]), tf.randomUniform([INNER, COLUMNS])];
  return {
    prepare: async () => {},
    run: async () => tf.dispose(ops.matMul(a, b)),
  };
}
