import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { renderTable } from '../../cli/table.js';
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
    const { renderExplanation, treeRows } = await import('../../spec/explain.js');
    const { key } = this.args;
    const keys = key === undefined ? explainAll() : explainKey(key);
    const [first, ...below] = keys;
    if (key !== undefined && first) this.log(renderExplanation(first));
    if (key !== undefined && below.length > 0) this.log('');
    const tree = key === undefined ? keys : below;
    if (tree.length > 0) {
      this.log(renderTable([{ title: 'key' }, { title: 'title' }, { title: 'default' }], treeRows(tree)));
    }
    return { keys };
  }
}
