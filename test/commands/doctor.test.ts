import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import schema from '../../schemas/output/doctor.schema.json' with { type: 'json' };
import type { DoctorReport } from '../../src/cli/doctor-report.js';
import Doctor from '../../src/commands/doctor.js';
import { BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { runCommand } from '../cli/capture.js';
import { prepareTinyParallel } from '../corpus/parallel/tiny-parallel.js';
import { writeSpeech } from '../speech/write-speech.js';

// Doctor measures a large product, which the emulated GPU would take long for: it is started there, but not computed.
vi.hoisted(() => {
  process.env.ZLM_EMULATOR_NOTHING = '1';
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zlm-doctor-'));
});

afterEach(() => rm(folder, { recursive: true }));

const placeFlags = () => ['data', 'runs'].flatMap((name) => [`--${name}`, join(folder, name)]);
/** With the cache of the tests, which has the compiled kernels. */
const folderFlags = () => [...placeFlags(), '--cache', String(BACKEND_OPTIONS.cacheFolder)];

it('doctor reports every backend, folder and corpus as JSON of its schema', async () => {
  await mkdir(join(folder, 'data', 'broken'), { recursive: true });
  await writeFile(join(folder, 'data', 'broken', 'manifest.json'), '{');
  await prepareTinyParallel(folder);
  await writeSpeech(join(folder, 'data'));
  const { stdout, exitCode } = await runCommand<DoctorReport>(Doctor, [...folderFlags(), '--json']);
  const report: DoctorReport = JSON.parse(stdout);
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(exitCode).toBe(0);
  const isTaken = ({ available, reason }: DoctorReport['backends'][number]) =>
    available && !reason.includes('software renderer');
  expect(report.auto?.name).toBe(report.backends.find(isTaken)?.name);
  expect(report.backends).toMatchObject([
    { name: 'cuda' },
    { name: 'webgpu', available: whyNot('webgpu') === undefined },
    { name: 'native', available: whyNot('native') === undefined },
    { name: 'tensorflow', available: whyNot('tensorflow') === undefined },
    { name: 'wasm', available: true },
    { name: 'cpu', available: true },
  ]);
  expect(report.folders).toMatchObject({
    data: { exists: true, bytes: expect.any(Number) },
    runs: { exists: false },
  });
  expect(report.corpora).toMatchObject([
    { name: 'broken', problem: expect.stringContaining('manifest.json') },
    { name: 'spoken', unit: 'frame', vocabulary: 8, trainTokens: expect.any(Number), problem: null },
    { name: 'tiny', unit: 'pair', vocabulary: 28, trainTokens: 45, problem: null },
  ]);
});

it('doctor says that a named driver does not exist, and that auto then takes no backend', async () => {
  const flags = ['--cuda-driver', '/nowhere/libcuda.so.1', '--json'];
  const { stdout, exitCode } = await runCommand<DoctorReport>(Doctor, [...folderFlags(), ...flags]);
  const { backends, auto, autoProblem }: DoctorReport = JSON.parse(stdout);
  expect(backends[0]).toMatchObject({ name: 'cuda', reason: '/nowhere/libcuda.so.1 does not exist' });
  expect(auto).toBeNull();
  expect(autoProblem).toBe('The cuda backend cannot run here with the driver /nowhere/libcuda.so.1');
  expect(exitCode).toBe(5);
});

it.skipIf(whyNot('cuda'))('doctor reports how LSTM layers of typical sizes run on a GPU', async () => {
  const flags = ['--cuda-driver', String(BACKEND_OPTIONS.cudaDriver)];
  const { stdout } = await runCommand<DoctorReport>(Doctor, [...folderFlags(), ...flags, '--json']);
  const report: DoctorReport = JSON.parse(stdout);
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  const forms = report.backends[0].recurrentForms;
  expect(forms?.map(({ units, precision }) => [units, precision])).toEqual([
    [200, 'f32'],
    [650, 'f32'],
    [1500, 'f32'],
    [200, 'tf32'],
    [650, 'tf32'],
    [1500, 'tf32'],
    [200, 'mixed'],
    [650, 'mixed'],
    [1500, 'mixed'],
  ]);
  expect(forms?.[0]).toMatchObject({
    batch: 20,
    launches: 'each step',
    reason: expect.stringContaining('bfloat16'),
  });
});

it('doctor prints sections for a person', async () => {
  const { stdout } = await runCommand(Doctor, [
    ...placeFlags(),
    ...['--cache', join(folder, 'cache'), '--cc', 'no-such-compiler'],
  ]);
  expect(stdout.match(/^\S.*$/gm)).toEqual([
    'This machine',
    'Backends',
    'Folders',
    'Prepared corpora',
    'Optional packages',
  ]);
  expect(stdout).toContain('<tmp>/cache (made when needed)');
});
