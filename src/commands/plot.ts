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
    const { findRun } = await import('../runs/list-runs.js');
    const { curvesOf, groupBySeed, readRecord } = await import('../report/run-record.js');
    const { learningCurves } = await import('../figures/learning-curves.js');
    const { renderFigures } = await import('../figures/render.js');
    const { writeFileAtomically } = await import('../storage/atomic-write.js');
    const { out, runs } = this.flags;
    if (out === undefined) throw new UserError('usage', 'No file is named', ['Name one: `--out curve.svg`.']);
    const names = [...new Set(this.args.runs ?? ['latest'])];
    const found = await Promise.all(names.map((name) => findRun(runs, name)));
    const groups = groupBySeed(await Promise.all(found.map(readRecord)));
    const curves = curvesOf(groups);
    if (curves.length === 0) throw nothingToDraw(names);
    await writeFileAtomically(out, `${await renderFigures([learningCurves(curves)])}\n`);
    const drawn = groups
      .filter(({ name }) => curves.some((curve) => curve.name === name))
      .map(({ name, records }) => ({ name, runs: records.map((record) => record.name) }));
    return this.print({ figure: out, curves: drawn }, ({ figure }) => `figure ${figure}`);
  }
}

function nothingToDraw(names: readonly string[]): UserError {
  const message = `There is no epoch to draw in ${names.join(', ')}`;
  return new UserError('data', message, [
    'Name runs of networks that have trained an epoch: `zlm runs` lists them.',
  ]);
}
