/**
 * Runs `zlm sample` as a user does. After an intended change of its text:
 * `npx vitest run test/commands/sample.test.ts --update`.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/sample.schema.json' with { type: 'json' };
import PrepareText from '../../src/commands/prepare/text.js';
import Sample from '../../src/commands/sample.js';
import type { NextWordsResult } from '../../src/sampling/next-words.js';
import type { SampleResult } from '../../src/sampling/sample.js';
import { type CommandRun, runCommand, startZlm, ZLM } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

/** Sentences with what an English text has besides words. */
const SPEECH = `We don't owe $ 5 to the U.S. today.
The states' debt isn't $ 7, it's $ 9.
Mr. Monroe can't pay, and we've paid 3 times!
`;

/** A model that learns something of it in a second. */
const QUICK_LEARNER = [
  'model.layers=[{ lstm: 16 }]',
  'model.init.uniform=0.4',
  'dropout={}',
  'training.bptt=15',
  'training.epochs=8',
  'training.optimizer.sgd.learningRate=3',
  'training.schedule.decay={ factor: 0.7, afterEpoch: 6 }',
];

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('speech.txt', SPEECH.repeat(20));
  await trainOn('speech', '--lower-case', '--numbers', 'N', '--punctuation', 'treebank');
  await trainOn('letters', '--unit', 'character', '--unknown', 'fail');
  writeFileSync('counted.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('counted.yaml', '--name', 'counted');
  await train('tiny.yaml', '--name', 'newest');
});

afterAll(() => folder.remove());

async function trainOn(corpus: string, ...form: string[]): Promise<void> {
  await runCommand(PrepareText, [corpus, '--text', 'speech.txt', ...form]);
  const sets = [`corpus=${corpus}`, ...QUICK_LEARNER].flatMap((set) => ['--set', set]);
  await train('tiny.yaml', '--name', corpus, ...sets);
}

/** Runs `zlm sample` on the backend whose figures are the same on every machine. */
function draw(...argv: string[]): Promise<CommandRun<SampleResult>> {
  return runCommand(Sample, [...argv, '--backend', 'cpu']);
}

/** The samples of a command that must succeed. */
async function samplesOf(...argv: string[]): Promise<SampleResult['samples']> {
  const { result, stderr } = await draw(...argv);
  if (!result) throw new Error(stderr);
  return result.samples;
}

/** The drawn tokens of the first sample, with spaces between. */
async function wordsOf(...argv: string[]): Promise<string> {
  return (await samplesOf(...argv))[0].tokens.join(' ');
}

describe('drawing', () => {
  it('sample draws one text for one seed and another text for another seed', async () => {
    const first = await wordsOf('--seed', '7');
    expect(await wordsOf('--seed', '7')).toBe(first);
    expect(await wordsOf('--seed', '8')).not.toBe(first);
  });

  it('sample draws as many tokens and samples as asked, and the samples differ', async () => {
    const samples = await samplesOf('--length', '30', '--count', '3');
    expect(samples.map(({ tokens }) => tokens.length)).toEqual([30, 30, 30]);
    expect(new Set(samples.map(({ text }) => text)).size).toBe(3);
    expect(await samplesOf('--length', '30')).toEqual(samples.slice(0, 1));
  });

  it('sample always takes the likeliest word at temperature 0, as with --top-k 1', async () => {
    const likeliest = await wordsOf('--temp', '0', '--seed', '1');
    expect(await wordsOf('--temp', '0', '--seed', '2')).toBe(likeliest);
    expect(await wordsOf('--top-k', '1', '--seed', '3')).toBe(likeliest);
    expect(await wordsOf('--top-k', '2')).not.toBe(likeliest);
  });

  it('sample draws from all words when there are fewer than K', async () => {
    expect(await wordsOf('--top-k', '1000000')).toBe(await wordsOf());
  });

  it('sample takes the newest run by default', async () => {
    expect((await draw('--length', '1')).result?.run).toBe('newest');
    expect((await draw(RUN, '--length', '1', '--checkpoint', 'last')).result).toMatchObject({
      run: RUN,
      checkpoint: 'last',
    });
  });

  it('sample continues the prompt, which changes what follows', async () => {
    const [{ text, tokens }] = await samplesOf('speech', '--prompt', "Mr. Monroe DON'T", '--length', '3');
    expect(text).toMatch(/^mr\. monroe don't/);
    expect(tokens).toHaveLength(3);
    const fromTheStart = await wordsOf('speech', '--temp', '0');
    expect(await wordsOf('speech', '--temp', '0', '--prompt', 'the')).not.toBe(fromTheStart);
  });
});

describe('banned words', () => {
  it('banned words are never drawn', async () => {
    expect(await wordsOf('--length', '300')).toMatch(/\b(the|a|every)\b/);
    expect(await wordsOf('--length', '300', '--ban', 'the,a,every')).not.toMatch(/\b(the|a|every)\b/);
    expect(await wordsOf('--length', '300', '--ban', '<eos>')).not.toContain('<eos>');
    const several = await wordsOf('--length', '300', '--ban', 'the,a', '--ban', 'every');
    expect(several).not.toMatch(/\b(the|a|every)\b/);
  });

  it('<unk> is banned by default, also if the vocabulary lacks it', async () => {
    expect(await wordsOf('--length', '300', '--temp', '100')).not.toContain('<unk>');
    expect(await wordsOf('--length', '300', '--temp', '100', '--ban', '')).toContain('<unk>');
    expect((await draw('letters')).exitCode).toBe(0);
  });
});

describe('--stop', () => {
  it('--stop ends each sample after its token and changes no token before it', async () => {
    const whole = await samplesOf('--length', '60', '--count', '3');
    const ended = await samplesOf('--length', '60', '--count', '3', '--stop', '<eos>');
    for (const [index, { tokens }] of ended.entries()) {
      const end = whole[index].tokens.indexOf('<eos>');
      expect(end).toBeGreaterThanOrEqual(0);
      expect(tokens).toEqual(whole[index].tokens.slice(0, end + 1));
    }
  });

  it('--stop refuses a word that is not in the vocabulary', async () => {
    const { stderr, exitCode } = await draw('--stop', 'zebra');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--stop names "zebra", which is not in the vocabulary of small');
  });
});

describe('--top-p', () => {
  it('--top-p draws the likeliest alone when its probability is enough, and all words at 1', async () => {
    expect(await wordsOf('--top-p', '1e-9', '--seed', '3')).toBe(await wordsOf('--temp', '0'));
    expect(await wordsOf('--top-p', '1')).toBe(await wordsOf());
    expect(await wordsOf('--top-p', '0.5')).not.toBe(await wordsOf());
  });

  it.each(['0', '1.1', 'much'])('--top-p refuses %s', async (share) => {
    const { stderr, exitCode } = await draw('--top-p', share);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--top-p expects a number above 0 and at most 1, not "${share}"`);
  });
});

describe('--next', () => {
  async function next(...argv: string[]): Promise<NextWordsResult> {
    const { result, stderr } = await runCommand<NextWordsResult>(Sample, [...argv, '--backend', 'cpu']);
    if (!result) throw new Error(stderr);
    return result;
  }

  it.each([RUN, 'counted'])(
    '--next gives the likeliest next words, whose probabilities over all words sum to 1: %s',
    async (run) => {
      const all = (await next(run, '--next', '100000', '--prompt', 'the')).next[0].words;
      expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      expect(all).toEqual(all.toSorted((a, b) => b.probability - a.probability));
      expect((await next(run, '--next', '3', '--prompt', 'the')).next[0].words).toEqual(all.slice(0, 3));
      expect(await wordsOf(run, '--temp', '0', '--length', '1', '--prompt', 'the', '--ban', '')).toBe(
        all[0].word,
      );
    },
  );

  it('--next prints a line for each word, and JSON of the schema', async () => {
    const { stdout } = await draw('counted', '--next', '2', '--prompt', 'the old');
    expect(stdout).toMatch(/^ +0\.\d{4} {2}\w+\n +0\.\d{4} {2}\w+\n$/);
    const { stdout: json } = await draw('--next', '2', '--json');
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('--next refuses every flag of drawing', async () => {
    const { stderr, exitCode } = await draw('--next', '2', '--length', '3');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--length');
  });
});

describe('--prompt-file', () => {
  it('--prompt-file continues each line by itself, with random numbers of its own', async () => {
    writeFileSync('prompts.txt', 'the old\nthe old\n\na heron\n');
    const samples = await samplesOf('--prompt-file', 'prompts.txt', '--length', '9');
    const begins = samples.map(({ text }) => text.split(/\s/).slice(0, 2).join(' '));
    expect([begins[0], begins[1], begins[3]]).toEqual(['the old', 'the old', 'a heron']);
    expect(samples).toHaveLength(4);
    expect(samples[0]).toEqual((await samplesOf('--prompt', 'the old', '--length', '9'))[0]);
    expect(samples[1]).toEqual((await samplesOf('--prompt', 'the old', '--length', '9', '--count', '2'))[1]);
  });

  it('--prompt-file refuses a file without lines, and --prompt beside it', async () => {
    writeFileSync('none.txt', '');
    expect(await draw('--prompt-file', 'none.txt')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('none.txt has no lines'),
    });
    expect((await draw('--prompt-file', 'prompts.txt', '--prompt', 'the')).exitCode).toBe(2);
  });
});

describe('what it prints', () => {
  it.each([
    ['words of a text whose punctuation was dropped', 'speech --count 2 --length 40 --temp 0.8', 'speech'],
    ['lines of a text that kept its own', `${RUN} --length 30 --prompt the\\ grand\\ heron`, 'lines'],
    ['characters', 'letters --length 120 --temp 0.5 --prompt We', 'letters'],
  ])('sample prints %s', async (_, command, golden) => {
    const argv = command.split(/(?<!\\) /).map((word) => word.replaceAll('\\', ''));
    const { stdout, stderr, exitCode } = await draw(...argv);
    const text = `$ zlm sample ${command}\n── stdout\n${stdout}── stderr\n${stderr}`;
    expect(exitCode).toBe(0);
    await expect(text).toMatchFileSnapshot(`../golden/cli/sample-${golden}.txt`);
  });

  it('sample names the unknown words of the prompt on stderr', async () => {
    const { stdout, stderr, result } = await draw('--prompt', 'the grand old Bismarck', '--length', '5');
    expect(stderr).toContain('Not in the vocabulary, read as <unk>: "grand", "bismarck"\n');
    expect(stdout).toMatch(/^the <unk> old <unk>/);
    expect(result?.unknownPromptWords).toEqual(['grand', 'bismarck']);
  });

  it('sample --json prints JSON of its schema', async () => {
    const { stdout } = await draw(
      '--json',
      '--count',
      '2',
      '--length',
      '5',
      '--prompt',
      'Bismarck',
      '--seed',
      '4',
    );
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({ seed: 4, unknownPromptWords: ['bismarck'] });
  });
});

describe('words appear as they are drawn', () => {
  /** Runs a sample without end, and interrupts it once it has written some text. */
  async function interrupted(...argv: string[]) {
    const endless = ['sample', ...argv, '--length', '100000000', '--backend', 'cpu'];
    const { process: zlm, ended } = startZlm(endless, { cwd: folder.path });
    let written = '';
    zlm.stdout?.on('data', (text: string) => {
      const wasEnough = written.length > 200;
      written += text;
      if (!wasEnough && written.length > 200) zlm.kill('SIGINT');
    });
    return ended;
  }

  it.each([
    ['a network of words', 'speech'],
    ['a network of characters', 'letters'],
    ['an n-gram model', 'counted'],
  ])('Ctrl-C leaves what was drawn, on a line of its own: %s', async (_, run) => {
    const { code, stdout, stderr } = await interrupted(run);
    expect(code).toBe(130);
    expect(stderr).toMatch(/^(backend cpu: [^\n]*\n)?✖ Interrupted\n$/);
    expect(stdout.endsWith('\n')).toBe(true);
    const [{ text }] = await samplesOf(run, '--length', '250');
    expect(stdout.slice(0, 200)).toBe(text.slice(0, 200));
  });

  it('Ctrl-C leaves what was drawn of each sample, one after the other', async () => {
    const { code, stdout } = await interrupted('speech', '--count', '3');
    expect(code).toBe(130);
    const samples = await samplesOf('speech', '--count', '3', '--length', '20');
    const texts = stdout.split('\n\n');
    expect(texts).toHaveLength(3);
    for (const [index, { text }] of samples.entries()) expect(texts[index].startsWith(text)).toBe(true);
  });

  it.each([
    ['one sample', ['--prompt', 'the old']],
    ['several samples', ['--count', '3']],
    ['several prompts', ['--prompt-file', 'lines.txt']],
  ])('a sample that ends in <eos> ends its line, and adds no empty one: %s', async (_, argv) => {
    writeFileSync('lines.txt', 'the old\na heron\n');
    const words = [RUN, '--stop', '<eos>', '--length', '60', ...argv];
    const samples = await samplesOf(...words);
    for (const { text } of samples) expect(text.endsWith('\n')).toBe(true);
    const { stdout } = await draw(...words);
    expect(stdout).toBe(samples.map(({ text }) => text).join('\n'));
    expect(JSON.parse((await draw(...words, '--json')).stdout).samples).toEqual(samples);
  });

  it('sample prints a first line for a reader of one line', async () => {
    const zlm = `${process.execPath} ${ZLM}`;
    const words = `sample ${RUN} --length 60 --backend cpu`;
    const shell = spawnSync('sh', ['-c', `${zlm} ${words} | head -n 1`], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    const [{ text }] = await samplesOf(RUN, '--length', '60');
    expect(shell.stdout).toBe(`${text.split('\n')[0]}\n`);
  });

  it('sample ends when its reader has closed the pipe', async () => {
    const argv = ['sample', '--length', '100000000', '--backend', 'cpu'];
    const { process: zlm, ended } = startZlm(argv, { cwd: folder.path });
    zlm.stdout?.once('data', () => zlm.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^backend cpu: [^\n]*\n$/);
  });

  it('sample --json prints nothing of the samples after an interruption', async () => {
    const argv = ['sample', '--json', '--length', '100000000', '--backend', 'cpu'];
    const { process: zlm, ended } = startZlm(argv, { cwd: folder.path });
    let working = false;
    zlm.stderr?.on('data', (text: string) => {
      if (working || !text.includes('sampling: ')) return;
      working = true;
      zlm.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: 'Interrupted' } });
  });
});
