/** Doctor's lines about one backend, for golden files. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Probe } from '../../src/backends/backend.js';
import type { BackendReport } from '../../src/cli/doctor-report.js';
import { renderDoctorReport } from '../../src/cli/doctor-text.js';
import { ROOT } from '../cli/capture.js';
import { HEALTHY } from '../cli/doctor-reports.js';

/**
 * Compares doctor's lines about a backend that was not measured with `golden/cli/doctor-NAME-GOLDEN.txt`, without the folders of
 * the test.
 *
 * @param without leaves out more of the text that differs from machine to machine
 */
export async function expectDoctorLines(
  name: BackendReport['name'],
  golden: string,
  { absent, onGpu: _onGpu, software: _software, details, ...row }: Probe,
  without: (text: string) => string = (text) => text,
): Promise<void> {
  const backend: BackendReport = {
    ...{ ...row, name, gflops: null },
    ...(!absent && details !== undefined && { details }),
  };
  const report = renderDoctorReport({ ...HEALTHY, backends: [backend] });
  const lines = report.slice(report.indexOf('Backends'), report.indexOf('\n\nFolders')).split('\n');
  const text = lines
    .filter((line) => !line.includes('--backend auto takes'))
    .join('\n')
    .replaceAll(/[^ ('"]*\/zlm-test-\w+/g, 'FOLDER');
  const file = join(ROOT, `test/golden/cli/doctor-${name}-${golden}.txt`);
  await expect(`${without(text)}\n`).toMatchFileSnapshot(file);
}
