/** Runs every command on data with control characters, none of which may reach the terminal. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { captureOutput } from '@oclif/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Bench from '../../src/commands/bench.js';
import Doctor from '../../src/commands/doctor.js';
import Eval from '../../src/commands/eval.js';
import PrepareText from '../../src/commands/prepare/text.js';
import PrepareTopics from '../../src/commands/prepare/topics.js';
import Runs from '../../src/commands/runs.js';
import Sample from '../../src/commands/sample.js';
import SpecCheck from '../../src/commands/spec/check.js';
import SpecExplain from '../../src/commands/spec/explain.js';
import SpecShow from '../../src/commands/spec/show.js';
import Train from '../../src/commands/train.js';
import { visibleLines } from '../../src/visible.js';
import { TrainedFolder, train } from '../trained-folder.js';
import { type CommandClass, loadOptions, spawnZlm } from './capture.js';

/** Clears the screen, sets the title, and turns text around, by C0, C1 and Unicode. */
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066\u007f';
/** Its visible form. */
const SHOWN = '\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202e\\u2066\\x7f';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  const words = `the ${HOSTILE}heron waits near the ${HOSTILE}river\n`;
  writeFileSync('words.txt', words.repeat(300));
  await printed(PrepareText, ['words', '--text', 'words.txt']);
  await train('tiny.yaml', '--name', 'words', '--set', 'corpus=words', '--set', 'training.epochs=2');
});

afterAll(() => folder.remove());

/** Returns the output of a command, with colors. */
async function printed(command: CommandClass, argv: readonly string[]): Promise<string> {
  command.id = command.name.replace(/(?<=[a-z])(?=[A-Z])/g, ':').toLowerCase();
  const { stdout, stderr } = await captureOutput(async () => command.run([...argv], await loadOptions()), {
    stripAnsi: false,
  });
  process.exitCode = undefined;
  return stdout + stderr;
}

/** Changes a text file of the trained run. */
function changeRun(name: string, file: string, change: (text: string) => string): void {
  mkdirSync(`runs/${name}`, { recursive: true });
  writeFileSync(`runs/${name}/${file}`, change(readFileSync(`runs/tiny/${file}`, 'utf8')));
}

describe('shows every hostile text in its visible form:', () => {
  it.each<[what: string, command: CommandClass, argv: string[], prepare?: () => void]>([
    ['words in samples', Sample, ['words', '--backend', 'cpu']],
    ['prompt words that are unknown', Sample, ['words', '--prompt', `${HOSTILE}x`, '--backend', 'cpu']],
    ['banned words', Sample, ['words', '--ban', HOSTILE, '--backend', 'cpu']],
    ['words of topics', PrepareTopics, ['words', '--topics', '2', '--iterations', '2']],
    ['names of text files', PrepareText, ['other', '--text', `${HOSTILE}.txt`]],
    ['names of corpora', PrepareText, [HOSTILE, '--text', 'words.txt']],
    [
      'words that are not in the vocabulary',
      PrepareText,
      [
        'other',
        '--train',
        'data/small-text/train',
        '--valid',
        'words.txt',
        '--test',
        'words.txt',
        '--unknown',
        'fail',
      ],
    ],
    ['names of specs that are missing', Train, [`${HOSTILE}.yaml`]],
    ['lines of specs', SpecCheck, ['hostile.yaml'], writeHostileSpec],
    ['lines of specs that are shown', SpecShow, ['hostile.yaml'], writeHostileSpec],
    [
      'names of specs',
      SpecCheck,
      [`${HOSTILE}.yaml`],
      () => writeFileSync(`${HOSTILE}.yaml`, 'corpus: ptb\n'),
    ],
    ['overrides', SpecShow, ['tiny.yaml', '--set', `training.bptt="${HOSTILE}"`]],
    ['keys that are asked for', SpecExplain, [`training.${HOSTILE}`]],
    [
      'specs that are timed',
      Bench,
      [`${HOSTILE}.yaml`, '--backend', 'cpu'],
      () => writeFileSync(`${HOSTILE}.yaml`, '1'),
    ],
    ['names of runs', Runs, [], () => changeRun(HOSTILE, 'status.json', (text) => text)],
    [
      'corpora of runs',
      Runs,
      [],
      () => changeRun('renamed', 'status.json', (text) => text.replace('"small"', JSON.stringify(HOSTILE))),
    ],
    ['runs that are missing', Eval, [HOSTILE]],
    ['folders of runs', Runs, ['--runs', HOSTILE]],
    [
      'folders of finished runs',
      Train,
      ['--resume', 'tiny', '--runs', HOSTILE, '--backend', 'cpu'],
      copyRuns,
    ],
    ['folders of evaluated runs', Eval, ['tiny', '--data', HOSTILE, '--backend', 'cpu']],
    [
      'compilers and folders of corpora',
      Doctor,
      ['--cc', HOSTILE, '--data', HOSTILE],
      () => mkdirSync(`${HOSTILE}/${HOSTILE}`, { recursive: true }),
    ],
  ])(
    '%s are shown in their visible form',
    async (_, command, argv, prepare) => {
      prepare?.();
      const text = await printed(command, argv);
      expect(text).toContain(SHOWN);
      expect(text).toBe(visibleLines(text));
    },
    60_000,
  );

  it('names of tensors in a checkpoint are shown in their visible form', async () => {
    for (const file of ['spec.yaml', 'status.json']) changeRun('tensors', file, (text) => text);
    mkdirSync('runs/tensors/checkpoints', { recursive: true });
    const place = 'checkpoints/best.safetensors';
    const bytes = readFileSync(`runs/tiny/${place}`);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    const {
      __metadata__: { 'zlm.sha256': _, ...metadata },
      ...tensors
    } = header;
    const renamed = Object.entries(tensors).map(([name, tensor]) => [`${name}${HOSTILE}`, tensor]);
    const text = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(renamed) }));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(`runs/tensors/${place}`, Buffer.concat([size, text, bytes.subarray(8 + length)]));
    const shown = await printed(Eval, ['tensors', '--backend', 'cpu']);
    expect(shown).toBe(visibleLines(shown));
    expect(shown).toContain(SHOWN);
  });
});

function writeHostileSpec(): void {
  writeFileSync('hostile.yaml', `corpus: small\nmodle: 1 # ${HOSTILE}\n`);
}

function copyRuns(): void {
  mkdirSync(`${HOSTILE}/tiny/checkpoints`, { recursive: true });
  for (const file of [
    'spec.yaml',
    'status.json',
    'metrics.jsonl',
    'checkpoints/last.safetensors',
    'checkpoints/best.safetensors',
  ])
    writeFileSync(`${HOSTILE}/tiny/${file}`, readFileSync(`runs/tiny/${file}`));
}

it('colors of zlm remain beside hostile data, and hostile data add no color', async () => {
  const red = '\u001b[31mred';
  changeRun(red, 'status.json', (text) => text);
  const { stdout } = await spawnZlm(['runs'], {
    cwd: process.cwd(),
    env: { FORCE_COLOR: '1', NO_COLOR: undefined },
  });
  expect(stdout).toContain('\\x1b[31mred');
  expect(stdout).toContain('\u001b[32mfinished\u001b[39m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looks for escape sequences
  expect(stdout.match(/\u001b\[3[0-68]m/g)?.every((code) => code === '\u001b[32m')).toBe(true);
}, 30_000);

it('carets stay below their place where the line shows escapes', async () => {
  writeFileSync('caret.yaml', 'corpus: small\nmodel: { "\u009b2J\u202e": 1, embeddin: 8 }\n');
  const text = await printed(SpecCheck, ['caret.yaml']);
  const lines = text.split('\n');
  const marked = lines.slice(1).flatMap((line, index) => {
    const carets = /\^+/.exec(line);
    return carets ? [lines[index]?.slice(carets.index, carets.index + carets[0].length)] : [];
  });
  expect(marked).toEqual(['model', '"\\x9b2J\\u202e"', 'embeddin']);
});

it('JSON keeps the values and writes control characters as its own escapes', async () => {
  const { stdout } = await spawnZlm(['sample', 'words', '--backend', 'cpu', '--json'], {
    cwd: process.cwd(),
  });
  expect(stdout).toBe(visibleLines(stdout));
  expect(JSON.parse(stdout).samples[0].text).toContain(HOSTILE);
}, 30_000);
