/** The help pages: oclif's, with the exit codes at the end of the first page, and zlm's error for unknown commands. */
import { CLIError } from '@oclif/core/errors';
import { CommandHelp, Help } from '@oclif/core/help';
import { EXIT_CODE_MEANINGS } from './exit-codes.js';
import { unknownCommandError } from './unknown-command.js';

class ZlmCommandHelp extends CommandHelp {
  /** Returns the description without the summary, which is the first line of the page. */
  protected override description(): string | undefined {
    const { summary, description = '' } = this.command;
    const rest = summary ? description : description.split('\n').slice(1).join('\n');
    return rest.trim() === '' ? undefined : this.wrap(rest.trim());
  }
}

/** The help class, which oclif loads by `oclif.helpClass` in package.json. */
export default class ZlmHelp extends Help {
  protected override CommandHelpClass = ZlmCommandHelp;

  override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    const rows = EXIT_CODE_MEANINGS.map(([code, meaning]): [string, string] => [String(code), meaning]);
    this.log(
      this.section('EXIT CODES', this.renderList(rows, { indentation: 2, stripAnsi: this.opts.stripAnsi })),
    );
    this.log('');
  }

  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv);
    } catch (error) {
      // oclif's help throws a CLIError only for an unknown command.
      if (!(error instanceof CLIError)) throw error;
      const flag = argv.findIndex((word) => word.startsWith('-'));
      const words = argv.slice(0, flag === -1 ? undefined : flag);
      throw unknownCommandError(words, this.config.commands);
    }
  }
}
