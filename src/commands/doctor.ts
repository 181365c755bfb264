import { backendOptions, engineFlags } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import type { DoctorReport } from '../cli/doctor-report.js';
import { cacheFolder, dataFlag, runsFlag } from '../cli/flags.js';

export default class Doctor extends BaseCommand<typeof Doctor> {
  static override summary = 'Show what zlm finds on this machine: backends, folders, packages.';

  static override description =
    'Shows every backend with the reason why it can or cannot run and its measured rate, and the one that ' +
    '--backend auto takes. Ends with exit code 5 when it can take none.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description: 'The measured rates alone',
      command: '<%= config.bin %> <%= command.id %> --json | jq .backends',
    },
  ];

  static override flags = {
    data: dataFlag,
    runs: runsFlag,
    ...engineFlags,
  };

  async run(): Promise<DoctorReport> {
    const { gatherDoctorReport } = await import('../cli/doctor-report.js');
    const { renderDoctorReport } = await import('../cli/doctor-text.js');
    const { data, runs, cache } = this.flags;
    const report = await gatherDoctorReport({
      zlm: this.config.version,
      requiredNode: this.config.pjson.engines?.node ?? '',
      folders: { data, runs, cache: cacheFolder(cache) },
      backendOptions: backendOptions(this.flags, (line) => this.progress().note(line)),
    });
    this.print(report, renderDoctorReport, ['details']);
    if (report.auto === null) this.failWith('backend');
    return report;
  }
}
