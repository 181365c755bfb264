import { Args, Flags } from '@oclif/core';
import { backendFlags, backendLine, backendOptions } from '../../cli/backend-flags.js';
import { BaseCommand } from '../../cli/base-command.js';
import { checkpointFlag, dataFlag, figureFlag, integerFlag, runsFlag, setFlag } from '../../cli/flags.js';
import { interruptible } from '../../cli/interrupt.js';
import type { MemoryResult } from '../../cli/memory-text.js';
import { UserError } from '../../errors.js';
import type { MemoryReport } from '../../inspect/memory.js';
import type { Progress } from '../../progress.js';
import type { OpenHooks } from '../../systems/system.js';

export default class InspectMemory extends BaseCommand<typeof InspectMemory> {
  static override summary = 'Measure how far back a network remembers.';

  static override description =
    'For each lag k: the norm of the gradient of the loss at step t for the state k steps before, and of the Jacobian between the two ' +
    'hidden states, at many positions of the valid split, without dropout and with it; and the perplexity after contexts of growing ' +
    'length. docs/inspect.md has the equations. The report on a run is kept in its folder, for `zlm report`.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --out memory.svg',
    '<%= config.bin %> <%= command.id %> vertical naive --lags 50',
    {
      description: 'A trained network under dropout that it was not trained with',
      command: '<%= config.bin %> <%= command.id %> none --set dropout.recurrent.rate=0.5',
    },
    { description: 'An untrained network', command: '<%= config.bin %> <%= command.id %> --spec small' },
  ];

  static override args = {
    runs: Args.string({
      description: 'The runs: names, paths, or latest; latest by default.',
      required: false,
      multiple: true,
    }),
  };

  static override flags = {
    spec: Flags.string({
      description: 'Inspect the untrained network of a spec instead of runs.',
      helpValue: 'SPEC',
    }),
    set: setFlag,
    lags: integerFlag({
      description: 'Largest lag and longest context.',
      default: 100,
      min: 1,
      max: 1000,
      helpValue: 'N',
    }),
    positions: integerFlag({
      description: 'Positions of the valid split, evenly spaced.',
      default: 256,
      min: 1,
      helpValue: 'N',
    }),
    out: figureFlag,
    checkpoint: checkpointFlag,
    data: dataFlag,
    runs: runsFlag,
    ...backendFlags,
  };

  async run(): Promise<MemoryResult> {
    const { renderMemory } = await import('../../cli/memory-text.js');
    const { spec, out } = this.flags;
    const runs = this.args.runs ?? [];
    if (spec !== undefined && runs.length > 0) throw bothNamed(spec);
    const networks = await interruptible(async (signal) => {
      const reports: MemoryReport[] = [];
      const named = runs.length > 0 ? runs : ['latest'];
      const names = spec === undefined ? named : [await this.findSpec(spec)];
      for (const name of names) reports.push(await this.inspect(name, signal));
      return reports;
    });
    if (out !== undefined) await this.writeFigures(networks, out);
    return this.print({ networks, figure: out ?? null }, renderMemory);
  }

  private async inspect(name: string, signal: AbortSignal): Promise<MemoryReport> {
    const { openFreshNetwork, openTrainedNetwork } = await import('../../systems/inspected-network.js');
    const { inspectMemory } = await import('../../inspect/memory.js');
    const { keepMemoryReport } = await import('../../inspect/kept-report.js');
    const { checkpoint, data, runs, backend, set, lags, positions } = this.flags;
    const onNote = (line: string) => this.progress().note(line);
    const onProgress = (progress: Progress) => this.progress().update(progress);
    const request = { dataFolder: data, backend, backendOptions: backendOptions(this.flags, onNote) };
    const hooks: OpenHooks = {
      signal,
      onProgress,
      onBackend: (active) => onNote(backendLine(active)),
      onWarning: onNote,
    };
    const { network, run, dispose } =
      this.flags.spec === undefined
        ? await openTrainedNetwork({ ...request, run: name, runsFolder: runs, checkpoint }, set, hooks)
        : await openFreshNetwork(name, set, request, hooks);
    try {
      const report = await inspectMemory(network, { lags, positions }, { signal, onProgress });
      const problem = run && (await keepMemoryReport(run, report));
      if (problem) onNote(`The report is not kept in the run's folder: ${problem}`);
      return report;
    } finally {
      dispose();
    }
  }

  private async writeFigures(networks: readonly MemoryReport[], out: string): Promise<void> {
    const { memoryFigures } = await import('../../inspect/memory-figures.js');
    const { renderFigures } = await import('../../figures/render.js');
    const { writeFileAtomically } = await import('../../storage/atomic-write.js');
    await writeFileAtomically(
      out,
      `${await renderFigures(memoryFigures(networks), { width: 1080, columns: 2 })}\n`,
    );
  }
}

function bothNamed(spec: string): UserError {
  return new UserError('usage', `Both --spec ${spec} and runs are named`, [
    'Name runs to inspect trained networks, or a spec to inspect an untrained one.',
  ]);
}
