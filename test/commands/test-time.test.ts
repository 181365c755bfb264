/**
 * Runs `zlm eval` and `zlm score` with methods at test time, as a user does. After an intended change of their text:
 * `npx vitest run test/commands/test-time.test.ts --update`.
 */
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import evaluationSchema from '../../schemas/evaluation.schema.json' with { type: 'json' };
import evalSchema from '../../schemas/output/eval.schema.json' with { type: 'json' };
import runsSchema from '../../schemas/output/runs.schema.json' with { type: 'json' };
import scoreSchema from '../../schemas/output/score.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import Runs from '../../src/commands/runs.js';
import Score from '../../src/commands/score.js';
import { mixWithProbabilities, perplexityOf } from '../../src/evaluation/mixture-weight.js';
import type { CombinedEvaluation } from '../../src/evaluation/report.js';
import type { LineScore, ScoreTotal } from '../../src/evaluation/score.js';
import { type CommandRun, runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { prepareSmallCorpus } from '../small-corpus.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

const COMMANDS = { eval: Eval, score: Score, runs: Runs };
let folder: TrainedFolder;
let plainPerplexity = 0;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  await train(
    'tiny.yaml',
    '--name',
    'wide',
    '--set',
    'model.layers=[{lstm: 12},{lstm: 5}]',
    '--set',
    'training.epochs=1',
  );
  const calm = ['input', 'between', 'output'].flatMap((edge) => ['--set', `dropout.${edge}={rate: 0}`]);
  await train('tiny.yaml', '--name', 'calm', '--set', 'training.epochs=1', ...calm);
  await train(
    'tiny.yaml',
    '--name',
    'lines',
    '--set',
    'training.sentences=true',
    '--set',
    'training.epochs=1',
  );
  writeFileSync('kn3.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('kn3.yaml', '--name', 'kn3');
  plainPerplexity = (await reported(`eval ${RUN}`)).perplexity;
});

afterAll(() => folder.remove());

function zlm(line: string): Promise<CommandRun> {
  const [name = '', ...words] = line.split(' ');
  const backend = name === 'runs' ? [] : ['--backend', 'cpu'];
  return runCommand(COMMANDS[name as keyof typeof COMMANDS], [...words, ...backend]);
}

/** The report of an evaluation that must succeed, and that its schema describes. */
async function reported(line: string): Promise<CombinedEvaluation> {
  const { stdout, stderr, exitCode } = await zlm(`${line} --json`);
  if (exitCode !== 0) throw new Error(stderr);
  const report = JSON.parse(stdout);
  expectSchema(evalSchema, report);
  return report;
}

/** The nlls of a split's predictions by a run as it is, from `zlm score`; the first token is not predicted. */
async function nllsOf(run: string, split: string): Promise<number[]> {
  const line = `score ${run} --in data/small-text/${split} --carry-state --per-token --json`;
  const { stdout } = await zlm(line);
  const scores = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as LineScore | ScoreTotal);
  const nlls = scores.flatMap((score) => (score.type === 'line' ? (score.perToken ?? []) : []));
  return nlls.slice(1).map(({ nll }) => nll as number);
}

describe('ensembles', () => {
  it('an ensemble of networks of two sizes and an n-gram model has the mean of the probabilities that score gives', async () => {
    const runs = [RUN, 'wide', 'kn3'];
    const nlls: number[][] = [];
    for (const run of runs) nlls.push(await nllsOf(run, 'test'));
    const mean = nlls[0].map((_, i) => -Math.log(nlls.reduce((sum, of) => sum + Math.exp(-of[i]) / 3, 0)));
    const report = await reported(`eval ${RUN} --ensemble wide kn3 --split test`);
    expect(report).toMatchObject({ system: 'combined', run: RUN, method: 'ensemble of 3', tuning: [] });
    expect(report.predictions).toBe(mean.length);
    expect(report.perplexity).toBeCloseTo(perplexityOf(mean), 4);
    for (const [i, { run, perplexity, methods }] of report.members.entries()) {
      expect([run, methods]).toEqual([runs[i], []]);
      expect(perplexity).toBeCloseTo(perplexityOf(nlls[i]), 4);
    }
  });

  it('the runs may all be named after --ensemble, and the order of the other flags does not matter', async () => {
    const { perplexity, members } = await reported(`eval --split valid --ensemble ${RUN} wide`);
    expect(members.map(({ run }) => run)).toEqual([RUN, 'wide']);
    expect((await reported(`eval wide --ensemble ${RUN} --split valid`)).perplexity).toBeCloseTo(
      perplexity,
      8,
    );
  });

  it('score with an ensemble in memory gives the NLL of eval, which reads with one model after the other', async () => {
    const { perplexity, predictions } = await reported(`eval ${RUN} --ensemble wide --interpolate kn3`);
    const line = `score ${RUN} --ensemble wide --interpolate kn3 --in data/small-text/test --carry-state --json`;
    const { stdout, stderr } = await zlm(line);
    const scores = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    for (const score of scores) expectSchema(scoreSchema, score);
    const total = scores.at(-1) as ScoreTotal;
    expect(total.tokens).toBe(predictions);
    expect(total.perplexity).toBeCloseTo(perplexity, 6);
    expect(total.combination?.members.map(({ run }) => run)).toEqual([RUN, 'wide']);
    expect(total.combination?.interpolation).toMatchObject({ run: 'kn3', weight: 0.2 });
    expect(stderr).toContain('interpolated with kn3, weight 0.2');
  });

  it('a batch is that of every member', async () => {
    const { predictions, members } = await reported(`eval ${RUN} --ensemble kn3 --batch 4`);
    const plain = await reported(`eval ${RUN} --batch 4`);
    expect(predictions).toBe(plain.predictions);
    expect(members[0].perplexity).toBeCloseTo(plain.perplexity, 8);
  });

  it('runs that read line by line are combined line by line, with every token predicted', async () => {
    const { predictions, protocol } = await reported('eval lines --interpolate kn3');
    const tokens = readFileSync('data/small-text/test', 'utf8').trim().split(/\s+/).length + 20;
    expect([predictions, protocol]).toEqual([tokens, 'sentences']);
  });
});

describe('tuning', () => {
  it('the weight of an n-gram model is the best on valid of a thousand, and test does not decide it', async () => {
    const [ofNetwork, ofNgrams] = [await nllsOf(RUN, 'valid'), await nllsOf('kn3', 'valid')];
    const probabilities = ofNgrams.map((nll) => Math.exp(-nll));
    const grid = Array.from({ length: 1001 }, (_, i) => i / 1000);
    const figures = grid.map((weight) =>
      perplexityOf(mixWithProbabilities(ofNetwork, probabilities, weight)),
    );
    const report = await reported(`eval ${RUN} --interpolate kn3 --tune`);
    const [tuning] = report.tuning;
    expect(tuning).toMatchObject({
      method: 'interpolation',
      run: 'kn3',
      split: 'valid',
      grid: { weight: 'em' },
    });
    expect(tuning.predictions).toBe(ofNetwork.length);
    expect(Math.abs(tuning.chosen.weight - grid[figures.indexOf(Math.min(...figures))])).toBeLessThan(2e-3);
    expect(tuning.candidates[0].perplexity).toBeCloseTo(Math.min(...figures), 3);
    expect(report.interpolation?.weight).toBe(tuning.chosen.weight);
  });

  it('dynamic evaluation, cache and interpolation are tuned one after the other, and the best on valid is taken', async () => {
    writeFileSync(
      'method.yaml',
      [
        'dynamic: { learningRate: [0.0001, 0.001], decay: [0, 0.01], length: 5 }',
        'neuralCache: { flatness: [0.5, 2], weight: tune, window: [10, 50] }',
        'interpolate: { run: kn3, weight: [0.1, 0.5] }',
      ].join('\n'),
    );
    const report = await reported(`eval ${RUN} --method method.yaml`);
    expect(report.tuning.map(({ method, candidates }) => [method, candidates.length])).toEqual([
      ['dynamic', 4],
      ['neural-cache', 4],
      ['interpolation', 2],
    ]);
    for (const { candidates, chosen } of report.tuning) {
      const figures = candidates.map(({ perplexity }) => perplexity ?? Number.POSITIVE_INFINITY);
      const best = candidates[figures.indexOf(Math.min(...figures))];
      expect(best.values).toEqual(chosen);
    }
    const [dynamic, cache] = report.members[0].methods;
    expect(dynamic).toMatchObject({ method: 'dynamic', ...report.tuning[0].chosen, length: 5 });
    expect(cache).toMatchObject({ method: 'neural-cache', ...report.tuning[1].chosen });
    expect(report.method).toBe('dynamic + neural-cache + interpolation');

    // The chosen values, written out, give the same figure, in score, too.
    const { learningRate, decay } = report.tuning[0].chosen;
    const { flatness, weight, window } = report.tuning[1].chosen;
    const chosen = [
      `dynamic: { learningRate: ${learningRate}, decay: ${decay}, length: 5 }`,
      `neuralCache: { flatness: ${flatness}, weight: ${weight}, window: ${window} }`,
      `interpolate: { run: kn3, weight: ${report.interpolation?.weight} }`,
    ];
    writeFileSync('chosen.yaml', chosen.join('\n'));
    const again = await reported(`eval ${RUN} --method chosen.yaml`);
    expect(again.perplexity).toBe(report.perplexity);
    expect(again.tuning).toEqual([]);
    const { stdout } = await zlm(
      `score ${RUN} --method chosen.yaml --in data/small-text/test --carry-state --json`,
    );
    const total = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ScoreTotal;
    expect(total.perplexity).toBeCloseTo(report.perplexity, 8);
  });

  it('the valid figure of a candidate is what eval gives on valid with its values', async () => {
    writeFileSync('one.yaml', 'dynamic: { learningRate: [0.0005], decay: 0.01 }\n');
    const { tuning, perplexity } = await reported(`eval ${RUN} --method one.yaml --split valid`);
    expect(tuning[0].candidates[0].perplexity).toBe(perplexity);
  });

  it('tuning may read the start of valid alone', async () => {
    writeFileSync('few.yaml', 'interpolate: { run: kn3, weight: tune }\ntuneTokens: 50\n');
    expect((await reported(`eval ${RUN} --method few.yaml`)).tuning[0].predictions).toBe(49);
  });
});

describe('gradient statistics', () => {
  const path = `runs/${RUN}/statistics/gradients-best.safetensors`;

  it('they are kept in the run folder, and used again', async () => {
    const first = await reported(`eval ${RUN} --dynamic`);
    const { mtimeMs } = statSync(path);
    expect((await reported(`eval ${RUN} --dynamic`)).perplexity).toBe(first.perplexity);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  });

  it('they are computed again for segments of another length', async () => {
    const standard = await reported(`eval ${RUN} --dynamic`);
    expect(standard.members[0].methods[0]).toMatchObject({ length: 20, learningRate: 2e-4 });
    const before = readFileSync(path);
    const seven = await reported(`eval ${RUN} --dynamic --dynamic-length 7`);
    expect(readFileSync(path).equals(before)).toBe(false);
    expect(seven.members[0].methods[0]).toMatchObject({ length: 7 });
    expect((await reported(`eval ${RUN} --dynamic`)).perplexity).toBe(standard.perplexity);
  });

  it('they are computed again when their file is damaged', async () => {
    const { perplexity } = await reported(`eval ${RUN} --dynamic`);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    expect((await reported(`eval ${RUN} --dynamic`)).perplexity).toBe(perplexity);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it('those of another checkpoint are not used', async () => {
    const { perplexity } = await reported('eval wide --dynamic');
    cpSync('runs/wide', 'runs/copy', { recursive: true });
    const calm = await reported('eval calm --dynamic');
    cpSync('runs/calm/statistics', 'runs/copy/statistics', { recursive: true });
    expect((await reported('eval copy --dynamic')).perplexity).toBe(perplexity);
    expect(calm.perplexity).not.toBe(perplexity);
  });
});

describe('what is kept and printed', () => {
  it('each combination is kept beside the plain figure, and zlm runs shows the plain one', async () => {
    await reported(`eval ${RUN}`);
    await reported(`eval ${RUN} --neural-cache`);
    await reported(`eval ${RUN} --ensemble wide`);
    await reported(`eval ${RUN} --ensemble calm`);
    const names = readdirSync(`runs/${RUN}/evaluations`);
    for (const name of names) {
      expectSchema(evaluationSchema, JSON.parse(readFileSync(`runs/${RUN}/evaluations/${name}`, 'utf8')));
    }
    const methods = names.map(
      (name) => JSON.parse(readFileSync(`runs/${RUN}/evaluations/${name}`, 'utf8')).method,
    );
    expect(methods.filter((method) => method === 'ensemble of 2').length).toBeGreaterThanOrEqual(2);
    expect(methods).toContain('neural-cache');
    const { stdout } = await zlm('runs --json');
    expectSchema(runsSchema, JSON.parse(stdout));
    expect((await zlm('runs')).stdout).not.toContain('neural-cache');
  });

  it('the whole output of a combination equals the golden file', async () => {
    const line = `eval ${RUN} --ensemble wide --neural-cache --interpolate kn3 --tune`;
    const { stdout, stderr, exitCode } = await zlm(line);
    const timeless = stdout.replace(/\S+ s on backend/, '<time> on backend');
    expect(exitCode).toBe(0);
    const text = `$ zlm ${line}\n── stdout\n${timeless}── stderr\n${stderr}`;
    await expect(text).toMatchFileSnapshot('../golden/cli/eval-test-time.txt');
  });

  it('MC dropout gives one figure for one number of passes', async () => {
    const { perplexity, members } = await reported(`eval ${RUN} --mc-dropout 3`);
    expect(members[0].methods).toEqual([{ method: 'mc-dropout', seed: 1, passes: 3 }]);
    expect((await reported(`eval ${RUN} --mc-dropout 3`)).perplexity).toBe(perplexity);
    expect(perplexity).not.toBe(plainPerplexity);
  });

  it('the figure of a run as it is stays the same after all methods', async () => {
    expect((await reported(`eval ${RUN}`)).perplexity).toBe(plainPerplexity);
  });
});

describe('what is refused', () => {
  it('eval and score say what cannot be combined and what to do, as in the golden file', async () => {
    await prepareSmallCorpus('data', { name: 'other', train: 'a word more\nand others\n' });
    await train('kn3.yaml', '--set', 'corpus=other', '--name', 'foreign');
    writeFileSync(
      'bad.yaml',
      'dynamic: { rate: 1, length: 0 }\nneuralCache: { weight: 2 }\nensembles: [a]\n',
    );
    writeFileSync('list.yaml', '- dynamic\n');
    const lines = [
      `eval ${RUN} --mc-dropout 2 --dynamic`,
      `eval ${RUN} --mc-dropout 2 --neural-cache`,
      'eval calm --mc-dropout 2',
      'eval lines --dynamic',
      'eval lines --neural-cache',
      `eval ${RUN} --ensemble lines`,
      `eval ${RUN} --ensemble ${RUN}`,
      'eval --ensemble wide',
      `eval ${RUN} --ensemble kn3 --dynamic`,
      `eval ${RUN} --dynamic --batch 2`,
      `eval ${RUN} --interpolate wide`,
      `eval ${RUN} --dynamic-length 3`,
      `eval ${RUN} --tune`,
      `eval ${RUN} --method bad.yaml`,
      `eval ${RUN} --method list.yaml`,
      `eval ${RUN} --method none.yaml`,
      `eval ${RUN} --method bad.yaml --dynamic`,
      `eval ${RUN} --ensemble none`,
      `eval ${RUN} --interpolate foreign`,
      `score ${RUN} --dynamic --in data/small-text/test`,
      `score ${RUN} --neural-cache --in data/small-text/test`,
    ];
    const parts: string[] = [];
    for (const line of lines) {
      const { stdout, stderr, exitCode } = await zlm(line);
      expect(stdout).toBe('');
      const said = stderr.replace(/^backend cpu: .*\n/gm, '');
      parts.push(`$ zlm ${line}\n${said}[exit code ${exitCode}]\n`);
    }
    await expect(parts.join('\n')).toMatchFileSnapshot('../golden/cli/test-time-refusals.txt');
    expect(existsSync('none.yaml')).toBe(false);
  });
});
