/** Numbers as the parameters and everything computed from them hold them. */
import type { Fault } from './diagnostics.js';
import type { Located } from './located.js';
import { formatKey, type Segment } from './schema.js';

/** The smallest normal number of float32. What is smaller loses its digits, and is zero where processors flush it. */
export const SMALLEST_FLOAT32 = 2 ** -126;

/** Numbers that are not zero and vanish in float32: the schema's bounds let them pass where zero is allowed. */
export function vanishingNumbers(node: Located, path: readonly Segment[] = []): Fault[] {
  if (node.kind === 'list')
    return node.items.flatMap((item, index) => vanishingNumbers(item, [...path, index]));
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([key, { value }]) => vanishingNumbers(value, [...path, key]));
  }
  const { value, place } = node;
  if (typeof value !== 'number' || value === 0 || Math.abs(value) >= SMALLEST_FLOAT32) return [];
  const key = formatKey(path);
  return [{ key, message: `${key} is ${value}, which is zero in float32; write 0 if that is meant`, place }];
}
