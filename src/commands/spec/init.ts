import { join } from 'node:path';
import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { dataFlag, specFileFlag } from '../../cli/flags.js';
import { dataWords } from '../../cli/place-flags.js';
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';

/** The output of `--json`; see schemas/output/spec-init.schema.json. */
interface InitResult {
  /** The file that was written; null without --out. */
  readonly file: string | null;
  readonly corpus: string;
  /** The spec as YAML. */
  readonly text: string;
}

export default class SpecInit extends BaseCommand<typeof SpecInit> {
  static override summary = 'Write a first spec for a corpus, with a comment at each line.';

  static override description =
    'Its size follows the length of the text, its task the kind of the corpus. It asks nothing, and trains in minutes.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> mine',
    '<%= config.bin %> <%= command.id %> mine --out mine.yaml && <%= config.bin %> train mine.yaml',
  ];

  static override args = {
    corpus: Args.string({ description: 'A corpus that was prepared, such as sotu.', required: true }),
  };

  static override flags = { out: specFileFlag, data: dataFlag };

  async run(): Promise<InitResult> {
    const { readAnyManifest } = await import('../../corpus/any-manifest.js');
    const { checkCorpusName } = await import('../../corpus/corpus-folder.js');
    const { missingCorpus } = await import('../../corpus/prepared.js');
    const { firstSpec } = await import('../../spec/first-spec.js');
    const { sizeOfCorpus } = await import('../../cli/corpus-size.js');
    const { corpus } = this.args;
    const { out = null, data } = this.flags;
    checkCorpusName(corpus);
    const manifest = await readAnyManifest(join(data, corpus));
    if (manifest === undefined) throw missingCorpus(data, corpus);
    const text = firstSpec(sizeOfCorpus(manifest));
    if (out === null) this.log(text.trimEnd());
    else await this.#write(out, text);
    return { file: out, corpus, text };
  }

  async #write(file: string, text: string): Promise<void> {
    const { isThere } = await import('../../storage/files.js');
    const { writeFileAtomically } = await import('../../storage/atomic-write.js');
    if (await isThere(file)) {
      throw new UserError('usage', `${file} is there already, and is kept`, [
        'Name another file with --out.',
        'Or delete the file, if it is no longer needed.',
      ]);
    }
    await writeFileAtomically(file, text);
    const words = ['zlm', 'train', file, ...dataWords(this.flags.data)].map(shellWord);
    this.log(`${file}: a first spec for ${this.args.corpus}\nnext: ${words.join(' ')}`);
  }
}
