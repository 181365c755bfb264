/** A small spec and its training keys, for functions of them. */
import { loadSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, networkOf, specFolder } from '../spec/spec-files.js';

/** @param overrides as `--set` takes them */
export async function specOf(...overrides: readonly string[]): Promise<NetworkSpec> {
  const folder = specFolder({ 'tiny.yaml': MINIMAL });
  return networkOf((await loadSpec(`${folder}/tiny.yaml`, overrides)).spec);
}

/** @param overrides as `--set` takes them */
export async function trainingOf(...overrides: readonly string[]): Promise<NetworkSpec['training']> {
  return (await specOf(...overrides)).training;
}
