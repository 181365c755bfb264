import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SpecError } from '../../src/spec/diagnostics.js';
import { isNgram, type NetworkSpec, type Spec } from '../../src/spec/systems.js';
import { tempFolder } from '../temp-folder.js';

/** The smallest whole spec. */
export const MINIMAL = 'corpus: ptb\nmodel: { embedding: 8, layers: [{ lstm: 8 }] }\n';

/** The smallest n-gram spec. */
export const MINIMAL_NGRAM = 'corpus: ptb\nmodel: { ngram: {} }\n';

/** A spec of which the test knows that it is a network's. */
export function networkOf(spec: Spec): NetworkSpec {
  if (isNgram(spec)) throw new Error('this is the spec of an n-gram model');
  return spec;
}

/** Writes files, given by relative path, into a fresh folder. */
export function specFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The SpecError that `work` ends with. */
export async function specErrorOf(work: Promise<unknown>): Promise<SpecError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('no fault was found');
}
