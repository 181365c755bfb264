/** The spec that a text of one's own is first trained with. */
import { join } from 'node:path';
import type { PreparedSummary } from '../corpus/build/recipe.js';
import { crossFieldFaults } from '../spec/cross-field.js';
import { loadSpec } from '../spec/load.js';
import { writeOverride } from '../spec/to-yaml.js';
import { corpusFacts } from '../training/corpus-facts.js';

const QUICKSTART = 'configs/quickstart.yaml';

/** The key that counts the windows of an epoch: more of them than a short text has are refused. */
const SHORT_EPOCHS = 'training.windowsPerEpoch';

/**
 * The words that `zlm train` needs to train the quickstart's model on a corpus: the spec, and what must be changed of it.
 *
 * @param packageRoot the folder that holds zlm's own `configs/`
 */
export async function quickstartOn(
  { name, manifest }: PreparedSummary,
  packageRoot: string,
): Promise<string[]> {
  const overrides = [writeOverride('corpus', name)];
  const { spec } = await loadSpec(join(packageRoot, QUICKSTART), overrides);
  const faults = crossFieldFaults(spec, corpusFacts(name, manifest));
  if (faults.some(({ key }) => key === SHORT_EPOCHS)) overrides.push(writeOverride(SHORT_EPOCHS, null));
  return [QUICKSTART, ...overrides.flatMap((override) => ['--set', override])];
}
