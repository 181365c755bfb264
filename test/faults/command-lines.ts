/** Flags and arguments that are not possible. */
import { writeFileSync } from 'node:fs';
import PrepareText from '../../src/commands/prepare/text.js';
import { runCommand } from '../cli/capture.js';
import { train } from '../trained-folder.js';
import type { Fault } from './fault.js';

/** Usage faults that the command line alone shows. */
const SIMPLE: readonly (readonly [command: string, says: string, cure: string])[] = [
  ['eval --batch 0', '--batch expects a whole number of at least 1, not "0"', 'zlm eval --help'],
  ['eval --batch 1.5', '--batch expects a whole number of at least 1, not "1.5"', 'zlm eval --help'],
  ['eval --batch many', '--batch expects a whole number of at least 1, not "many"', 'zlm eval --help'],
  ['eval --batch 400', 'A batch of 400 is too wide for the test split of small', 'Take --batch 56 or less'],
  ['eval --split tset', '--split takes one of train, valid, test, not "tset"', 'zlm eval --help'],
  ['eval --checkpoint newest', '--checkpoint takes one of best, last, not "newest"', 'zlm eval --help'],
  [
    'eval --backend vulkan',
    '--backend takes one of auto, cuda, webgpu, native, tensorflow, wasm, cpu, not "vulkan"',
    'zlm eval --help',
  ],
  ['eval --chekpoint last', 'zlm eval has no flag --chekpoint', 'Did you mean --checkpoint?'],
  ['eval tiny twice', 'Too many arguments: "twice"', 'zlm eval --help'],
  ['eval --split', '--split expects', 'zlm eval --help'],
  ['sample --temp -1', '--temp expects a number of at least 0, not "-1"', 'zlm sample --help'],
  ['sample --temp hot', '--temp expects a number of at least 0, not "hot"', 'zlm sample --help'],
  ['sample --temp Infinity', '--temp expects a number of at least 0, not "Infinity"', 'zlm sample --help'],
  ['sample --length 0', '--length expects a whole number of at least 1, not "0"', 'zlm sample --help'],
  ['sample --count 0', '--count expects a whole number of at least 1, not "0"', 'zlm sample --help'],
  ['sample --top-k 0', '--top-k expects a whole number of at least 1, not "0"', 'zlm sample --help'],
  ['sample --seed 4294967296', '--seed expects a whole number from 0 to 4294967295', 'zlm sample --help'],
  [
    'sample --ban the,Heron',
    '--ban names "Heron", which is not in the vocabulary',
    'data/small/vocabulary.txt',
  ],
  ['train', 'There is nothing to train', 'zlm train configs/quickstart.yaml'],
  ['train --resume tiny --name other', '--resume cannot be given with --name', 'zlm train --help'],
  [
    'train tiny.yaml --dry-run --name other',
    'a dry run makes no run that could have a name',
    'Leave out --name',
  ],
  ['train tiny.yaml --name latest', '"latest" cannot be the name of a run', 'another word than latest'],
  ['train tiny.yaml --name a/b', '"a/b" cannot be the name of a run', 'Use letters, digits'],
  ["train tiny.yaml --name ''", '"" cannot be the name of a run', 'Use letters, digits'],
];

export const COMMAND_LINE_FAULTS: readonly Fault[] = [
  ...SIMPLE.map(([command, says, cure]): Fault => {
    return { what: command, command, exitCode: 2, says, cure };
  }),
  {
    what: 'a ban of every word',
    command:
      "sample --ban '<eos>,<unk>,the,a,every,and,near,river,heron,boat,fisherman,willow,stone,mill,old,quiet,silver,distant,waits,rests,turns,shines,sleeps,drifts,today,sometimes,often'",
    exitCode: 2,
    says: '--ban leaves no word to draw',
    cure: 'Ban fewer words',
  },
  {
    what: 'a prompt with an unknown character, for a vocabulary without <unk>',
    make: async () => {
      writeFileSync('letters.txt', 'we wait for the boat\n'.repeat(40));
      await runCommand(PrepareText, 'letters --text letters.txt --unit character --unknown fail'.split(' '));
      await train('tiny.yaml', '--name', 'letters', '--set', 'corpus=letters');
    },
    command: "sample letters --prompt 'zoo'",
    exitCode: 2,
    says: 'The prompt has "z", which is not in the vocabulary of letters',
    cure: 'data/letters/vocabulary.txt',
  },
  {
    what: 'a name that another run has',
    command: 'train tiny.yaml --name tiny',
    exitCode: 4,
    says: 'runs/tiny exists already',
    cure: 'zlm train --resume tiny',
  },
  {
    what: 'an override without a value',
    command: 'train tiny.yaml --set training.epochs',
    exitCode: 3,
    says: '--set training.epochs',
    cure: 'has the form key=value, such as training.epochs=5',
  },
  {
    what: 'an override of a key that does not exist',
    command: 'train tiny.yaml --set training.epoch=5',
    exitCode: 3,
    says: 'training.epoch is not a key',
    cure: 'did you mean training.epochs?',
  },
  {
    what: 'an override with a value of the wrong kind',
    command: 'train tiny.yaml --set model.layers=200',
    exitCode: 3,
    says: 'model.layers must be a list',
    cure: 'zlm spec explain model.layers',
  },
  {
    what: 'a run to continue with another model',
    command: 'train --resume tiny --set model.embedding=9',
    exitCode: 3,
    says: 'model.embedding: 8 in the run, 9 now',
    cure: 'zlm train --resume tiny',
  },
  {
    what: 'a run to end before the epoch that it has reached',
    command: 'train --resume tiny --set training.epochs=2',
    exitCode: 3,
    says: 'training.epochs is 2',
    cure: '--set training.epochs=3',
  },
];
