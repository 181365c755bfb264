import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { setFlag } from '../../cli/flags.js';
import type { Spec } from '../../spec/spec.generated.js';

/** The output of `--json`; see schemas/output/spec-show.schema.json. */
interface ShowResult {
  readonly file: string;
  /** The file, then the files that it extends, nearest first. */
  readonly files: readonly string[];
  /** SHA-256 of the resolved spec, in hex. */
  readonly hash: string;
  readonly spec: Spec;
}

export default class SpecShow extends BaseCommand<typeof SpecShow> {
  static override summary = 'Print a spec with its parents, overrides and defaults filled in.';

  static override description = 'The output is YAML and is itself a spec.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> naive',
    '<%= config.bin %> <%= command.id %> small --set model.layers.0.lstm=300 > wider.yaml',
    '<%= config.bin %> <%= command.id %> my.yaml --json',
  ];

  static override args = {
    file: Args.string({
      description: 'The YAML file, or a word for a spec that comes with zlm, such as small.',
      required: true,
    }),
  };

  static override flags = { set: setFlag };

  async run(): Promise<ShowResult> {
    const { loadSpec, specHash, specToYaml } = await import('../../spec/load.js');
    const { renderWarning } = await import('../../spec/diagnostics.js');
    const loaded = await loadSpec(await this.findSpec(this.args.file), this.flags.set);
    const { spec, path, files, warnings } = loaded;
    for (const warning of warnings) this.progress().note(renderWarning(warning));
    this.log(specToYaml(spec).trimEnd());
    return { file: path, files, hash: specHash(spec), spec };
  }
}
