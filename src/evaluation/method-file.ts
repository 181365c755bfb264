/** The file of `--method`: methods at test time in YAML, checked against schemas/method.schema.json. */
import { readFileSync } from 'node:fs';
import { SpecError } from '../spec/diagnostics.js';
import { toPlain } from '../spec/located.js';
import { readText } from '../spec/read-text.js';
import { type SimpleSchema, simpleFaults } from '../spec/simple-schema.js';
import { parseYaml } from '../spec/yaml.js';
import type { MethodRequest } from './method.js';

/**
 * Reads a method file.
 *
 * @throws SpecError that lists all faults with their places
 */
export async function readMethodFile(path: string): Promise<MethodRequest> {
  const read = await readText(path);
  if ('reason' in read) throw new SpecError([{ key: '', message: read.reason, cure: METHOD_FILE_CURE }]);
  const parsed = parseYaml({ name: path, text: read.text, kind: 'file' });
  if ('faults' in parsed) throw new SpecError(parsed.faults);
  const faults = simpleFaults(parsed.root, methodSchema(), 'a method file');
  if (faults.length > 0) throw new SpecError(faults);
  // The schema has checked it.
  return toPlain(parsed.root) as MethodRequest;
}

const METHOD_FILE_CURE = 'Write one: docs/test-time.md has an example.';

/** Returns the schema, which is two folders above src/evaluation and dist/evaluation. */
export function methodSchema(): SimpleSchema {
  const url = new URL('../../schemas/method.schema.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as SimpleSchema;
}
