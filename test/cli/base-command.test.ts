import { Args, Flags } from '@oclif/core';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import errorSchema from '../../schemas/output/error.schema.json' with { type: 'json' };
import { BaseCommand } from '../../src/cli/base-command.js';
import { integerFlag, numberFlag, setFlag } from '../../src/cli/flags.js';
import { type FaultKind, UserError } from '../../src/errors.js';
import { runCommand } from './capture.js';

/** A command that succeeds or fails as its argument says. */
class Probe extends BaseCommand<typeof Probe> {
  static override args = { how: Args.string({ options: ['well', 'badly', 'usage', 'data', 'interrupted'] }) };

  static override flags = {
    temp: numberFlag({ min: 0 }),
    count: integerFlag({ min: 1, max: 9 }),
    set: setFlag,
    name: Flags.string({ char: 'n' }),
  };

  async run(): Promise<object> {
    const { how } = this.args;
    if (how === 'badly') throw new Error('the ceiling fell');
    if (how === 'usage' || how === 'data' || how === 'interrupted') {
      throw new UserError(how satisfies FaultKind, 'first line\nsecond line', ['do this', 'or that']);
    }
    this.progress().update({ label: 'probing', done: 1, total: 1, unit: 'files' });
    this.log('answered');
    return { ...this.flags };
  }
}

describe('a command that succeeds', () => {
  it('the result goes to stdout and the progress to stderr', async () => {
    expect(await runCommand(Probe, ['well', '--temp', '0.5'])).toEqual({
      stdout: 'answered\n',
      stderr: 'probing: 100% 1/1 files\n',
      exitCode: 0,
      result: { set: [], temp: 0.5 },
      error: undefined,
    });
  });

  it('--json prints the returned object alone', async () => {
    const { stdout } = await runCommand(Probe, ['--json', '--count', '3']);
    expect(JSON.parse(stdout)).toEqual({ json: true, set: [], count: 3 });
  });

  it('--set may be repeated and does not swallow the argument after it', async () => {
    const { result } = await runCommand(Probe, ['--set', 'a=1', '--set', 'b=2', 'well']);
    expect(result).toMatchObject({ set: ['a=1', 'b=2'] });
  });
});

describe('a command that fails', () => {
  it('a command may print its result first and still end with a fault', async () => {
    class Torn extends BaseCommand<typeof Torn> {
      async run(): Promise<object> {
        this.log('two of three are fine');
        this.failWith('spec');
        return { fine: 2 };
      }
    }
    expect(await runCommand(Torn, [])).toMatchObject({ stdout: 'two of three are fine\n', exitCode: 3 });
    expect(await runCommand(Torn, ['--json'])).toMatchObject({ stdout: '{\n  "fine": 2\n}\n', exitCode: 3 });
  });

  it.each([
    ['usage', 2],
    ['data', 4],
    ['interrupted', 130],
  ])('a %s fault is shown with its cures and exit code %d', async (kind, exitCode) => {
    const run = await runCommand(Probe, [kind]);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toBe('✖ first line\n  second line\n  → do this\n  → or that\n');
  });

  it('a bug is shown with its stack and a request to report it', async () => {
    const { exitCode, stderr } = await runCommand(Probe, ['badly']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^✖ Error: the ceiling fell\n {6}at .*base-command\.test\.ts/);
    expect(stderr).toContain('  → This is a bug in zlm. Please report it');
  });

  it.each([['usage'], ['data'], ['badly'], ['--nmae'], ['a', 'b']])(
    '--json prints an error as an object of the schema: %s',
    async (...argv) => {
      const { stdout, stderr, exitCode } = await runCommand(Probe, [...argv, '--json']);
      const printed = JSON.parse(stdout);
      const validate = new Ajv({ strict: true }).compile(errorSchema);
      expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
      expect(printed.error.exitCode).toBe(exitCode);
      expect(stderr).toBe('');
    },
  );
});

describe('a wrong command line', () => {
  it.each([
    [['--tmp=1'], 'zlm probe has no flag --tmp=1\n  → Did you mean --temp?'],
    [
      ['--tmp', '--nam=x'],
      'zlm probe has no flags --tmp, --nam=x\n  → Did you mean --temp?\n  → Did you mean --name?',
    ],
    [['--frobnicate'], 'zlm probe has no flag --frobnicate'],
    [['--temp', 'hot'], '--temp expects a number of at least 0, not "hot"'],
    [['--temp', ''], '--temp expects a number of at least 0, not ""'],
    [['--temp=-1'], '--temp expects a number of at least 0, not "-1"'],
    [['--temp', 'Infinity'], '--temp expects a number of at least 0, not "Infinity"'],
    [['--count', '2.5'], '--count expects a whole number from 1 to 9, not "2.5"'],
    [['--count', '10'], '--count expects a whole number from 1 to 9, not "10"'],
    [['--count'], '--count expects a value'],
    [['--count', '1', '--count', '2'], '--count can be given only once'],
    [['so', '--temp', '1'], '"so" is not one of well, badly, usage, data, interrupted'],
    [['well', 'more', 'most'], 'Too many arguments: "more", "most"'],
  ])('%j is explained with a cure', async (argv, message) => {
    const { stderr, exitCode, stdout } = await runCommand(Probe, argv);
    expect(stderr).toBe(`✖ ${message}\n  → See what it takes: zlm probe --help\n`);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });

  it('the message names the arguments that are missing', async () => {
    class ProbeMore extends BaseCommand<typeof ProbeMore> {
      static override args = { file: Args.string({ required: true }) };

      async run(): Promise<void> {}
    }
    const { stderr } = await runCommand(ProbeMore, []);
    expect(stderr).toBe('✖ Missing argument: FILE\n  → See what it takes: zlm probe more --help\n');
  });
});
