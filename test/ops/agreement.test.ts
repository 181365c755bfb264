/** Every backend gives what plain JavaScript gives, at sizes beyond the reach of finite differences. */
import { it } from 'vitest';
import { globalNorm } from '../../src/ops/clipping.js';
import type { Noise } from '../../src/ops/noise.js';
import { activate, describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';
import {
  attentionCase,
  type Case,
  deepTransitionCase,
  dropoutCase,
  EXPECTED,
  embeddingCase,
  expectAgreement,
  gruCase,
  lstmCase,
  MASK,
  productCase,
  softmaxCase,
  tanhRnnCase,
  ZONEOUT,
} from './op-cases.js';
import { updateCases } from './update-cases.js';

const SHARED: Noise = { ...MASK, mask: 'sequence' };
const PER_GATE: Noise = { ...SHARED, perGate: true };
const STEP_PER_GATE: Noise = { ...MASK, perGate: true };

const CASES: Case[] = [
  embeddingCase(1, 1, 1, 1),
  embeddingCase(101, 17, 13, 7),
  embeddingCase(5, 31, 1, 29),
  dropoutCase(1, 1, 1),
  dropoutCase(13, 7, 31),
  lstmCase(1, 1, 1, 1),
  lstmCase(1, 19, 23, 29),
  lstmCase(17, 1, 31, 13),
  lstmCase(11, 5, 1, 37, { recurrent: MASK }),
  lstmCase(35, 20, 32, 32, { recurrent: MASK }),
  lstmCase(1, 1, 1, 1, { input: STEP_PER_GATE, recurrent: PER_GATE, ...ZONEOUT }),
  lstmCase(7, 5, 13, 19, { input: PER_GATE, recurrent: PER_GATE }),
  lstmCase(7, 3, 11, 17, { input: STEP_PER_GATE, recurrent: STEP_PER_GATE }),
  lstmCase(7, 5, 13, 19, { recurrent: SHARED, ...ZONEOUT }),
  lstmCase(5, 3, 13, 19, EXPECTED),
  gruCase(1, 1, 1, 1),
  gruCase(1, 19, 23, 29),
  gruCase(17, 1, 31, 13, { recurrent: MASK }),
  gruCase(7, 5, 13, 19, { recurrent: SHARED, ...ZONEOUT }),
  gruCase(5, 3, 13, 19, EXPECTED),
  tanhRnnCase(1, 1, 1, 1),
  tanhRnnCase(1, 19, 23, 29),
  tanhRnnCase(17, 1, 31, 13, { recurrent: MASK }),
  tanhRnnCase(7, 5, 13, 19, { recurrent: SHARED, ...ZONEOUT }),
  tanhRnnCase(5, 3, 13, 19, EXPECTED),
  deepTransitionCase(1, 1, 1, 1, 2),
  deepTransitionCase(1, 19, 23, 29, 3),
  deepTransitionCase(9, 5, 13, 19, 3, { recurrent: MASK }),
  deepTransitionCase(5, 3, 13, 19, 4, { recurrent: SHARED }),
  attentionCase(1, 1, 1, 1),
  attentionCase(1, 37, 5, 17),
  attentionCase(13, 2, 3, 64),
  attentionCase(29, 31, 7, 65),
  productCase(1, 1, 1),
  productCase(7, 1, 29),
  productCase(37, 41, 31),
  ...updateCases([1]),
  ...updateCases([31, 37]),
  softmaxCase(1, 1, 2, false),
  softmaxCase(37, 1, 41, false),
  softmaxCase(257, 19, 101, false),
  softmaxCase(700, 17, 53, true),
];

describeEachBackend(
  '%s agrees with cpu',
  (backend) => {
    it.each(CASES.map((testCase) => [testCase.name, testCase] as const))(
      '%s agrees with cpu',
      async (_, testCase) => {
        await expectAgreement(backend, 'cpu', testCase);
      },
    );

    it('globalNorm of thousands of values agrees with cpu', async () => {
      const random = randomNumbers(1);
      const arrays = [[4001], [61, 67]].map((shape) => randomArray(random, shape));
      const norms: number[][] = [];
      for (const name of ['cpu', backend] as const) {
        await activate(name);
        norms.push(await readValues(globalNorm({ a: tensorOf(arrays[0]), b: tensorOf(arrays[1]) })));
      }
      expectClose(norms[1], norms[0]);
    });
  },
  { except: ['cpu'] },
);
