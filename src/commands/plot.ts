import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { figureFlag, runsFlag } from '../cli/flags.js';
import { UserError } from '../errors.js';

/** The result for `--json`; see schemas/output/plot.schema.json. */
interface PlotResult {
  /** The file. */
  readonly figure: string;
  readonly curves: readonly { readonly name: string; readonly runs: readonly string[] }[];
}

export default class Plot extends BaseCommand<typeof Plot> {
  static override summary = 'Draw the perplexity per epoch of runs, as SVG.';

  static override description =
    'Runs of one spec that differ in their seed alone are one curve, with the range over the seeds around it. Up to three curves ' +
    'also show the perplexity on the training text. The drawing follows the light or dark scheme of the reader.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> latest --out curve.svg',
    '<%= config.bin %> <%= command.id %> none vertical naive --out placement.svg',
  ];

  static override args = {
    runs: Args.string({
      description: 'The runs: names, paths, or latest; latest by default.',
      required: false,
      multiple: true,
    }),
  };

  static override flags = { out: figureFlag, runs: runsFlag };

  async run(): Promise<PlotResult> {
    const { drawCurves, namesOf } = await import('../report/make-report.js');
    const { writeFileAtomically } = await import('../storage/atomic-write.js');
    const { out, runs } = this.flags;
    if (out === undefined) throw new UserError('usage', 'No file is named', ['Name one: `--out curve.svg`.']);
    const { svg, groups } = await drawCurves(this.args.runs ?? ['latest'], runs);
    await writeFileAtomically(out, `${svg}\n`);
    return this.print({ figure: out, curves: namesOf(groups) }, ({ figure }) => `figure ${figure}`);
  }
}
