/** Reading resolved specs by the hundred, to compare them: nothing is checked, and nothing is located. */
import { parse } from 'yaml';
import { withDefaults } from './schema.js';
import { type Spec, schemaFor } from './systems.js';

/**
 * Reads what a resolved spec says. Checking would take several times as long, and what a run was trained with is no less
 * worth comparing where a check has become stricter since.
 *
 * @param yaml the text of a run's spec.yaml
 * @returns null when it is no map, or not of a spec's shape
 */
export function readResolved(yaml: string): Spec | null {
  try {
    const plain: unknown = parse(yaml, { maxAliasCount: 0, logLevel: 'silent' });
    const isSpec = typeof plain === 'object' && plain !== null && 'corpus' in plain && 'model' in plain;
    return isSpec ? (withDefaults(schemaFor(plain), plain) as Spec) : null;
  } catch {
    return null;
  }
}
