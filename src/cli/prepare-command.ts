import { type Command, Flags } from '@oclif/core';
import type { PreparedSummary, PrepareOptions } from '../corpus/build/corpus-recipe.js';
import { shellWord } from '../shell-word.js';
import { BaseCommand } from './base-command.js';
import { interruptible } from './interrupt.js';
import { dataWords } from './place-flags.js';
import { type PrepareResult, renderPrepared, toPrepareResult } from './prepared-report.js';

/** `--force`: replace a corpus that was prepared otherwise. */
export const forceFlag = Flags.boolean({
  description: 'Replace a corpus of the same name that was prepared from other files or with other options.',
});

/** Who listens to a preparation, and who asked for it. */
type PrepareHooks = Pick<PrepareOptions, 'onProgress' | 'onNote' | 'signal' | 'command'>;

/** What the commands below `zlm prepare` share: progress, Ctrl-C, and how they report. */
export abstract class PrepareCommand<T extends typeof Command> extends BaseCommand<T> {
  /**
   * @param work       prepares the corpus, telling and heeding what it is handed
   * @param trainOn    the words that `zlm train` needs to train on the corpus: ["configs/small.yaml"]
   * @param dataFolder named in the next command when it is not the usual one
   */
  protected async prepare(
    work: (hooks: PrepareHooks) => Promise<PreparedSummary>,
    trainOn: (summary: PreparedSummary) => Promise<string[]>,
    dataFolder: string,
  ): Promise<PrepareResult> {
    const progress = this.progress();
    const summary = await interruptible(
      (signal) =>
        work({
          onProgress: (now) => progress.update(now),
          onNote: (line) => progress.note(line),
          signal,
          command: this.commandLine(),
        }),
      () => progress.note('stopping'),
    );
    const next = ['zlm', 'train', ...(await trainOn(summary)), ...dataWords(dataFolder)];
    return this.print(toPrepareResult(summary, next.map(shellWord).join(' ')), renderPrepared);
  }
}
