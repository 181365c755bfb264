import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import type { Explanation } from '../../spec/explain.js';

/** The output of `--json`; see schemas/output/spec-explain.schema.json. */
interface ExplainResult {
  /** The named key, then the keys below it; without a name, all keys. */
  readonly keys: readonly Explanation[];
}

export default class SpecExplain extends BaseCommand<typeof SpecExplain> {
  static override summary = 'Explain a key of the spec: its meaning, values and default.';

  static override description = 'Without a key, lists all keys.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> model.layers',
    '<%= config.bin %> <%= command.id %> training.schedule.decay',
  ];

  static override args = {
    key: Args.string({
      description: 'A key such as training.bptt; list items by index, as in model.layers.0.',
    }),
  };

  async run(): Promise<ExplainResult> {
    const { explainAll, explainKey } = await import('../../spec/explain.js');
    const { renderExplanations } = await import('../../cli/explanation-text.js');
    const { key } = this.args;
    const keys = key === undefined ? explainAll() : explainKey(key);
    return this.print({ keys }, (shown, width) => renderExplanations(shown.keys, key !== undefined, width));
  }
}
