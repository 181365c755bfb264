import { expect, it } from 'vitest';
import { isAtLeast } from '../../src/cli/doctor-report.js';
import { renderDoctorReport } from '../../src/cli/doctor-text.js';
import { HEALTHY, ILL } from './doctor-reports.js';

it('the report shows machine, backends, folders, corpora and packages', async () => {
  await expect(`${renderDoctorReport(HEALTHY)}\n`).toMatchFileSnapshot('../golden/cli/doctor.txt');
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
