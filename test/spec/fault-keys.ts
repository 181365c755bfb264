import { join } from 'node:path';
import { SpecError } from '../../src/spec/diagnostics.js';
import { loadSpec } from '../../src/spec/load.js';
import { MINIMAL, specFolder } from './spec-files.js';

/** The keys of all faults of the smallest spec, changed by overrides as `--set` takes them; none when it is valid. */
export async function faultKeys(...overrides: string[]): Promise<string[]> {
  const folder = specFolder({ 'spec.yaml': MINIMAL });
  try {
    await loadSpec(join(folder, 'spec.yaml'), overrides);
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.faults.map((fault) => fault.key);
    throw error;
  }
}

/** The keys of all warnings of the smallest spec, changed by overrides. */
export async function warningKeys(...overrides: string[]): Promise<string[]> {
  const folder = specFolder({ 'spec.yaml': MINIMAL });
  const { warnings } = await loadSpec(join(folder, 'spec.yaml'), overrides);
  return warnings.map((warning) => warning.key);
}
