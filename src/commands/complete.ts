import { Command } from '@oclif/core';

/**
 * The command that the scripts in completions/ call: `zlm complete -- WORDS`, where the last word ends at the cursor. The first
 * line tells the shell what else to do ("files", "open"); each other line is a word, a tab and its description.
 */
export default class Complete extends Command {
  static override summary = 'Print the words that may come next on a command line.';

  static override hidden = true;

  static override strict = false;

  async run(): Promise<void> {
    await this.parse(Complete);
    const { complete, completionSources } = await import('../cli/completion.js');
    const words = this.argv.slice(this.argv.indexOf('--') + 1);
    const { candidates, files, open } = await complete(words, completionSources(this.config));
    const directives = [files ? 'files' : '', open ? 'open' : ''].filter((word) => word !== '').join(' ');
    const lines = candidates.map(({ word, description = '' }) => `${word}\t${description.split('\n', 1)[0]}`);
    this.log([directives, ...lines].join('\n'));
  }

  /** Prints nothing: an error message would garble the prompt. */
  override async catch(): Promise<void> {}
}
