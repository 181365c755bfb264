import { expect, it } from 'vitest';
import { unknownCommandError } from '../../src/cli/unknown-command.js';

const COMMANDS = ['train', 'eval', 'prepare:ptb', 'prepare:text', 'runs'].map((id) => ({
  id,
  hidden: false,
}));

it.each([
  [['trian'], 'train'],
  [['trian', 'configs/small.yaml'], 'train'],
  [['prepare', 'pbt'], 'prepare ptb'],
  [['prepare', 'txet', 'novels'], 'prepare text'],
])('%s is guessed to mean %s', (words, meant) => {
  expect(unknownCommandError(words, COMMANDS).cures).toContain(`Did you mean zlm ${meant}?`);
});

it('a word that resembles no command gets no guess', () => {
  expect(unknownCommandError(['translate'], COMMANDS).cures).toEqual(['See all commands: zlm --help']);
});

it('the message names the words that are too many for a command without arguments', () => {
  const { message, kind } = unknownCommandError(['runs', 'extra'], COMMANDS);
  expect(message).toBe('zlm runs takes no arguments, but was given "extra"');
  expect(kind).toBe('usage');
});
