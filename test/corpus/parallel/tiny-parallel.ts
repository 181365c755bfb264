/** A small parallel text and the corpus that is prepared from it, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SplitName } from '../../../src/corpus/manifest.js';
import {
  type PreparedParallel,
  type PrepareParallelOptions,
  prepareParallel,
  type SideFiles,
} from '../../../src/corpus/parallel/prepare.js';

/** Pairs of source and target. */
export const TINY_PAIRS: Readonly<Record<SplitName, readonly (readonly [source: string, target: string])[]>> =
  {
    train: [
      ['Open the file.', 'Ouvrez le fichier.'],
      ['Close the file.', 'Fermez le fichier.'],
      ['Open the window!', 'Ouvrez la fenêtre !'],
      ["Don't close the menu.", 'Ne fermez pas le menu.'],
    ],
    valid: [['Open the menu.', 'Ouvrez le menu.']],
    test: [['Close the window, please.', "Fermez la fenêtre, s'il vous plaît."]],
  };

/** Writes the pairs of a split as NAME.source.txt and NAME.target.txt. */
export function writePairs(
  folder: string,
  name: string,
  pairs: readonly (readonly [source: string, target: string])[],
): { source: string; target: string } {
  mkdirSync(folder, { recursive: true });
  const write = (side: 'source' | 'target', lines: string[]) => {
    const path = join(folder, `${name}.${side}.txt`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  };
  return {
    source: write(
      'source',
      pairs.map(([source]) => source),
    ),
    target: write(
      'target',
      pairs.map(([, target]) => target),
    ),
  };
}

/** Prepares a parallel text in `<folder>/data`, by default {@link TINY_PAIRS} as the corpus "tiny". */
export async function prepareTinyParallel(
  folder: string,
  options: Partial<PrepareParallelOptions> = {},
  pairs: Partial<typeof TINY_PAIRS> = {},
): Promise<PreparedParallel> {
  const files = (split: SplitName): SideFiles =>
    writePairs(join(folder, 'text'), split, pairs[split] ?? TINY_PAIRS[split]);
  return await prepareParallel({
    name: 'tiny',
    dataFolder: join(folder, 'data'),
    train: files('train'),
    valid: files('valid'),
    test: files('test'),
    ...options,
  });
}
