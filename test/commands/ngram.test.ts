/** Runs the commands on an n-gram model as a user does. After an intended change of their text: `npx vitest run test/commands/ngram.test.ts --update`. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { Ajv, type SchemaObject } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import evalSchema from '../../schemas/output/eval.schema.json' with { type: 'json' };
import runsSchema from '../../schemas/output/runs.schema.json' with { type: 'json' };
import sampleSchema from '../../schemas/output/sample.schema.json' with { type: 'json' };
import trainSchema from '../../schemas/output/train.schema.json' with { type: 'json' };
import planSchema from '../../schemas/output/train-dry-run.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import Runs from '../../src/commands/runs.js';
import Sample from '../../src/commands/sample.js';
import Train from '../../src/commands/train.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../src/storage/safetensors.js';
import type { NgramPlan } from '../../src/systems/system.js';
import { type CommandRun, runCommand, startZlm } from '../cli/capture.js';
import { literalModel } from '../ngram/literal-kneser-ney.js';
import { linesOf } from '../ngram/random-text.js';
import { generateText, prepareSmallCorpus, writeSmallSpec } from '../small-corpus.js';
import { sharedFolder } from '../temp-folder.js';

const COMMANDS = { train: Train, eval: Eval, sample: Sample, runs: Runs };

/** Runs `zlm` with a line of arguments; words with spaces in single quotes. */
function zlm(line: string): Promise<CommandRun> {
  const [name, ...words] = line.match(/'[^']*'|\S+/g) ?? [];
  return runCommand(
    COMMANDS[name as keyof typeof COMMANDS],
    words.map((word) => word.replaceAll("'", '')),
  );
}

/** A command that must succeed. */
async function done(line: string): Promise<CommandRun> {
  const run = await zlm(line);
  if (run.exitCode !== 0) throw new Error(run.stderr);
  return run;
}

/** Returns the text of a terminal, without the times. */
function transcript(line: string, { stdout, stderr, exitCode }: CommandRun): string {
  const text = [`$ zlm ${line}`, stderr.trim(), stdout.trim(), `[exit code ${exitCode}]`];
  return `${text
    .filter((part) => part !== '')
    .join('\n')
    .replace(/\d+(\.\d)? s\b/g, '<time>')
    .replace(/(?<=(tokens|n-grams)), .*$/gm, '')}\n`;
}

const golden = (name: string) => `../golden/cli/ngram-${name}.txt`;
const before = process.cwd();
const folder = sharedFolder();
const BEST = 'runs/kn3/checkpoints/best.safetensors';
const LAST = 'runs/kn3/checkpoints/last.safetensors';

beforeAll(async () => {
  process.chdir(folder);
  await prepareSmallCorpus('data');
  writeFileSync('kn3.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await done('train kn3.yaml --name kn3');
});

afterAll(() => process.chdir(before));

const textOf = (split: string) => linesOf(readFileSync(`data/small-text/${split}`, 'utf8'));

/** Perplexity of a split by the slow model of the tests. */
function literalPerplexity(split: string, order: number): number {
  const vocabulary = readFileSync('data/small/vocabulary.txt', 'utf8').trimEnd().split('\n');
  const { probability } = literalModel(textOf('train'), order, vocabulary);
  const nlls = textOf(split).flatMap((line) =>
    line.map((word, at) => -Math.log(probability(word, ['<s>', ...line.slice(0, at)]))),
  );
  return Math.exp(nlls.reduce((sum, nll) => sum + nll) / nlls.length);
}

describe('the whole output', () => {
  it('the output of counting, resuming and the commands after it equals the golden file', async () => {
    const lines = [
      'train kn3.yaml --name whole',
      'train --resume whole',
      'runs',
      'eval whole',
      "sample whole --prompt 'the old' --length 12 --temp 0.5",
      'train kn3.yaml --dry-run',
    ];
    rmSync('runs', { recursive: true });
    const transcripts: string[] = [];
    for (const line of lines) transcripts.push(transcript(line, await done(line)));
    await expect(transcripts.join('\n')).toMatchFileSnapshot(golden('whole'));
    await done('train kn3.yaml --name kn3');
  });

  it.each([
    ['train', 'train kn3.yaml --name json --json', trainSchema],
    ['train, when it is done', 'train --resume kn3 --json', trainSchema],
    ['train --dry-run', 'train kn3.yaml --dry-run --json', planSchema],
    ['eval', 'eval kn3 --json', evalSchema],
    ['sample', 'sample kn3 --length 3 --json', sampleSchema],
    ['runs', 'runs --json', runsSchema],
  ])('the output of %s --json conforms to its schema', async (_, line, schema: SchemaObject) => {
    const { stdout } = await done(line);
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('what it finds', () => {
  it.each(['valid', 'test'] as const)(
    'eval of an n-gram model finds the perplexity of the formulas, %s',
    async (split) => {
      const { result } = await done(`eval kn3 --split ${split}`);
      expect(result).toMatchObject({
        predictions: textOf(split).flat().length,
        system: 'ngram',
        ngramOrder: 3,
        epochs: 1,
      });
      expect((result as { perplexity: number }).perplexity).toBeCloseTo(literalPerplexity(split, 3), 8);
    },
  );

  it('both checkpoints, the list of runs and the metrics have the same perplexity', async () => {
    const { result } = await done('eval kn3 --split valid --checkpoint last');
    const { perplexity, predictions } = result as { perplexity: number; predictions: number };
    const { runs } = (await done('runs')).result as { runs: { name: string; bestValidPerplexity: number }[] };
    expect(runs.find(({ name }) => name === 'kn3')).toMatchObject({
      state: 'finished',
      bestValidPerplexity: perplexity,
    });
    expect(readFileSync(BEST)).toEqual(readFileSync(LAST));
    const metrics = readFileSync('runs/kn3/metrics.jsonl', 'utf8').trimEnd().split('\n');
    expect(metrics.map((line) => JSON.parse(line))).toEqual([
      {
        kind: 'ngram',
        trainTokens: textOf('train').flat().length,
        ngrams: (await done('train kn3.yaml --dry-run')).result?.['ngrams' as never],
        discounts: [expect.any(Array), expect.any(Array), expect.any(Array)],
        validPerplexity: perplexity,
        validPredictions: predictions,
        seconds: expect.any(Number),
      },
    ]);
  });
});

it.each([1, 2, 3, 5])(
  'a plan of order %i tells the n-grams and the discounts that the training then has',
  async (order) => {
    const set = `--set model.ngram.order=${order}`;
    const planned = (await done(`train kn3.yaml ${set} --dry-run`)).result as unknown as NgramPlan;
    const trained = (await done(`train kn3.yaml ${set} --name order-${order}`))
      .result as unknown as NgramPlan;
    expect(planned.fallbackOrders).toContain(1);
    expect(planned).toMatchObject({ ngrams: trained.ngrams, fallbackOrders: trained.fallbackOrders });
  },
);

it('a plan writes nothing', async () => {
  const files = () => readdirSync('.', { recursive: true }).sort();
  const there = files();
  await done('train kn3.yaml --dry-run');
  expect(files()).toEqual(there);
});

describe('samples', () => {
  it('samples continue the prompt, contain nothing that is banned, and are the same for one seed', async () => {
    const line = "sample kn3 --prompt 'the old' --ban the,a,every --length 40 --seed 3";
    const { stdout } = await done(line);
    expect(stdout).toMatch(/^the old \S/);
    expect(stdout.replace(/^the old/, '')).not.toMatch(/\b(the|a|every)\b/);
    expect((await done(line)).stdout).toBe(stdout);
    expect((await done(line.replace('--seed 3', '--seed 4'))).stdout).not.toBe(stdout);
  });
});

it('train stops at Ctrl-C with exit code 130 and says how to count again', async () => {
  await prepareSmallCorpus('long', { train: generateText(100_000, 1) });
  const argv = ['train', 'kn3.yaml', '--data', 'long', '--name', 'stopped'];
  const { process: child, ended } = startZlm(argv, { cwd: folder });
  child.stderr?.once('data', () => child.kill('SIGINT'));
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('Stopping; interrupt again to stop at once\n');
  expect(stderr).toContain(
    [
      '✖ Interrupted before all n-grams were counted; nothing of them is kept',
      '  → Count them again, which takes seconds: `zlm train --resume stopped --data long`.\n',
    ].join('\n'),
  );
  expect(existsSync('runs/stopped/checkpoints')).toBe(false);
  expect((await zlm('runs')).stdout).toMatch(/stopped +interrupted +small +0 of 1 +– /);
  await done('train --resume stopped --data long');
  expect((await done('runs')).stdout).toMatch(/stopped +finished +small +1 of 1 /);
});

describe('what it refuses', () => {
  /** Changes the run's spec as an editor would. */
  const edited = (order: string) => () =>
    writeFileSync('runs/kn3/spec.yaml', `corpus: small\nmodel: { ngram: { order: ${order} } }\n`);

  /** Changes a checkpoint behind a right checksum. */
  const rewritten = (change: (tensors: Map<string, NamedArray>) => void) => () => {
    const { tensors, metadata } = decodeSafetensors(readFileSync(BEST), BEST);
    change(tensors);
    writeFileSync(BEST, Buffer.concat(encodeSafetensors([...tensors.values()], metadata)));
  };

  const borrowed = (from: string) => async () => {
    await done(`train ${from} --runs others --name other --backend cpu`);
    cpSync('others/other/checkpoints/best.safetensors', BEST);
    rmSync('others', { recursive: true });
  };

  const nothing = () => {};

  const REFUSALS: readonly [string, string, () => void | Promise<void>][] = [
    ['an order of 0', 'train kn3.yaml --set model.ngram.order=0', nothing],
    ['an order of 10', 'train kn3.yaml --set model.ngram.order=10', nothing],
    ['another smoothing', 'train kn3.yaml --set model.ngram.smoothing=katz', nothing],
    ['a key of networks', 'train kn3.yaml --set training.epochs=2', nothing],
    ['a run of that name', 'train kn3.yaml --name kn3', nothing],
    ['another order for a run', 'train --resume kn3 --set model.ngram.order=4', nothing],
    ['another order in the spec of a run, resumed', 'train --resume kn3', edited('4')],
    ['a lower order in the spec of a run, evaluated', 'eval kn3', edited('2')],
    ['a higher order in the spec of a run, evaluated', 'eval kn3', edited('4')],
    ['a batch', 'eval kn3 --batch 20', nothing],
    ['an unknown banned word', 'sample kn3 --ban zebra', nothing],
    ['a checkpoint that is lost', 'eval kn3', () => rmSync(BEST)],
    ['a checkpoint that is cut off', 'sample kn3', () => truncateSync(BEST, 1000)],
    [
      'a checkpoint with a bit flipped',
      'eval kn3',
      () => {
        const bytes = readFileSync(BEST);
        bytes[bytes.length - 5] ^= 1;
        writeFileSync(BEST, bytes);
      },
    ],
    ['a last checkpoint that is cut off, resumed', 'train --resume kn3', () => truncateSync(LAST, 1000)],
    ['a checkpoint that lacks counts', 'eval kn3', rewritten((tensors) => tensors.delete('ngrams.2.counts'))],
    [
      'a checkpoint with counts of nothing',
      'eval kn3',
      rewritten((tensors) => tensors.get('ngrams.2.counts')?.data.fill(0)),
    ],
    ['the checkpoint of a network', 'eval kn3', borrowed('tiny.yaml')],
    ['another corpus of the same words, resumed', 'train --resume kn3 --data changed', nothing],
    ['another vocabulary', 'eval kn3 --data foreign', nothing],
  ];

  beforeAll(async () => {
    writeSmallSpec('.');
    const reversed = generateText(100, 1).trimEnd().split('\n').reverse().join('\n');
    await prepareSmallCorpus('changed', { train: `${reversed}\n` });
    await prepareSmallCorpus('foreign', { train: `a word more\n${generateText(100, 1)}` });
  });

  it('each refusal has a cure and equals the golden file', async () => {
    const transcripts: string[] = [];
    cpSync('runs/kn3', 'untouched', { recursive: true });
    for (const [what, line, change] of REFUSALS) {
      await change();
      const run = await zlm(line);
      transcripts.push(`── ${what}\n${transcript(line, run)}`);
      expect(run.stderr, what).toContain('→');
      expect(run.stderr, what).not.toMatch(/^ +at /m);
      expect(run.exitCode, what).toBeGreaterThan(1);
      expect(run.stdout, what).toBe('');
      rmSync('runs/kn3', { recursive: true });
      cpSync('untouched', 'runs/kn3', { recursive: true });
    }
    await expect(transcripts.join('\n')).toMatchFileSnapshot(golden('refusals'));
  });
});

it('a checkpoint that was lost is made again by resuming', async () => {
  const before = readFileSync(LAST).length;
  rmSync(BEST);
  await done('train --resume kn3');
  expect(readFileSync(BEST)).toEqual(readFileSync(LAST));
  expect(readFileSync(LAST).length).toBeGreaterThan(before / 2);
  await done('eval kn3');
});
