/** What all commands share: parsed flags, progress, `--json`, and one way to fail. */
import { Command, Flags, type Interfaces, ux } from '@oclif/core';
import type { FaultKind } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { visibleData, visibleJson } from '../visible.js';
import { EXIT_CODES } from './exit-codes.js';
import { withOwnColors } from './own-colors.js';
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
 * A command's `run` ends with `return this.print(result, render)`: the result as text, or under `--json` the object itself.
 * It fails by throwing a `UserError`; the error is shown here and thrown on, and its kind decides the exit code.
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
        args: neverFromStdin(args),
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

  /** The progress display on stderr; one for the whole command, stopped when it ends. */
  protected progress(): ProgressReporter {
    this.#progress ??= new ProgressReporter();
    return this.#progress;
  }

  /**
   * Prints a result as text, or nothing under `--json`, where oclif prints the object that `run` returns. The renderer
   * gets the result with every text in it safe to show, so that its own colors are the only escape sequences.
   *
   * @param linesIn keys of the result whose texts may have several lines
   */
  protected print<Result>(
    result: Result,
    render: (result: Result) => string,
    linesIn: readonly string[] = [],
  ): Result {
    if (!this.jsonEnabled()) this.log(render(visibleData(result, linesIn)));
    return result;
  }

  /** Prints a text below the progress display, which ends here. */
  override log(text = ''): void {
    this.#progress?.stop();
    super.log(withOwnColors(text));
  }

  override logJson(json: unknown): void {
    this.#progress?.stop();
    ux.stdout(visibleJson(ux.colorizeJson(json, { pretty: true, theme: this.config.theme?.json })));
  }

  /** The command line as it can be typed again. */
  protected commandLine(): string {
    const words = this.id?.split(':') ?? [];
    return [this.config.bin, ...words, ...this.argv].map(shellWord).join(' ');
  }

  /** A cure whose commands find what this one worked on. */
  protected inPlaces(cure: string): string {
    // There are none where the command line itself is wrong.
    const { runs, data } = (this.flags ?? {}) as NamedFolders;
    return inPlaces(cure, { runs, data });
  }

  /** The file of a spec that was named, which may be one that comes with zlm. */
  protected async findSpec(named: string): Promise<string> {
    const { findSpec } = await import('./shipped-specs.js');
    return findSpec(named, this.config.root, (line) => this.progress().note(line));
  }

  /** Lets a command that has printed its result end with a fault's exit code all the same. */
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

/** Arguments that oclif will not read from a pipe when they are absent: in a shell loop that would eat its input. */
function neverFromStdin(args: Interfaces.ArgInput): Interfaces.ArgInput {
  return Object.fromEntries(Object.entries(args).map(([name, arg]) => [name, { ...arg, ignoreStdin: true }]));
}
