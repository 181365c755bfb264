/** Checks that every number of a spec has bounds, and that training works at each: nothing overflows, and every step changes something. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { UserError } from '../../src/errors.js';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { allKeys, formatKey, isChoice, type KeyNode, schemaAt } from '../../src/spec/schema.js';
import { trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

const NUMBERS = allKeys().filter(({ schema }) =>
  [schema.type].flat().some((type) => type === 'number' || type === 'integer'),
);

/** Numbers that training computes with; whole numbers are sizes and counts, and topics are read from a table. */
const TRAINED = NUMBERS.filter(
  ({ path, schema }) => [schema.type].flat().includes('number') && path[1] !== 'context',
);

/**
 * Keys whose largest values make a model diverge. RMSprop has no bias correction, so its first
 * step is the learning rate over √(1 − decay).
 */
const EXPLODE = [
  'training.optimizer.rmsprop.decay',
  'model.init.uniform',
  'model.init.normal',
  'model.init.scaledUniform.embedding',
];

/** The other keys that a key needs. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'training.clipValue': ['training.clipNorm=null'],
  'training.schedule.decay.factor': ['training.schedule.decay.afterEpoch=1'],
};

/** Returns the overrides that give a key a value, with the whole choice that contains it. */
function overridesFor({ path }: KeyNode, value: number): string[] {
  const depth = path.findIndex((_, index) => isChoice(schemaAt(path.slice(0, index))));
  const whole = depth === -1 ? path : path.slice(0, depth);
  const inner = path.slice(whole.length).reduceRight<unknown>((rest, key) => ({ [key]: rest }), value);
  const kind =
    formatKey(path) === 'training.schedule.decay.factor'
      ? { decay: { factor: value, afterEpoch: 1 } }
      : inner;
  const yaml = stringify(kind, { collectionStyle: 'flow' }).trim();
  return [`${formatKey(whole)}=${yaml}`, ...(COMPANIONS[formatKey(path)] ?? [])];
}

/** The parameters after a few windows, or the error that ended them. */
async function parametersAfter(
  name: string,
  overrides: readonly string[],
): Promise<Float32Array[] | UserError> {
  try {
    await trainSmall(place, {
      name,
      overrides: ['training.epochs=2', 'training.windowsPerEpoch=3', ...overrides],
    });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  const checkpoint = await readCheckpoint(place.run(name).checkpoint('last'));
  return [...(checkpoint?.parameters.values() ?? [])].map(({ data }) => data as Float32Array);
}

it.each(NUMBERS.map(({ path, schema }) => [formatKey(path), schema] as const))(
  '%s has bounds',
  (_, schema) => {
    expect(Number.isFinite(schema.minimum)).toBe(true);
    expect(Number.isFinite(schema.maximum)).toBe(true);
  },
);

describe.each(TRAINED.map((node) => [formatKey(node.path), node] as const))('%s', (key, node) => {
  const { minimum = Number.NaN, maximum = Number.NaN } = node.schema;

  it.each([minimum, maximum])('training computes at the bound %d', async (bound) => {
    const outcome = await parametersAfter(`${key}-${bound}`, overridesFor(node, bound));
    if (outcome instanceof UserError) {
      expect([key, outcome.kind, outcome.message]).toEqual([
        key,
        'diverged',
        expect.not.stringMatching(/NaN|infinit/i),
      ]);
      expect(bound).toBe(maximum);
      expect([...EXPLODE, 'learningRate'].some((end) => key.endsWith(end))).toBe(true);
      return;
    }
    expect(outcome.length).toBeGreaterThan(0);
    for (const values of outcome) expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('the least step', () => {
  it.each(
    TRAINED.filter(({ path }) => /learningRate|clip/.test(String(path.at(-1)))).map(
      (node) => [formatKey(node.path), node] as const,
    ),
  )('the least value that %s allows still moves the parameters', async (key, node) => {
    const { minimum = Number.NaN } = node.schema;
    const short = await parametersAfter(`${key}-short`, [
      ...overridesFor(node, minimum),
      'training.windowsPerEpoch=1',
    ]);
    const long = await parametersAfter(`${key}-long`, overridesFor(node, minimum));
    expect(long).not.toEqual(short);
  });
});
