/** Sweep files in a temporary folder, beside the small spec. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../../src/spec/diagnostics.js';
import { writeSmallSpec } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** Writes a sweep of the small spec and returns its path. */
export function writeSweep(yaml: string, folder = tempFolder(), name = 'trial.yaml'): string {
  mkdirSync(folder, { recursive: true });
  writeSmallSpec(folder);
  const path = join(folder, name);
  writeFileSync(path, yaml);
  return path;
}

/** Returns the faults that work fails with, as they are shown, with the path of the sweep as `trial.yaml`. */
export async function faultsOf(work: Promise<unknown>, path: string): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SpecError) return error.message.replaceAll(path, 'trial.yaml');
    throw error;
  }
  throw new Error('expected faults, but there were none');
}
