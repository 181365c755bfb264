/** Reports of `zlm doctor` for tests: of a healthy machine, and of one with every problem. */
import type { DoctorReport } from '../../src/cli/doctor-report.js';

export const HEALTHY: DoctorReport = {
  zlm: '0.1.0',
  node: { version: '20.20.2', required: '>=20.19', supported: true },
  tensorflow: '4.22.0',
  system: { name: 'Linux', release: '6.1.0', architecture: 'x64' },
  cpu: { model: 'A Processor', cores: 2 },
  memory: { totalBytes: 8_300_000_000, freeBytes: 3_100_000_000 },
  roofline: {
    f32Gflops: 512.4,
    bf16Gflops: 4081.2,
    gigabytesPerSecond: 31.2,
    caches: [
      { level: 1, bytes: 49_152 },
      { level: 2, bytes: 1_048_576 },
      { level: 3, bytes: 33_554_432 },
    ],
  },
  backends: [
    {
      name: 'native',
      available: true,
      reason: 'C kernels by cc, 2 threads',
      bf16Units: 'amx',
      gflops: 460.2,
    },
    { name: 'wasm', available: true, reason: 'WebAssembly, one thread', gflops: 38.9 },
    { name: 'cpu', available: true, reason: 'plain JavaScript', gflops: 1.7034 },
  ],
  auto: { name: 'native', reason: 'the fastest there is' },
  autoProblem: null,
  folders: {
    data: folder('/home/ada/data', { bytes: 9_130_000 }),
    runs: folder('/home/ada/runs', { exists: false }),
    cache: folder('/home/ada/.cache/zlm', { writable: false, problem: '/home/ada/.cache is not writable' }),
  },
  corpora: [
    { name: 'ptb', unit: 'word', vocabulary: 10_000, trainTokens: 929_589, problem: null },
    { name: 'half', unit: null, vocabulary: null, trainTokens: null, problem: 'data/half is damaged' },
  ],
  optionalPackages: [
    { name: '@tensorflow/tfjs-node-gpu', version: null },
    { name: '@tensorflow/tfjs-node', version: '4.22.0' },
  ],
};

export const ILL: DoctorReport = {
  ...HEALTHY,
  node: { version: '18.0.0', required: '>=20.19', supported: false },
  backends: [{ name: 'wasm', available: false, reason: 'this Node runs without WebAssembly', gflops: null }],
  auto: null,
  autoProblem: 'No backend can run here',
  corpora: [],
};

function folder(
  path: string,
  rest: Partial<DoctorReport['folders']['data']>,
): DoctorReport['folders']['data'] {
  return { path, exists: true, writable: true, bytes: 0, freeBytes: 78_900_000_000, problem: null, ...rest };
}
