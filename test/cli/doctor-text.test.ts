import { expect, it } from 'vitest';
import { isAtLeast } from '../../src/cli/doctor-report.js';
import { renderDoctorReport } from '../../src/cli/doctor-text.js';
import { HEALTHY, ILL } from './doctor-reports.js';

it('the report shows machine, backends, folders, corpora and packages', async () => {
  await expect(`${renderDoctorReport(HEALTHY)}\n`).toMatchFileSnapshot('../golden/cli/doctor.txt');
});

it('the report shows how a GPU runs LSTM layers, and why', () => {
  const recurrentForms = [
    { units: 200, batch: 20, precision: 'f32', launches: 'each step', reason: 'it has no room' },
    { units: 1500, batch: 20, precision: 'mixed', launches: 'one' },
  ] as const;
  const gpu = { name: 'cuda', available: true, reason: 'a GPU', recurrentForms, gflops: 20_000 } as const;
  expect(renderDoctorReport({ ...HEALTHY, backends: [gpu, ...HEALTHY.backends] })).toContain(
    [
      '  LSTM layers on cuda   precision  form',
      '  200 units, batch 20   f32        one launch for each step: it has no room',
      '  1500 units, batch 20  mixed      one launch for all steps',
      '',
    ].join('\n'),
  );
});

it('the report shows every problem', async () => {
  await expect(`${renderDoctorReport(ILL)}\n`).toMatchFileSnapshot('../golden/cli/doctor-ill.txt');
});

it.each([
  ['20.19.0', '>=20.19', true],
  ['20.18.9', '>=20.19', false],
  ['24.0.0', '>=20.19', true],
  ['18.20.0', '>=20.19', false],
  ['20.19.1', '>=20.19.2', false],
])('isAtLeast(%s, %s) is %s', (version, range, expected) => {
  expect(isAtLeast(version, range)).toBe(expected);
});
