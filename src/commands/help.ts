import { Args, Command, loadHelpClass } from '@oclif/core';

/** `zlm help train`, for `zlm train --help`. It has no result, so it has no `--json`. */
export default class HelpCommand extends Command {
  static override summary = 'Show the help of zlm or of a command.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> prepare text',
  ];

  static override args = {
    command: Args.string({ description: 'The command, one or two words.', multiple: true }),
  };

  async run(): Promise<void> {
    const { argv } = await this.parse(HelpCommand);
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(argv as string[]);
  }
}
