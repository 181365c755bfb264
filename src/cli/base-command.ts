/** The base of all commands: parsed flags, progress, `--json`, and errors. */
import { Command, Flags, type Interfaces, ux } from '@oclif/core';
import ansis from 'ansis';
import { type FaultKind, UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { visibleData, visibleJson, visibleLines } from '../visible.js';
import { EXIT_CODES } from './exit-codes.js';
import { inPlaces, type NamedFolders } from './place-flags.js';
import { ProgressReporter } from './progress.js';
import { reportError } from './report-error.js';
import { explainParseError } from './usage-error.js';

/** The flags of a command class, those of {@link BaseCommand} included. */
export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;

/** The arguments of a command class. */
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

/**
 * The base of every command: `class Train extends BaseCommand<typeof Train>`.
 *
 * A command's `run` ends with `return this.print(result, render)`: it prints the result as text, or with `--json` the object. It
 * fails by throwing a `UserError`; this class shows the error and throws it again, and its kind decides the exit code.
 */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    json: Flags.boolean({ description: 'Print the result as JSON.', helpGroup: 'GLOBAL' }),
  };

  protected flags!: FlagsOf<T>;
  protected args!: ArgsOf<T>;
  #progress: ProgressReporter | undefined;

  override async init(): Promise<void> {
    await super.init();
    const { baseFlags, enableJsonFlag, flags, args, strict } = this.ctor;
    try {
      const parsed = await this.parse({
        baseFlags,
        enableJsonFlag,
        flags,
        args: strictArguments(args),
        strict,
      });
      this.flags = parsed.flags as FlagsOf<T>;
      this.args = parsed.args as ArgsOf<T>;
    } catch (error) {
      throw explainParseError(error, {
        name: `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`,
        flags: { ...baseFlags, ...flags },
      });
    }
  }

  /** Returns the progress display on stderr: one for the whole command, stopped when it ends. */
  protected progress(): ProgressReporter {
    this.#progress ??= new ProgressReporter();
    return this.#progress;
  }

  /**
   * Prints a result as text, or nothing with `--json`, where oclif prints the object that `run` returns. The renderer gets the
   * result with every text made safe to show, so that its own colors are the only escape sequences.
   *
   * @param render  gets the width of the terminal, in columns; infinite where results go elsewhere
   * @param linesIn keys of the result whose texts may have several lines
   */
  protected print<Result>(
    result: Result,
    render: (result: Result, width: number) => string,
    linesIn: readonly string[] = [],
  ): Result {
    if (!this.jsonEnabled()) this.log(render(visibleData(result, linesIn), terminalWidth()));
    return result;
  }

  /** Stops the progress display and prints a text. */
  override log(text = ''): void {
    this.#progress?.stop();
    super.log(withOwnColors(text));
  }

  override logJson(json: unknown): void {
    this.#progress?.stop();
    ux.stdout(visibleJson(ux.colorizeJson(json, { pretty: true, theme: this.config.theme?.json })));
  }

  /** Returns the command line as the user can type it again. */
  protected commandLine(): string {
    const words = this.id?.split(':') ?? [];
    return [this.config.bin, ...words, ...this.argv].map(shellWord).join(' ');
  }

  /** Completes the commands in a cure with the folders of this one. */
  protected inPlaces(cure: string): string {
    // There are none where the command line itself is wrong.
    const { runs, data } = (this.flags ?? {}) as NamedFolders;
    return inPlaces(cure, { runs, data });
  }

  /** Finds the file of a named spec, which may be one that comes with zlm. */
  protected async findSpec(named: string): Promise<string> {
    const { findSpec } = await import('./shipped-specs.js');
    return findSpec(named, this.config.root, (line) => this.progress().note(line));
  }

  /** Sets a fault's exit code for a command that has printed its result. */
  protected failWith(kind: FaultKind): void {
    process.exitCode = EXIT_CODES[kind];
  }

  override async catch(error: Error): Promise<never> {
    this.#progress?.stop();
    reportError(error, this.jsonEnabled() ? 'json' : 'text', (cure) => this.inPlaces(cure));
    throw error;
  }

  override async finally(error: Error | undefined): Promise<void> {
    this.#progress?.stop();
    await super.finally(error);
  }
}

/**
 * Keeps oclif from reading missing arguments from a pipe, which in a shell loop would consume the loop's input; and refuses an
 * empty word, as from an unset variable in a script, which would be the current folder or nothing at all.
 */
function strictArguments(args: Interfaces.ArgInput): Interfaces.ArgInput {
  const strict = Object.entries(args).map(([name, arg]) => {
    const parse: typeof arg.parse = (input, ...rest) => {
      if (input === '') throw new UserError('usage', `${name.toUpperCase()} must not be an empty word`);
      return arg.parse(input, ...rest);
    };
    return [name, { ...arg, ignoreStdin: true, parse }];
  });
  return Object.fromEntries(strict);
}

/** Returns the columns of the terminal that shows results; infinite where they go elsewhere. */
function terminalWidth(): number {
  // A terminal may say that it has none, such as one that was just opened.
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** The colors and weights that zlm uses: they change how text looks, and move or hide nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with a control character
const OWN_STYLE = /(\u001b\[(?:1|2|4|22|24|3[0-79]|9[0-7])m)/;

/**
 * Makes all control characters visible except our own colors. Renderers get data that is already safe; this catches what a
 * renderer adds itself.
 */
export function withOwnColors(text: string): string {
  if (ansis.level === 0) return visibleLines(text);
  return text
    .split(OWN_STYLE)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}
