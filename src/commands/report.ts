import { join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { backendFlags, backendLine, backendOptions } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { dataFlag, pageFlag, runsFlag, sweepsFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';

/** The result for `--json`; see schemas/output/report.schema.json. */
interface ReportResult {
  /** The file. */
  readonly report: string;
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly runs: readonly string[] }[];
  /** Number of samples in it. */
  readonly samples: number;
}

export default class Report extends BaseCommand<typeof Report> {
  static override summary = 'Make one HTML page about runs or a sweep.';

  static override description =
    'The page has the results beside published ones, learning curves and bars with the spread over seeds, what sets the specs apart, the ' +
    'memory of the networks where `zlm inspect memory` has measured it, samples, environment and commands. It needs no network and no ' +
    'script. Runs of one spec that differ in their seed alone are one group. The page is written to the folder of the run or the sweep, or ' +
    'with several to report.html.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> latest',
    '<%= config.bin %> <%= command.id %> none vertical naive --out placement.html',
    '<%= config.bin %> <%= command.id %> sweeps/placement',
  ];

  static override args = {
    runs: Args.string({
      description: 'The runs or sweeps: names, paths, or latest; latest by default.',
      required: false,
      multiple: true,
    }),
  };

  static override flags = {
    out: pageFlag,
    title: Flags.string({ description: 'Title of the page.', helpValue: 'TEXT' }),
    samples: Flags.boolean({ description: 'Draw a sample from each group.', default: true, allowNo: true }),
    data: dataFlag,
    runs: runsFlag,
    sweeps: sweepsFlag,
    ...backendFlags,
  };

  async run(): Promise<ReportResult> {
    const { makeReport, namesOf } = await import('../report/make-report.js');
    const { writeFileAtomically } = await import('../storage/atomic-write.js');
    const { runs, sweeps, data, backend, title = null, samples } = this.flags;
    const onNote = (line: string) => this.progress().note(line);
    const request = {
      ...{ names: this.args.runs ?? ['latest'], title, samples, runsFolder: runs, sweepsFolder: sweeps },
      ...{ dataFolder: data, backend, backendOptions: backendOptions(this.flags, onNote) },
      ...{ command: this.commandLine(), version: this.config.version },
    };
    const named = new Set<string>();
    const made = await interruptible((signal) =>
      makeReport(request, {
        signal,
        onNote,
        onProgress: (progress) => this.progress().update(progress),
        onBackend: (active) => {
          // Once for all runs.
          if (!named.has(active.name)) onNote(backendLine(active));
          named.add(active.name);
        },
      }),
    );
    const out = this.flags.out ?? (made.folder === null ? 'report.html' : join(made.folder, 'report.html'));
    await writeFileAtomically(out, made.page);
    const result = { report: out, title: made.title, groups: namesOf(made.groups), samples: made.samples };
    return this.print(result, ({ report }) => `report ${report}`);
  }
}
