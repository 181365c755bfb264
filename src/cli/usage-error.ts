/** Turns the parser's errors into short usage errors with a cure. */
import { type Command, Errors } from '@oclif/core';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';

/** The part of a command that the messages mention. */
export interface CommandSyntax {
  /** As typed: "zlm spec check". */
  readonly name: string;
  readonly flags: Readonly<Record<string, Pick<Command.Flag.Any, 'char'>>>;
}

/** Fields of oclif's parse errors, whose classes are not exported. */
interface ParseError extends Errors.CLIError {
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly name: string })[];
}

/**
 * Explains an error of parsing the command line.
 *
 * @param error  the parser's error
 * @param syntax the command whose line was parsed
 * @returns a usage error; or `error` itself when it is not about the command line
 */
export function explainParseError(error: unknown, syntax: CommandSyntax): unknown {
  const help = `See what it takes: ${syntax.name} --help`;
  if (error instanceof UserError) {
    return new UserError(error.kind, withoutOclifWords(error.message), [...error.cures, help]);
  }
  if (!(error instanceof Errors.CLIError) || error instanceof Errors.ExitError) return error;
  const { flags, args } = error as ParseError;
  if (flags) return unknownFlags(flags, syntax, help);
  return new UserError('usage', args ? aboutArguments(args) : withoutOclifWords(error.message), [help]);
}

function unknownFlags(flags: readonly string[], syntax: CommandSyntax, help: string): UserError {
  const known = Object.entries(syntax.flags).flatMap(([name, { char }]) =>
    char ? [`--${name}`, `-${char}`] : [`--${name}`],
  );
  const guesses = flags
    .map((flag) => didYouMean(flag.split('=', 1)[0] ?? flag, known))
    .filter((guess) => guess !== undefined);
  const message = `${syntax.name} has no flag${flags.length > 1 ? 's' : ''} ${flags.join(', ')}`;
  return new UserError('usage', message, [...guesses.map((guess) => `Did you mean ${guess}?`), help]);
}

function aboutArguments(args: readonly (string | { readonly name: string })[]): string {
  const plural = args.length > 1 ? 's' : '';
  const names = args.map((arg) => (typeof arg === 'string' ? `"${arg}"` : arg.name.toUpperCase())).join(', ');
  const missing = args.some((arg) => typeof arg !== 'string');
  return missing ? `Missing argument${plural}: ${names}` : `Too many arguments: ${names}`;
}

/** Rewrites "Parsing --length \n\texpects …\nSee more help with --help" as "--length expects …". */
function withoutOclifWords(message: string): string {
  return message
    .replace(/\nSee more help with --help/g, '')
    .replace(/^Parsing (--\S+) \n\t(?=expects )/, '$1 ')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^Flag (?=--)/, '')
    .replace(/ can only be specified once$/, ' can be given only once')
    .replace(/^Expected (--[^=\s]+)=(.*) to be one of: (.*)$/s, '$1 takes one of $3, not "$2"')
    .replace(/^Expected (.*) to be one of: (.*)$/s, '"$1" is not one of $2')
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(
      /(--[\w-]+)(?:=.*?)? cannot also be provided when using (--[\w-]+)/gs,
      '$1 cannot be given with $2',
    )
    .replace(
      /All of the following must be provided when using (--[\w-]+): (.*)/g,
      (_, flag: string, needed: string) => `${flag} needs ${needed.replaceAll(', ', ' and ')}`,
    );
}
