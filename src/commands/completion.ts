import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';

/** The output of `--json`; see schemas/output/completion.schema.json. */
interface CompletionScript {
  readonly shell: 'bash' | 'zsh' | 'fish';
  /** Text for the shell to source. */
  readonly script: string;
}

export default class CompletionCommand extends BaseCommand<typeof CompletionCommand> {
  static override summary = 'Print the script with which a shell completes zlm commands.';

  static override description =
    'It completes commands, flags and their values, specs, runs, corpora and the keys that --set takes. It calls zlm itself, so ' +
    'it stays correct when zlm changes. Put the line for your shell into its start-up file.';

  static override examples = [
    { description: 'bash, in ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'zsh, in ~/.zshrc after compinit', command: 'source <(<%= config.bin %> completion zsh)' },
    {
      description: 'fish, in ~/.config/fish/config.fish',
      command: '<%= config.bin %> completion fish | source',
    },
  ];

  static override args = {
    shell: Args.option({ options: ['bash', 'zsh', 'fish'] as const })({
      description: 'The shell.',
      required: true,
    }),
  };

  async run(): Promise<CompletionScript> {
    const { shell } = this.args;
    const script = await readFile(join(this.config.root, 'completions', `zlm.${shell}`), 'utf8');
    return this.print({ shell, script }, (shown) => shown.script.trimEnd(), ['script']);
  }
}
