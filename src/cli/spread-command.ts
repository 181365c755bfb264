/** `zlm eval --ensemble … --launcher slurm`: from flags to an evaluation that is spread over the tasks of a job array. */
import { UserError } from '../errors.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import type { ReadingKey } from '../evaluation/member-reading.js';
import { methodNames } from '../evaluation/method.js';
import type { CombinedEvaluation } from '../evaluation/report.js';
import { findRun } from '../runs/list-runs.js';
import type { JobSettings } from '../sweeps/job-words.js';
import { slurmLauncher } from '../sweeps/launchers/slurm.js';
import { slurmOptions } from '../sweeps/launchers/slurm-options.js';
import { spreadEvaluation, spreadFolder } from '../sweeps/spread-evaluation.js';
import type { Asked } from './method-flags.js';
import { engineWords, zlmProgram } from './sweep-command.js';

/** The flags of `zlm eval` that count. */
type SpreadFlags = ReadingKey &
  Pick<JobSettings, 'backend'> &
  Parameters<typeof engineWords>[0] & {
    readonly runs: string;
    readonly data: string;
    readonly threads?: number | undefined;
    readonly slurm: readonly string[];
  };

/**
 * Evaluates an ensemble by a job array, with the options in the file of the sweep that is a member, and those of the command line.
 *
 * @param root the folder of zlm
 * @throws UserError('usage') when it is no plain ensemble
 */
export async function evaluateOnSlurm(
  asked: Asked,
  flags: SpreadFlags,
  root: string,
  hooks: EvaluationHooks,
): Promise<CombinedEvaluation> {
  const { runs, method } = 'combination' in asked ? asked.combination : { runs: [], method: null };
  const isPlain = method !== null && methodNames(method, runs.length).length === 1 && runs.length > 1;
  if (!isPlain || !('combination' in asked)) {
    throw new UserError(
      'usage',
      '--launcher slurm spreads the members of an ensemble without other methods',
      ['Name the members: --ensemble SWEEP, or --ensemble RUN RUN.', 'Leave out --launcher.'],
    );
  }
  const { split, batch, checkpoint, backend, threads, slurm } = flags;
  const [sweep] = asked.sweeps;
  const options = (await slurmOptions(sweep?.file ?? null, slurm)) ?? {};
  const first = await findRun(flags.runs, runs[0]);
  const name = `eval-${sweep?.name ?? first.name}`;
  const launcher = slurmLauncher({ zlm: zlmProgram(root), name, folder: spreadFolder(first), options });
  const request = {
    ...{ runs, split, batch, checkpoint, backend, jobFlags: engineWords(flags) },
    ...{ runsFolder: flags.runs, dataFolder: flags.data, threads: threads ?? options.cpus ?? 1 },
  };
  return await spreadEvaluation(request, launcher, hooks);
}
