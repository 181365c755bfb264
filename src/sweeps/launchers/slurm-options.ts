/** The options of job arrays: the key `launcher.slurm` of a sweep file, and KEY=VALUE texts of the command line, by the same schema. */
import { didYouMean } from '../../did-you-mean.js';
import { UserError } from '../../errors.js';
import { SpecError } from '../../spec/diagnostics.js';
import { type LocatedMap, toPlain } from '../../spec/located.js';
import { applyOverrides } from '../../spec/overrides.js';
import { parseYaml } from '../../spec/yaml.js';
import { checkSweep, readSweepMap, type SweepFile } from '../sweep-file.js';
import { slurmKeys } from '../sweep-schema.js';
import type { SlurmOptions } from './batch-script.js';

/**
 * Returns the options in a sweep file, replaced by those of the command line.
 *
 * @param path  of the sweep file; null where there is none
 * @param texts such as "time=4:00:00"
 * @returns null when neither has any
 * @throws UserError('usage') for a text that is no option; SpecError for a value that is not allowed
 */
export async function slurmOptions(
  path: string | null,
  texts: readonly string[],
): Promise<SlurmOptions | null> {
  const root = path === null ? emptySweep() : await readSweepMap(path);
  const { root: changed, faults } = applyOverrides(root, texts.map(overrideOf));
  if (faults.length > 0) throw new SpecError(faults);
  checkSweep(changed, path ?? 'the options of Slurm');
  return (toPlain(changed) as SweepFile).launcher?.slurm ?? null;
}

function emptySweep(): LocatedMap {
  const parsed = parseYaml({ name: 'the options of Slurm', text: 'spec: none', kind: 'file' });
  if ('faults' in parsed || parsed.root.kind !== 'map') throw new Error('An empty sweep is no sweep');
  return parsed.root;
}

/** Returns the override of an option: a text needs no quotes on the command line. */
function overrideOf(text: string): string {
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const schema = Object.hasOwn(slurmKeys(), key) ? slurmKeys()[key] : undefined;
  if (schema) return `launcher.slurm.${key}=${schema.type === 'string' ? JSON.stringify(value) : value}`;
  const known = Object.keys(slurmKeys());
  const guess = didYouMean(key || text, known);
  throw new UserError('usage', `--slurm ${text} is no option of job arrays`, [
    ...(guess === undefined ? [] : [`Did you mean ${guess}=VALUE?`]),
    `These are: ${known.join(', ')}. Others of sbatch are in the list extra: --slurm 'extra=[--qos=long]'.`,
  ]);
}
