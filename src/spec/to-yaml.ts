/** A resolved spec, or one value of it, as YAML that a person would have written. */
import { Document, isCollection, isMap, stringify } from 'yaml';
import type { Spec } from './systems.js';

/**
 * The spec as YAML: the sections in block style, what they hold on a line each, as in `input: { rate: 0.5, mask: step }`.
 * Reading it back gives the same spec.
 */
export function specToYaml(spec: Spec): string {
  const document = new Document(spec);
  if (!isMap(document.contents)) throw new Error('a spec is a map');
  for (const section of document.contents.items) {
    if (!isMap(section.value)) continue;
    for (const { value } of section.value.items) {
      if (isCollection(value)) value.flow = true;
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** The text of a `--set` that gives a key a value: a name that YAML would read as a number or as null is quoted. */
export function writeOverride(key: string, value: string | number | null): string {
  return `${key}=${stringify(value).trimEnd()}`;
}
