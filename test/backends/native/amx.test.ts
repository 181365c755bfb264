/**
 * Mixed products by AMX tiles, emulated in C, so that any machine runs the same packing and the same loop: against sums
 * in double precision, against the reference ops, with several numbers of threads, and where tiles cannot be used.
 */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { activateBackend } from '../../../src/backends/select.js';
import type { DoctorReport } from '../../../src/cli/doctor-report.js';
import Doctor from '../../../src/commands/doctor.js';
import { runCommand } from '../../cli/capture.js';
import {
  expectCloseResults,
  lstmCase,
  MASK,
  type Results,
  resultsOf,
  resultsOn,
  softmaxCase,
} from '../../ops/op-cases.js';
import { sharedFolder } from '../../temp-folder.js';
import { CC, EMULATED_TILES, NEEDS_CC, PRODUCT_KERNELS, runProgram } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

vi.setConfig({ testTimeout: 600_000 });

/** Tiles that the system keeps from the process, and tiles that multiply wrongly. */
const UNUSABLE = [`${EMULATED_TILES}=REFUSED`, `${EMULATED_TILES}=WRONG`];

const folder = sharedFolder();

/** Options that compile the kernels for emulated tiles. */
function compilerOfTiles() {
  const compiler = fakeCompiler(folder, 'cc', { compile: `exec ${CC} "$@" ${EMULATED_TILES}` });
  return { compiler, cacheFolder: join(folder, 'cache') };
}

describe.skipIf(!CC)(`mixed products of awkward shapes${NEEDS_CC}`, () => {
  /** What `mixed-product.c` prints. */
  const checkProducts = (...flags: string[]) =>
    runProgram('mixed-product.c', { kernels: PRODUCT_KERNELS, flags }) as {
      units: number;
      worst: number;
      strayed: number;
      digest: string;
    };

  it('products on AMX tiles differ from exact ones by rounding alone', () => {
    const { units, worst, strayed } = checkProducts(EMULATED_TILES);
    expect({ units, strayed }).toEqual({ units: 2, strayed: 0 });
    expect(worst).toBeLessThan(1);
  });

  it('products without tiles differ by rounding alone, and are the same where tiles cannot be used', () => {
    const without = checkProducts();
    expect(without.strayed).toBe(0);
    expect(without.worst).toBeLessThan(1);
    if (without.units === 2) return; // this processor has working tiles
    for (const flag of UNUSABLE) expect(checkProducts(flag)).toEqual(without);
  });
});

it.skipIf(!CC)(
  `the emulation of AMX tiles rounds, flushes and orders sums as the manual says${NEEDS_CC}`,
  () => {
    expect(runProgram('amx-tiles.c', { flags: [EMULATED_TILES] })).toEqual({
      'high values beside low ones': '0x1p+0',
      'low values in order': '0x0p+0',
      'start added last': '0x1p+0',
      'a tie to even, down': '0x1p+24',
      'a tie to even, up': '0x1.000004p+24',
      'a subnormal operand': '0x0p+0',
      'a subnormal product': '0x0p+0',
      'a subnormal product, added unrounded': '0x1.8p-126',
      'a subnormal difference': '0x0p+0',
      'a subnormal start': '0x0p+0',
      'a subnormal sum': '0x0p+0',
      infinity: '-inf',
      // The result of the instructions themselves under Bochs.
      digest: '5d42522193d60e58',
    });
  },
);

describe.skipIf(!CC)(`mixed ops on AMX tiles${NEEDS_CC}`, () => {
  const CASES = [
    lstmCase(3, 17, 33, 65, { recurrent: MASK }, 'mixed'),
    lstmCase(2, 13, 385, 40, { recurrent: { ...MASK, mask: 'sequence' } }, 'mixed'),
    softmaxCase(45, 70, 193, false, 'mixed'),
    softmaxCase(33, 130, 101, true, 'mixed'),
    softmaxCase(5, 16, 17, false, 'mixed'),
  ];
  /** As for the kernels without tiles: half a unit in the last place of bfloat16. */
  const TOLERANCE = 2 ** -9;

  it.each(CASES.map((testCase) => [testCase.name, testCase] as const))(
    '%s is near the reference and has the same bits with 1 to 4 threads',
    async (_, testCase) => {
      const expected = await resultsOn('wasm', testCase);
      const results: Results[] = [];
      for (const threads of [1, 2, 3, 4]) {
        await activateBackend('native', { ...compilerOfTiles(), threads });
        results.push(await resultsOf(testCase));
      }
      expectCloseResults(results[0], expected, TOLERANCE);
      for (const result of results) expect(result).toEqual(results[0]);
    },
  );
});

it.skipIf(!CC)(`doctor reports that AMX tiles multiply in mixed precision${NEEDS_CC}`, async () => {
  const { compiler, cacheFolder } = compilerOfTiles();
  const flags = ['--cc', compiler, '--cache', cacheFolder, '--data', folder, '--runs', folder];
  const { result, stdout } = await runCommand<DoctorReport>(Doctor, flags);
  expect(result?.backends.find(({ name }) => name === 'native')).toMatchObject({ bf16Units: 'amx' });
  expect(stdout).toContain('; mixed precision by AMX tiles');
});
