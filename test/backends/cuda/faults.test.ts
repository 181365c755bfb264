/** What a user is told when there is no GPU to compute with, or when it fails. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';
import { buildEmulatedDriver } from './emulated-driver.js';
import type { EmulatorSettings } from './emulated-gpu.js';

const DRIVER = await buildEmulatedDriver({ checks: true });
const SKIPPED = 'reason' in DRIVER ? `, skipped: ${DRIVER.reason}` : '';
const EMULATED = 'path' in DRIVER ? DRIVER.path : '';

/** Does some work of `faults.child.ts` with a driver under settings of the emulator. */
function meet(work: string, settings: EmulatorSettings, driver = EMULATED): unknown {
  const variables = Object.entries(settings).map(([name, value]) => [`ZLM_EMULATOR_${name}`, String(value)]);
  const script = join(ROOT, 'test/backends/cuda/faults.child.ts');
  const answer = execFileSync(process.execPath, ['--import', 'tsx', script, driver, work], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(variables) },
  });
  return JSON.parse(answer);
}

/** What is said when the backend cannot run with a driver that was named, for a reason. */
function refusal(reason: string, more: object = {}, driver = EMULATED): object {
  return {
    probe: expect.objectContaining({ name: 'cuda', available: false, reason, ...more }),
    activation: {
      kind: 'backend',
      message: expect.stringContaining(
        `The cuda backend cannot run here with the driver ${driver}\n  ${reason}`,
      ),
      cures: [
        'Name the library of the NVIDIA driver with --cuda-driver or ZLM_CUDA_DRIVER, or none: the system then looks for it.',
        'Take another backend: `--backend native`.',
      ],
    },
  };
}

const MEMORY_CURES = [
  'Reduce training.batchSize, training.bptt or the widths of the model, or train in precision mixed.',
  'See which processes use the GPU: `nvidia-smi`.',
];

const LOST_CURES = [
  'Continue from the last checkpoint: `zlm train --resume RUN`.',
  'If it happens again, test the GPU and its driver: `nvidia-smi -q`, `dmesg`.',
];

describe.skipIf(SKIPPED)(`the cuda backend${SKIPPED}`, () => {
  it('says which GPU it computes with', () => {
    expect(meet('probe', { CAPABILITY: 86, PROCESSORS: 28, MEMORY: 12 * 2 ** 30 })).toEqual({
      probe: {
        name: 'cuda',
        available: true,
        reason: 'emulated GPU, compute capability 8.6, 28 multiprocessors, 12 GiB',
        recurrentForms: expect.any(Array),
      },
      activation: null,
    });
  });

  it('says that a named driver does not exist', () => {
    const path = '/nowhere/libcuda.so.1';
    expect(meet('probe', {}, path)).toEqual(refusal(`${path} does not exist`, {}, path));
  });

  it('says that a named file is not a driver', () => {
    const path = join(tempFolder(), 'libcuda.so.1');
    writeFileSync(path, 'no library');
    const reason = `${path} cannot be loaded as the driver of CUDA`;
    expect(meet('probe', {}, path)).toEqual(
      refusal(reason, { details: expect.stringContaining('Failed to load') }, path),
    );
  });

  it('says which version of the driver is needed when it is too old', () => {
    expect(meet('probe', { DRIVER_VERSION: 11_040 })).toEqual(
      refusal(
        'the NVIDIA driver is too old: it supports CUDA 11.4, and 12.1 is needed; install version 530 or later',
      ),
    );
  });

  it('says that there is no GPU below the driver, which is no fault', () => {
    expect(meet('probe', { DEVICES: 0 })).toEqual(
      refusal('there is no NVIDIA GPU here', {
        absent: true,
        details: 'cuInit: no CUDA-capable device is detected (CUDA error 100)',
      }),
    );
  });

  it('says which GPUs are new enough when this one is not', () => {
    expect(meet('probe', { CAPABILITY: 70 })).toEqual(
      refusal(
        'the GPU emulated GPU is too old: it has compute capability 7.0, and 7.5 (Turing, 2018) or later is needed',
      ),
    );
  });

  it('says how much memory is missing, and computes on with what there is', () => {
    expect(meet('allocate', { MEMORY: 3_000_000 })).toEqual({
      failure: {
        kind: 'backend',
        message: 'The memory of the GPU is exhausted: 4.2 MB more are needed, and 3.0 MB of 3.0 MB are free',
        cures: MEMORY_CURES,
      },
      afterwards: null,
    });
  });

  it('gives back the memory that it keeps for later before it says that there is none', () => {
    expect(meet('reuse', { MEMORY: 1_400_000 })).toBeNull();
  });

  it('notices a kernel that writes past its tensor when memory is exact', () => {
    expect(meet('overrun', {})).toMatchObject({
      message: expect.stringMatching(
        /^A kernel on the GPU accessed memory that is not its own\n.*kernel zlm_dropout, .*thread \(4, 0, 0\): it writes 0 bytes behind an allocation of 68 bytes \(noise\.cu:\d+\)/,
      ),
      cures: LOST_CURES,
    });
  });

  it('says how to continue when a kernel fails, and computes nothing on the lost device', () => {
    const lost = {
      kind: 'backend',
      message: 'A kernel on the GPU failed\n  cuLaunchKernel: unspecified launch failure (CUDA error 719)',
      cures: LOST_CURES,
    };
    const later = expect.objectContaining({
      kind: 'backend',
      message: expect.stringContaining('(CUDA error 719)'),
    });
    expect(meet('launch', { FAIL_AFTER: 3 })).toEqual([null, null, lost, later, later]);
  });
});
