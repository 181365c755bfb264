/** Every backend gives what plain JavaScript gives, at sizes beyond the reach of finite differences. */
import { it } from 'vitest';
import { globalNorm } from '../../src/ops/global-norm.js';
import { activate, describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from './arrays.js';
import {
  type Case,
  dropoutCase,
  embeddingCase,
  expectAgreement,
  lstmCase,
  MASK,
  softmaxCase,
} from './op-cases.js';

const CASES: Case[] = [
  embeddingCase(1, 1, 1, 1),
  embeddingCase(101, 17, 13, 7),
  embeddingCase(5, 31, 1, 29),
  dropoutCase(1, 1, 1),
  dropoutCase(13, 7, 31),
  lstmCase(1, 1, 1, 1, null),
  lstmCase(1, 19, 23, 29, null),
  lstmCase(17, 1, 31, 13, null),
  lstmCase(11, 5, 1, 37, MASK),
  lstmCase(35, 20, 32, 32, MASK),
  softmaxCase(1, 1, 2, false),
  softmaxCase(37, 1, 41, false),
  softmaxCase(257, 19, 101, false),
  softmaxCase(700, 17, 53, true),
];

describeEachBackend(
  '%s agrees with cpu',
  (backend) => {
    it.each(CASES.map((testCase) => [testCase.name, testCase] as const))('%s', async (_, testCase) => {
      await expectAgreement(backend, 'cpu', testCase);
    });

    it('globalNorm of thousands of values', async () => {
      const random = randomNumbers(1);
      const arrays = [[4001], [61, 67]].map((shape) => randomArray(random, shape));
      const norms: number[][] = [];
      for (const name of ['cpu', backend] as const) {
        await activate(name);
        norms.push(valuesOf(globalNorm({ a: tensorOf(arrays[0]), b: tensorOf(arrays[1]) })));
      }
      expectClose(norms[1], norms[0]);
    });
  },
  ['cpu'],
);
