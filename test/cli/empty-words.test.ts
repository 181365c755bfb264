/** An unset variable in a script leaves an empty word, which as a path would be the current folder, and as a name nothing. */
import { describe, expect, it } from 'vitest';
import Bench from '../../src/commands/bench.js';
import Doctor from '../../src/commands/doctor.js';
import Eval from '../../src/commands/eval.js';
import Metrics from '../../src/commands/metrics.js';
import PreparePtb from '../../src/commands/prepare/ptb.js';
import PrepareSotu from '../../src/commands/prepare/sotu.js';
import PrepareText from '../../src/commands/prepare/text.js';
import PrepareTopics from '../../src/commands/prepare/topics.js';
import Sample from '../../src/commands/sample.js';
import Score from '../../src/commands/score.js';
import SpecCheck from '../../src/commands/spec/check.js';
import SpecExplain from '../../src/commands/spec/explain.js';
import SpecShow from '../../src/commands/spec/show.js';
import Train from '../../src/commands/train.js';
import { type CommandClass, runCommand } from './capture.js';

async function refusalOf(command: CommandClass, argv: readonly string[]): Promise<string> {
  const { exitCode, stderr } = await runCommand(command, argv);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/\n {2}→ See what it takes: zlm [a-z ]+ --help\n$/);
  return stderr.split('\n', 1)[0] ?? '';
}

describe('an empty argument', () => {
  it.each<[string, CommandClass, string[]]>([
    ['RUN', Eval, ['']],
    ['RUN', Score, ['']],
    ['RUN', Sample, ['']],
    ['RUN', Metrics, ['']],
    ['SPEC', Train, ['']],
    ['SPEC', Bench, ['small', '']],
    ['FILES', SpecCheck, ['']],
    ['FILE', SpecShow, ['']],
    ['KEY', SpecExplain, ['']],
    ['NAME', PrepareText, ['', '--text', 'a.txt']],
    ['CORPUS', PrepareTopics, ['']],
  ])('%s of %o is refused by its name', async (name, command, argv) => {
    expect(await refusalOf(command, argv)).toBe(`✖ ${name} must not be an empty word`);
  });
});

describe('an empty value of a flag', () => {
  it.each<[string, string, CommandClass, string[]]>([
    ['--data', 'the path of a folder', Doctor, []],
    ['--runs', 'the path of a folder', Doctor, []],
    ['--cache', 'the path of a folder', Doctor, []],
    ['--in', 'the path of a file', Score, []],
    ['--prompt-file', 'the path of a file', Sample, []],
    ['--text', 'the path of a file', PrepareText, ['mine']],
    ['--from', 'the path of a file', PrepareSotu, []],
    ['--from', 'the path of a file', PreparePtb, []],
    ['--url', 'an address', PreparePtb, []],
    ['--vocabulary-of', 'a corpus', PrepareText, ['mine', '--text', 'a.txt']],
    ['--resume', 'a run', Train, []],
  ])('%s expects %s', async (flag, expected, command, argv) => {
    const refusal = await refusalOf(command, [...argv, flag, '']);
    expect(refusal).toMatch(new RegExp(`^✖ ${flag} expects ${expected}, not an empty word`));
  });
});
