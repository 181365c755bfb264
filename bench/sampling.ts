/**
 * Measures the tokens per second that a new model of a spec draws, in one sample and in several side by side, and evaluates with
 * batch 1 and 20. `npx tsx bench/sampling.ts configs/small.yaml`. See README.md beside this file.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { BackendName } from '../src/backends/backend.js';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';

import { evaluateStream } from '../src/evaluation/perplexity.js';
import { networkPredictor } from '../src/predictors/network-predictor.js';
import type { Predictor } from '../src/predictors/predictor.js';
import { sampleTokens } from '../src/sampling/sampler.js';
import { loadSpec } from '../src/spec/load.js';
import { isNgram } from '../src/spec/systems.js';
import { userCacheFolder } from '../src/storage/user-cache.js';
import { freshModel } from '../src/tasks/language-modelling.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/sampling.ts [options] SPEC.yaml
  --backend NAME    what computes                          (native)
  --threads N       its threads                            (all processors)
  --count N,…       samples that are drawn side by side    (1,64)
  --batch N,…       columns of the evaluation              (1,20)
  --temp T          temperature of the samples             (1)
  --top-k K         draw from the K likeliest words        (all)
  --tokens N        tokens of a round                      (2560)
  --rounds N        rounds                                 (7)
  --vocab-size N    words in the vocabulary                (10000)`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'native' },
    threads: { type: 'string', default: String(availableParallelism()) },
    count: { type: 'string', default: '1,64' },
    batch: { type: 'string', default: '1,20' },
    temp: { type: 'string', default: '1' },
    'top-k': { type: 'string' },
    tokens: { type: 'string', default: '2560' },
    rounds: { type: 'string', default: '7' },
    'vocab-size': { type: 'string', default: '10000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** A subject to time, with its tokens per call. */
interface Subject {
  readonly name: string;
  run(): Promise<number>;
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);

async function main(): Promise<void> {
  if (positionals.length !== 1) throw new Error(USAGE);
  process.env.GOMP_SPINCOUNT ??= '1000'; // as the commands set it
  const { spec } = await loadSpec(positionals[0]);
  if (isNgram(spec)) throw new Error(`${positionals[0]}: only networks can be timed`);
  const options = {
    threads: Number(flags.threads),
    cacheFolder: process.env.ZLM_CACHE ?? userCacheFolder(process.env) ?? undefined,
  };
  await activateBackend(flags.backend as BackendName, options);
  const predictor = networkPredictor(freshModel(spec, Number(flags['vocab-size'])));
  const subjects = [
    ...numbersOf(flags.count).map((count) => sampling(predictor, count)),
    ...numbersOf(flags.batch).map((batch) => evaluation(predictor, batch)),
  ];
  for (const { run } of subjects) await run();
  const timed = subjects.map((subject) => ({ subject, rates: [] as number[], cpu: [] as number[] }));
  // In turn, so that a slow minute of the machine affects all alike.
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const { subject, rates, cpu } of timed) {
      const [before, began] = [process.cpuUsage(), performance.now()];
      const tokens = await subject.run();
      rates.push((tokens / (performance.now() - began)) * 1000);
      cpu.push(process.cpuUsage(before).user / tokens);
    }
  }
  for (const { subject, rates, cpu } of timed) {
    const [rate, best] = [median(rates), Math.max(...rates)].map((value) => Math.round(value));
    console.log(
      `${subject.name}: ${rate} tokens/s, at best ${best}; ${median(cpu).toFixed(1)} µs of CPU time a token`,
    );
  }
}

function sampling(predictor: Predictor, count: number): Subject {
  const length = Math.ceil(Number(flags.tokens) / count);
  const options = {
    prompt: [0],
    length,
    seed: 1,
    samples: { first: 0, count },
    banned: Int32Array.of(1),
    temperature: Number(flags.temp),
    topK: flags['top-k'] ? Number(flags['top-k']) : null,
  };
  return {
    name: `sampling, ${count} side by side`,
    async run() {
      let drawn = 0;
      for await (const ids of sampleTokens(predictor, options)) drawn += ids.length;
      return drawn;
    },
  };
}

function evaluation(predictor: Predictor, batch: number): Subject {
  const length = Number(flags.tokens) * 4;
  const words = predictor.vocabularySize;
  const ids = Int32Array.from({ length }, (_, n) => (n * 7919) % words);
  return {
    name: `evaluation, batch ${batch}`,
    run: async () =>
      (await evaluateStream(predictor, { length, read: readerOf(ids) }, { batch })).predictions,
  };
}

/** Returns the tokens from a position on, as a `TokenSource` does. */
function readerOf(ids: Int32Array) {
  return (start: number, count: number) => ids.subarray(start, start + count);
}

function numbersOf(list: string): number[] {
  return list.split(',').filter(Boolean).map(Number);
}
