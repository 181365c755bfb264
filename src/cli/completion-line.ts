/** A command line that is being typed: its flags and arguments so far. */
import type { Command } from '@oclif/core';

/** A word that may be inserted at the cursor. */
export interface Candidate {
  readonly word: string;
  /** A few words, for shells that show them. */
  readonly description?: string;
}

/** The words after the command, up to the one at the cursor. */
export class CommandLine {
  readonly arguments: readonly string[];
  /** The flag whose value comes next. */
  readonly openFlag: Command.Flag.Any | undefined;
  readonly flagsAreOver: boolean;
  private readonly given = new Map<string, string>();

  constructor(
    private readonly command: Command.Loadable,
    words: readonly string[],
  ) {
    const found: string[] = [];
    let open: Command.Flag.Any | undefined;
    let over = false;
    for (const word of words) {
      if (open) {
        this.given.set(open.name, word);
        open = undefined;
      } else if (over || !word.startsWith('-') || word === '-') found.push(word);
      else if (word === '--') over = true;
      else open = this.note(word);
    }
    this.arguments = found;
    this.openFlag = open;
    this.flagsAreOver = over;
  }

  flagNamed(name: string): Command.Flag.Any | undefined {
    return this.command.flags[name];
  }

  /** Returns a flag's value on the line, in its environment variable, or by default. */
  valueOf(name: string): string {
    const flag = this.command.flags[name];
    const fallback = flag?.type === 'option' ? flag.default : undefined;
    return this.given.get(name) ?? (process.env[flag?.env ?? ''] || String(fallback ?? ''));
  }

  /** Returns the flags that may still follow. */
  flagsLeft(): Candidate[] {
    return Object.values(this.command.flags)
      .filter((flag) => !flag.hidden && !(this.given.has(flag.name) && !isMultiple(flag)))
      .flatMap((flag) => {
        const description = flag.summary ?? flag.description ?? '';
        const names = flag.type === 'boolean' && flag.allowNo ? [flag.name, `no-${flag.name}`] : [flag.name];
        return names.map((name) => ({ word: `--${name}`, description }));
      })
      .concat({ word: '--help', description: 'Show the help of the command.' });
  }

  nextArgument(): Command.Arg.Any | undefined {
    const all = Object.entries(this.command.args).map(([name, argument]) => ({ ...argument, name }));
    const last = all.at(-1);
    return all[this.arguments.length] ?? (last && isMultiple(last) ? last : undefined);
  }

  /** Returns the flag of a word, if its value is the next word. */
  private note(word: string): Command.Flag.Any | undefined {
    const [, long, short, value] = /^(?:--([^=]+)|-(.))(?:=?(.+))?$/s.exec(word) ?? [];
    const flag = Object.values(this.command.flags).find(
      ({ name, char }) => name === long?.replace(/^no-/, '') || name === long || (short && char === short),
    );
    if (!flag) return undefined;
    this.given.set(flag.name, value ?? '');
    return flag.type === 'option' && value === undefined ? flag : undefined;
  }
}

function isMultiple(item: object): boolean {
  return 'multiple' in item && item.multiple === true;
}
