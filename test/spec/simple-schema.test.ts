/** Compares the plain checker of method files with ajv, on values that keep the schema and that break it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { methodSchema } from '../../src/evaluation/method-file.js';
import { simpleFaults } from '../../src/spec/simple-schema.js';
import { parseYaml } from '../../src/spec/yaml.js';

const validate = new Ajv2020({ strict: true }).compile(methodSchema());

function faultsOf(text: string): string[] {
  const parsed = parseYaml({ name: 'method.yaml', text, kind: 'file' });
  if ('faults' in parsed) throw new Error(parsed.faults[0].message);
  return simpleFaults(parsed.root, methodSchema(), 'a method file').map(({ message }) => message);
}

describe('a method file', () => {
  it.each([
    'dynamic: {}',
    'dynamic: { learningRate: 1e-4, decay: [0, 0.5], epsilon: 1e-5, length: 5 }',
    'neuralCache: { flatness: tune, weight: 0.1, window: [1, 2] }',
    'mcDropout: { passes: 3, seed: 0 }\ninterpolate: { run: kn5 }',
    'ensemble: [a]\ntuneTokens: 2',
  ])('%s keeps the schema', (text) => {
    expect(faultsOf(text)).toEqual([]);
    expect(validate(parse(text))).toBe(true);
  });

  it.each([
    [
      'dynamic: { learningRate: 0 }',
      'dynamic.learningRate must be a number above 0 and at most 1000000, a list of them or tune, but is 0',
    ],
    [
      'dynamic: { decay: [0.1, 2] }',
      'dynamic.decay must be a number from 0 to 1, a list of them or tune, but is a list of 2',
    ],
    [
      'dynamic: { decay: best }',
      'dynamic.decay must be a number from 0 to 1, a list of them or tune, but is the text "best"',
    ],
    ['dynamic: { length: 2.5 }', 'dynamic.length must be a whole number from 1 to 65536, but is 2.5'],
    [
      'dynamic: 3',
      'dynamic must be a map of learningRate, decay, epsilon, length and statisticsTokens, but is 3',
    ],
    ['mcDropout: { seed: 1 }', 'mcDropout.passes is missing'],
    ['interpolate: { run: "" }', 'interpolate.run must be a text, but is the text ""'],
    [
      'interpolate: { run: kn5, wieght: 1 }',
      'interpolate.wieght is not a key; did you mean interpolate.weight?',
    ],
    ['ensemble: []', 'ensemble must be a list of at least 1, but is an empty list'],
    ['ensemble: [1]', 'ensemble.0 must be a text, but is 1'],
    [
      'neuralCache: { window: [0] }',
      'neuralCache.window must be a whole number from 1 to 100000, a list of them or tune, but is a list of 1',
    ],
    [
      '{}',
      'A method file must be a map of ensemble, mcDropout, dynamic, neuralCache, interpolate and tuneTokens, but is an empty map',
    ],
    [
      'a: 1',
      'a is not a key; a method file has ensemble, mcDropout, dynamic, neuralCache, interpolate and tuneTokens',
    ],
  ])('%s breaks it: %s', (text, message) => {
    expect(faultsOf(text)).toEqual([message]);
    expect(validate(parse(text))).toBe(false);
  });
});
