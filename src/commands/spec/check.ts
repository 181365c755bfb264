import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { setFlag } from '../../cli/flags.js';
import type { FileReport } from '../../spec/check-files.js';
import { visibleLines } from '../../visible.js';

/** The output of `--json`; see schemas/output/spec-check.schema.json. */
interface CheckResult {
  readonly ok: boolean;
  readonly files: readonly Omit<FileReport, 'text'>[];
}

export default class SpecCheck extends BaseCommand<typeof SpecCheck> {
  static override summary = 'Check specs and show every fault with its line.';

  static override description =
    'Each file is resolved with the files that it extends and the overrides, and checked against the schema and across keys. ' +
    'Ends with exit code 3 when any file has a fault.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> my.yaml',
    '<%= config.bin %> <%= command.id %> configs/*.yaml',
    '<%= config.bin %> <%= command.id %> small --set training.bptt=35',
  ];

  static override args = {
    files: Args.string({
      description: 'The YAML files to check, or words for specs that come with zlm.',
      required: true,
      multiple: true,
    }),
  };

  static override flags = { set: setFlag };

  async run(): Promise<CheckResult> {
    const { checkSpecs, renderReports } = await import('../../spec/check-files.js');
    const reports = await checkSpecs(this.args.files, this.flags.set, (file) => this.findSpec(file));
    this.log(visibleLines(renderReports(reports)));
    const ok = reports.every((report) => report.ok);
    if (!ok) this.failWith('spec');
    return { ok, files: reports.map(({ text: _text, ...report }) => report) };
  }
}
