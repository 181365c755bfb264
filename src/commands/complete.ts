import { Command } from '@oclif/core';

/**
 * Asked by the scripts in completions/: `zlm complete -- WORDS`, the last of them up to the cursor. The first line says what
 * else the shell should do ("files", "open"), each other line is a word, a tab and its description.
 */
export default class Complete extends Command {
  static override summary = 'Print the words that may come next on a command line.';

  static override hidden = true;

  static override strict = false;

  async run(): Promise<void> {
    await this.parse(Complete);
    const { complete } = await import('../cli/completion.js');
    const { completionSources } = await import('../cli/completion-sources.js');
    const words = this.argv.slice(this.argv.indexOf('--') + 1);
    const { candidates, files, open } = await complete(words, completionSources(this.config));
    const directives = [files ? 'files' : '', open ? 'open' : ''].filter((word) => word !== '').join(' ');
    const lines = candidates.map(({ word, description = '' }) => `${word}\t${description.split('\n', 1)[0]}`);
    this.log([directives, ...lines].join('\n'));
  }

  /** A prompt is no place for an error. */
  override async catch(): Promise<void> {}
}
