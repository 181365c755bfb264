/** Runs `zlm score` as a user does. After an intended change of its text: `npx vitest run test/commands/score.test.ts --update`. */
import { writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/score.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import Score from '../../src/commands/score.js';
import type { EvaluationReport } from '../../src/evaluation/report.js';
import type { ScoreTotal } from '../../src/evaluation/score.js';
import { type CommandRun, runCommand, startZlm } from '../cli/capture.js';
import { generateText } from '../small-corpus.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('counted.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('counted.yaml', '--name', 'counted');
  writeFileSync('few.txt', 'The old heron waits\r\n\nthe zebra rests');
});

afterAll(() => folder.remove());

/** Runs `zlm score` on the backend whose figures are the same on every machine. */
function score(...argv: string[]): Promise<CommandRun<ScoreTotal>> {
  return runCommand(Score, [...argv, '--backend', 'cpu']);
}

describe('what it prints', () => {
  it.each([
    ['a row for each line', `${RUN} --in few.txt`, 'lines'],
    ['the tokens of each line', `${RUN} --in few.txt --per-token --carry-state`, 'tokens'],
    ['the scores of an n-gram model', 'counted --in few.txt', 'ngram'],
  ])('score prints %s', async (_, command, golden) => {
    const { stdout, stderr, exitCode } = await score(...command.split(' '));
    const text = `$ zlm score ${command}\n── stdout\n${stdout}── stderr\n${stderr}`;
    expect(exitCode).toBe(0);
    await expect(text).toMatchFileSnapshot(`../golden/cli/score-${golden}.txt`);
  });

  it.each([[RUN], [RUN, '--per-token', '--carry-state'], ['counted', '--per-token']])(
    'score --json prints lines of the schema: %s %s',
    async (...argv) => {
      const { stdout, result } = await score(...argv, '--in', 'few.txt', '--json');
      const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
      const objects = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(objects.map(({ type }) => type)).toEqual(['line', 'line', 'line', 'total']);
      for (const object of objects) {
        expect(validate(object), JSON.stringify(validate.errors)).toBe(true);
      }
      expect(objects.at(-1)).toEqual(result);
      expect(objects[2]).toMatchObject({ line: 3, unknownWords: ['zebra'] });
    },
  );
});

it('score with a carried state finds what zlm eval finds on the same text', async () => {
  const { result } = await score(RUN, '--in', 'data/small-text/test', '--carry-state');
  const report = (await runCommand<EvaluationReport>(Eval, [RUN, '--backend', 'cpu'])).result;
  expect(result).toMatchObject({ tokens: report?.predictions, unknownTokens: 0 });
  expect(result?.perplexity).toBeCloseTo(report?.perplexity ?? Number.NaN, 4);
});

it('score of an n-gram model finds what zlm eval finds, line by line or as a stream', async () => {
  const report = (await runCommand<EvaluationReport>(Eval, ['counted'])).result;
  for (const flags of [[], ['--carry-state']]) {
    const { result } = await score('counted', '--in', 'data/small-text/test', ...flags);
    expect(result).toMatchObject({ tokens: report?.predictions });
    expect(result?.perplexity).toBeCloseTo(report?.perplexity ?? Number.NaN, 8);
  }
});

describe('what it refuses', () => {
  it.each([
    ['a file that is not there', 'nowhere.txt', 'Cannot read nowhere.txt: no such file or folder'],
    ['a folder', 'data', 'it is a folder'],
  ])('score refuses %s', async (_, path, message) => {
    const { stdout, stderr, exitCode } = await score(RUN, '--in', path);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
    expect(stderr.toLowerCase()).toContain(message.toLowerCase());
  });

  it('score refuses text that is not UTF-8, and names its line', async () => {
    writeFileSync('latin.txt', Buffer.from('the mill\nthe m\xfcll\n', 'latin1'));
    const { stderr, exitCode } = await score(RUN, '--in', 'latin.txt');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('latin.txt:2');
  });
});

describe('a long text', () => {
  const long = (backend = 'cpu') => ['score', RUN, '--backend', backend, '--per-token'];

  it('score reads standard input and prints its lines in order', async () => {
    const { process: zlm, ended } = startZlm([...long(), '--json'], {
      cwd: folder.path,
      input: generateText(5000, 5),
    });
    expect(zlm.pid).toBeGreaterThan(0);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.slice(0, -1).map(({ line }) => line)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i + 1),
    );
    expect(objects.at(-1)).toMatchObject({ type: 'total', lines: 5000 });
  });

  it('score ends when its reader has closed the pipe', async () => {
    writeFileSync('long.txt', generateText(20_000, 6));
    const { process: zlm, ended } = startZlm([...long(), '--in', 'long.txt'], { cwd: folder.path });
    zlm.stdout?.once('data', () => zlm.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain('✖');
  });

  it('score stops at Ctrl-C with exit code 130 and leaves whole lines', async () => {
    writeFileSync('long.txt', generateText(60_000, 6));
    const { process: zlm, ended } = startZlm([...long(), '--in', 'long.txt'], { cwd: folder.path });
    zlm.stdout?.once('data', () => zlm.kill('SIGINT'));
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/✖ Interrupted\n$/);
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stdout).not.toContain('total');
  });

  it('score stops at Ctrl-C also while it waits for a line', async () => {
    const { process: zlm, ended } = startZlm(long(), { cwd: folder.path, input: null });
    zlm.stderr?.once('data', () => setTimeout(() => zlm.kill('SIGINT'), 1500));
    expect((await ended).code).toBe(130);
  });
});
