/** Checks what the commands print under --json against its schema. */
import { Ajv } from 'ajv';
import { expect } from 'vitest';

/**
 * Expects a value to be as a schema says.
 *
 * @param printed the value, or the JSON of it
 * @returns the value
 */
export function expectSchema(schema: object, printed: unknown): Record<string, unknown> {
  const value = typeof printed === 'string' ? JSON.parse(printed) : printed;
  const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}
