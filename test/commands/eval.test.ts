/** Runs `zlm eval` as a user does. After an intended change of its text: `npx vitest run test/commands/eval.test.ts --update`. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/eval.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import PrepareText from '../../src/commands/prepare/text.js';
import type { SplitName } from '../../src/corpus/manifest.js';
import { prepareRecall } from '../../src/corpus/recall.js';
import type { EvaluationReport, NetworkEvaluation } from '../../src/evaluation/report.js';
import { type CommandRun, runCommand, startZlm } from '../cli/capture.js';
import { generateText, prepareSmallCorpus } from '../small-corpus.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
});

afterAll(() => folder.remove());

/** Runs `zlm eval` on the backend whose figures are the same on every machine. */
function evaluate(...argv: string[]): Promise<CommandRun<EvaluationReport>> {
  return runCommand(Eval, [...argv, '--backend', 'cpu']);
}

/** The report of an evaluation that must succeed. */
async function reportOf(...argv: string[]): Promise<EvaluationReport> {
  const { result, stderr } = await evaluate(...argv);
  if (!result) throw new Error(stderr);
  return result;
}

/** The tokens of a split, from the text that the corpus was prepared from. */
function tokensOf(split: SplitName): string[] {
  return readFileSync(`data/small-text/${split}`, 'utf8').replaceAll('\n', ' <eos> ').trim().split(/\s+/);
}

describe('the figure', () => {
  it.each(['train', 'valid', 'test'] as const)(
    'eval counts N - 1 predictions of the %s split',
    async (split) => {
      const report = await reportOf('--split', split);
      expect(report).toMatchObject({ split, batch: 1, predictions: tokensOf(split).length - 1 });
    },
  );

  it('eval with a wider batch loses the first token of each column and those that do not fill the columns', async () => {
    const { predictions } = await reportOf('--batch', '7');
    expect(predictions).toBe(7 * (Math.floor(tokensOf('test').length / 7) - 1));
  });

  it('eval warns when the spec of the run was edited, which here changes what is computed', async () => {
    const spec = `runs/${RUN}/spec.yaml`;
    const text = readFileSync(spec, 'utf8');
    const before = await evaluate();
    writeFileSync(spec, text.replace('cell: 0,', 'cell: 0.5,'));
    const after = await evaluate();
    writeFileSync(spec, text);
    expect(before.stderr).not.toContain('warning');
    expect(after.stderr).toContain(
      `warning: <tmp>/${spec} was edited after the run was trained; what it says now is used`,
    );
    expect(after.result?.perplexity).not.toBe(before.result?.perplexity);
  });

  it('eval finds the perplexity of the validation in training for the same split and batch', async () => {
    const { best } = JSON.parse(readFileSync(`runs/${RUN}/status.json`, 'utf8'));
    const { perplexity } = await reportOf('--split', 'valid', '--batch', '4');
    expect(perplexity).toBeCloseTo(best.perplexity, 6);
  });

  it('eval prints the unigram perplexity of the split', async () => {
    const train = tokensOf('train');
    const asked = tokensOf('test').slice(1);
    // <unk> is in the vocabulary and never in train, so that every count has 1 added.
    const vocabulary = readFileSync('data/small/vocabulary.txt', 'utf8').split('\n').length - 1;
    const nll = asked.map((word) => {
      const count = train.filter((other) => other === word).length;
      return -Math.log((count + 1) / (train.length + vocabulary));
    });
    const { unigramPerplexity } = (await reportOf()) as NetworkEvaluation;
    expect(unigramPerplexity).toBeCloseTo(Math.exp(nll.reduce((sum, x) => sum + x) / asked.length), 6);
  });
});

describe('which run and which checkpoint', () => {
  it.each([
    ['a name', RUN],
    ['a path', `runs/${RUN}`],
    ['latest', 'latest'],
    ['the path of latest', './runs/latest/'],
  ])('eval takes %s', async (_, run) => {
    expect((await reportOf(run)).run).toBe(RUN);
  });

  it('eval takes the newest run by default, and runs elsewhere by --runs', async () => {
    await train('tiny.yaml', '--runs', 'elsewhere', '--name', 'newest', '--set', 'training.epochs=2');
    cpSync('elsewhere/newest', 'elsewhere/older', { recursive: true });
    expect(await reportOf('--runs', 'elsewhere')).toMatchObject({ run: 'newest', epochs: 2 });
    expect(await reportOf('--runs', 'elsewhere', 'older')).toMatchObject({ run: 'older' });
    expect(await reportOf()).toMatchObject({ run: RUN });
  });

  it('eval takes the best checkpoint by default and the last one by flag', async () => {
    await train('tiny.yaml', '--runs', 'two', '--name', 'run', '--set', 'training.epochs=2');
    cpSync('two/run/checkpoints/best.safetensors', 'epoch-2.safetensors');
    await train('--runs', 'two', '--resume', 'run', '--set', 'training.epochs=3');
    cpSync('epoch-2.safetensors', 'two/run/checkpoints/best.safetensors');
    const best = await reportOf('--runs', 'two');
    const last = await reportOf('--runs', 'two', '--checkpoint', 'last');
    expect([best.epochs, last.epochs]).toEqual([2, 3]);
    expect(best.perplexity).not.toBe(last.perplexity);
  });
});

describe('what it prints', () => {
  it.each([
    ['eval', 'eval.txt'],
    [`eval ${RUN} --split valid --batch 4 --checkpoint last`, 'eval-flags.txt'],
  ])('the whole output of zlm %s equals the golden file', async (command, golden) => {
    const { stdout, stderr, exitCode } = await evaluate(...command.split(' ').slice(1));
    const timeless = stdout.replace(/\S+ s on backend/, '<time> on backend');
    const text = `$ zlm ${command}\n── stdout\n${timeless}── stderr\n${stderr}`;
    expect(exitCode).toBe(0);
    await expect(text).toMatchFileSnapshot(`../golden/cli/${golden}`);
  });

  it('eval shows NLL and accuracy for each lag of a recall corpus, also as JSON of its schema', async () => {
    const lines = { train: 60, valid: 12, test: 20 };
    const task = { lags: [3, 6], words: 2, distractors: 2, lines, seed: 1 };
    await prepareRecall({ name: 'memory', task, dataFolder: 'data' });
    const where = ['--runs', 'recall-runs'];
    await train('tiny.yaml', '--set', 'corpus=memory', '--set', 'training.epochs=1', ...where);
    const { stdout } = await evaluate('--json', ...where);
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    const { recall } = JSON.parse(stdout);
    expect(recall.chance).toEqual({ nll: Math.log(2), accuracy: 0.5 });
    const [three, six] = recall.lags;
    expect([three.lag, six.lag, three.predictions + six.predictions]).toEqual([3, 6, 20]);
    const text = (await evaluate(...where)).stdout;
    expect(text).toMatch(/^ +lag +NLL +accuracy +recalled words$/m);
    expect(text).toContain(`     3  ${three.nll.toFixed(3)} `);
    expect(text).toMatch(/^chance +0\.693 +50\.0 %$/m);
  });

  it('eval --json prints JSON of its schema', async () => {
    const { stdout } = await evaluate('--json');
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      run: RUN,
      checkpoint: 'best',
      corpus: 'small',
      system: 'network',
      protocol: 'stream',
      backend: 'cpu',
    });
  });
});

describe('what it refuses', () => {
  it('eval says how to make a run when there is none', async () => {
    const { stderr, exitCode } = await evaluate('--runs', 'none');
    expect(exitCode).toBe(4);
    expect(stderr).toBe(
      [
        '✖ There is no run in none',
        '  → Train one: `zlm train configs/quickstart.yaml --runs none`.',
        '  → If runs lie elsewhere, name their folder with --runs.\n',
      ].join('\n'),
    );
  });

  it('eval refuses scales of a decoder of phones for a run that predicts text', async () => {
    const { stderr, exitCode } = await evaluate(RUN, '--bigram-scale', '2');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--bigram-scale is for runs that recognize speech, and ${RUN} predicts text`);
  });

  it('eval explains a missing best checkpoint before an epoch was validated, and takes the last one by flag', async () => {
    cpSync(`runs/${RUN}`, 'runs/young', { recursive: true });
    rmSync('runs/young/checkpoints/best.safetensors');
    const { stderr, exitCode } = await evaluate('young');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('Run young has no best checkpoint');
    expect(stderr).toContain('--checkpoint last');
    expect(await reportOf('young', '--checkpoint', 'last')).toMatchObject({ run: 'young' });
  });

  it('eval explains a missing corpus', async () => {
    const { stderr, exitCode } = await evaluate('--data', 'nowhere');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('There is no prepared corpus "small" in nowhere');
    expect(stderr).toContain('--data');
  });

  it('eval refuses a corpus that was prepared again with another vocabulary', async () => {
    await prepareSmallCorpus('changed', { train: `a word more\n${generateText(100, 1)}` });
    const { stderr, exitCode } = await evaluate('--data', 'changed');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('another vocabulary than that of changed/small');
    expect(stderr).toContain('Prepare the corpus as it was then');
  });

  it('eval refuses a batch that leaves a column nothing to predict, and names the widest', async () => {
    const tokens = tokensOf('test').length;
    const widest = Math.floor(tokens / 2);
    const { stderr, exitCode } = await evaluate('--batch', String(widest + 1));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`A batch of ${widest + 1} is too wide for the test split of small`);
    expect(stderr).toContain(`Take --batch ${widest} or less.`);
    expect(await reportOf('--batch', String(widest))).toMatchObject({ predictions: widest });
  });

  it('eval refuses a split with nothing to predict', async () => {
    writeFileSync('blank.txt', '\n');
    const texts = '--train data/small-text/train --valid data/small-text/valid --test blank.txt';
    await runCommand(PrepareText, ['small', '--data', 'blank', ...texts.split(' ')]);
    const { stderr, exitCode } = await evaluate('--data', 'blank');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('The test split of small has no two tokens, so there is nothing to predict');
  });
});

it('eval stops at Ctrl-C with exit code 130', async () => {
  await prepareSmallCorpus('long', { train: generateText(100_000, 1), valid: generateText(20, 2) });
  const few = ['--set', 'training.windowsPerEpoch=1', '--set', 'training.epochs=2'];
  await train('tiny.yaml', '--data', 'long', '--name', 'long', ...few);
  const argv = ['eval', 'long', '--data', 'long', '--split', 'train'];
  const { process: zlm, ended } = startZlm(argv, { cwd: folder.path });
  let working = false;
  zlm.stderr?.on('data', (text: string) => {
    if (working || !text.includes('train: ')) return;
    working = true;
    zlm.kill('SIGINT');
  });
  const { code, stdout, stderr } = await ended;
  expect(stderr).toMatch(/^backend wasm: [^\n]*\ntrain: \d+%.*\n✖ Interrupted\n$/s);
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
});
