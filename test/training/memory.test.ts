import { describe, expect, it } from 'vitest';
import { availableMemory } from '../../src/backends/available-memory.js';
import { checkMemory, trainingMemory } from '../../src/training/capacity.js';
import { activate, whyNot } from '../backends/each-backend.js';
import { specOf } from './training-of.js';

/** The sizes of a training whose batches are all of one size. */
function sizesOf(steps: number, batch: number) {
  const largest = { steps, batch };
  return { largest, first: [], validation: [{ steps: Math.ceil(512 / batch), batch }] };
}

const FACTS = { vocabularySizes: 10_000, backend: 'wasm', sizes: sizesOf(400, 2000) } as const;

describe('checkMemory', () => {
  it('checkMemory refuses what certainly does not fit, with both figures and what to change', async () => {
    const spec = await specOf('training.batchSize=2000', 'training.bptt=400');
    expect(() => checkMemory(spec, FACTS, 8e9)).toThrow(
      expect.objectContaining({
        kind: 'backend',
        message: expect.stringMatching(
          /^Training needs about \d+ GB of memory on backend wasm, but only 8\.00 GB are available$/,
        ),
        cures: [
          expect.stringContaining('training.batchSize, which is 2000, or training.bptt, which is 400'),
          expect.anything(),
        ],
      }),
    );
    const bytes = trainingMemory(spec, FACTS);
    expect(checkMemory(spec, FACTS, bytes)).toBe(null);
    expect(() => checkMemory(spec, FACTS, 0.7 * bytes)).toThrow();
  });

  it('checkMemory warns of a training that may not fit, with both figures and what to change', async () => {
    const spec = await specOf('training.batchSize=2000', 'training.bptt=400');
    const bytes = trainingMemory(spec, FACTS);
    expect(checkMemory(spec, FACTS, 0.9 * bytes)).toMatch(
      /^Training needs about \d+ GB of memory on backend wasm, but only \d+ GB are available, so it may fail\. Lower training\.batchSize, which is 2000, or training\.bptt/,
    );
  });

  it('checkMemory names the longest lines when a batch is of sentences', async () => {
    const spec = await specOf('training.batchSize=2000', 'training.sentences=true');
    expect(() => checkMemory(spec, FACTS, 8e9)).toThrow(
      expect.objectContaining({
        cures: [
          expect.stringMatching(/training\.batchSize, which is 2000.*lines of 400 tokens/),
          expect.anything(),
        ],
      }),
    );
  });
});

it.skipIf(whyNot('native'))(
  'trainingMemory counts one chunk of logits on native, and all logits on wasm',
  async () => {
    await activate('native');
    const spec = await specOf('training.batchSize=100', 'training.bptt=100');
    const facts = { vocabularySizes: 50_000, sizes: sizesOf(100, 100) };
    const [onWasm, onNative] = (['wasm', 'native'] as const).map((backend) =>
      trainingMemory(spec, { ...facts, backend }),
    );
    expect(onWasm).toBeGreaterThan(4 * 4 * 50_000 * 100 * 100);
    expect(onNative).toBeLessThan(onWasm / 10);
  },
);

describe('availableMemory', () => {
  const GIGABYTE = 2 ** 30;
  const system = (files: Record<string, string>) => (path: string) => files[path] ?? null;
  const MEMINFO = { '/proc/meminfo': `MemTotal:  16777216 kB\nMemAvailable:    8388608 kB\n` };

  it.each([
    ['of the machine', {}, 8],
    [
      'of a control group, version 2, with the files that can be dropped',
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/sys/fs/cgroup/a/b/memory.max': `${4 * GIGABYTE}\n`,
        '/sys/fs/cgroup/a/b/memory.current': `${3 * GIGABYTE}\n`,
        '/sys/fs/cgroup/a/b/memory.stat': `anon 1\ninactive_file ${GIGABYTE}\n`,
      },
      2,
    ],
    [
      'of the group above, where the own has no limit',
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/sys/fs/cgroup/a/b/memory.max': 'max\n',
        '/sys/fs/cgroup/a/memory.max': `${3 * GIGABYTE}\n`,
        '/sys/fs/cgroup/a/memory.current': `${2 * GIGABYTE}\n`,
      },
      1,
    ],
    [
      'of a container, version 1, whose own path is not there',
      {
        '/proc/self/cgroup': '9:cpu:/x\n4:memory:/docker/1\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${2 * GIGABYTE}\n`,
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${GIGABYTE}\n`,
      },
      1,
    ],
    [
      'of the machine, where version 1 has no limit',
      {
        '/proc/self/cgroup': '4:memory:/\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
      },
      8,
    ],
  ])('availableMemory is the memory %s', (_, files, gigabytes) => {
    expect(availableMemory(system({ ...MEMINFO, ...files }))).toBe(gigabytes * GIGABYTE);
  });

  it('availableMemory is a number on this machine', () => {
    expect(availableMemory()).toBeGreaterThan(2 ** 20);
  });
});
