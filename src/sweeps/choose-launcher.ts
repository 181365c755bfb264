/** Chooses what runs the jobs of a sweep: the command line, the sweep file, or what had them before. */
import { UserError } from '../errors.js';
import type { SlurmOptions } from './launchers/batch-script.js';
import type { LauncherName } from './launchers/launcher.js';
import { slurmOptions } from './launchers/slurm-options.js';
import { readSweep } from './sweep-file.js';
import { readRecord, type SweepFolder, sweepFolder } from './sweep-folder.js';

/** A launcher that was chosen, and the folder of the sweep. */
export interface ChosenLauncher {
  readonly name: LauncherName;
  readonly folder: SweepFolder;
  /** Of job arrays. */
  readonly options: SlurmOptions;
}

/**
 * Chooses a launcher: the named one; else Slurm where the sweep file has options of it; else what the sweep was last started with; else
 * processes of this machine.
 *
 * @param request `slurm` has KEY=VALUE texts of the command line
 * @throws SpecError for faults of the sweep file; UserError('usage') for options of Slurm beside another launcher
 */
export async function chooseLauncher({
  path,
  sweepsFolder,
  named,
  slurm,
}: {
  readonly path: string;
  readonly sweepsFolder: string;
  readonly named: LauncherName | null;
  readonly slurm: readonly string[];
}): Promise<ChosenLauncher> {
  const sweep = await readSweep(path);
  const options = await slurmOptions(path, slurm);
  const folder = sweepFolder(sweepsFolder, sweep.name);
  const last = (await readRecord(folder))?.launcher;
  const name = named ?? (options === null ? last : 'slurm') ?? 'local';
  if (name === 'local' && slurm.length > 0) {
    throw new UserError('usage', `--slurm ${slurm[0]} is for --launcher slurm`, ['Add --launcher slurm.']);
  }
  return { name, folder, options: options ?? {} };
}
