/** The error for an unknown command: an oclif hook (`command_not_found` in package.json). */
import type { Command, Hook } from '@oclif/core';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';

/**
 * Makes the error for words that name no command.
 *
 * @param words    the words before the first flag: ["prepare", "pbt"]
 * @param commands all commands
 */
export function unknownCommandError(
  words: readonly string[],
  commands: readonly Pick<Command.Loadable, 'id' | 'hidden'>[],
): UserError {
  const names = commands.filter(({ hidden }) => !hidden).map(({ id }) => id.replaceAll(':', ' '));
  const parent = names.find((name) => isPrefix(name.split(' '), words));
  if (parent !== undefined) return tooManyArguments(parent, words);
  const guess = guessCommand(words, names);
  const cures = guess === undefined ? [] : [`Did you mean zlm ${guess}?`];
  return new UserError('usage', `Unknown command: zlm ${words.join(' ')}`, [
    ...cures,
    'See all commands: zlm --help',
  ]);
}

/** Guesses the command that the first words mean; the words after them may be its arguments. */
function guessCommand(words: readonly string[], names: readonly string[]): string | undefined {
  const beginnings = [words, words.slice(0, 2), words.slice(0, 1)].map((part) => part.join(' '));
  return beginnings.map((beginning) => didYouMean(beginning, names)).find((guess) => guess !== undefined);
}

/** Makes the error for "runs extra", which oclif reads as a command of two words, since `runs` takes no arguments. */
function tooManyArguments(parent: string, words: readonly string[]): UserError {
  const extra = words.slice(parent.split(' ').length);
  return new UserError(
    'usage',
    `zlm ${parent} takes no arguments, but was given ${extra.map((word) => `"${word}"`).join(', ')}`,
    [`See what it takes: zlm ${parent} --help`],
  );
}

function isPrefix(prefix: readonly string[], words: readonly string[]): boolean {
  return prefix.length < words.length && prefix.every((word, index) => word === words[index]);
}

const hook: Hook.CommandNotFound = async ({ id, config }) => {
  throw unknownCommandError(id.split(':'), config.commands);
};

export default hook;
