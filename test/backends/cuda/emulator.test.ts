/** The emulator does what a GPU may do: kernels of its own show that a program with a mistake does not pass. */
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/capture.js';
import { buildEmulatedDriver } from './emulated-driver.js';
import { type Argument, EmulatedGpu, type EmulatorSettings, type LaunchShape } from './emulated-gpu.js';

const SOURCES = { kernels: join(ROOT, 'test/backends/cuda/emulator/self-test'), header: 'self-test.h' };
const [DRIVER, CHECKED] = await Promise.all([
  buildEmulatedDriver({ ...SOURCES, checks: false }),
  buildEmulatedDriver({ ...SOURCES, checks: true }),
]);
const SKIPPED = 'reason' in DRIVER ? `, skipped: ${DRIVER.reason}` : '';

/** Random schedules, and the plain one. */
const SEEDS = [0, 1, 2, 3, 4];

async function open(settings: EmulatorSettings = {}): Promise<EmulatedGpu> {
  return EmulatedGpu.open('path' in DRIVER ? DRIVER.path : '', settings);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function randomValues(length: number): Float32Array {
  return Float32Array.from(range(length), (index) => Math.sin(index * 12.9898) * 4);
}

/** Rounds to bfloat16, ties to even. */
function toBfloat16(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Uint32Array(float.buffer);
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

/** Cuts off the 13 bits that TF32 lacks. */
function toTf32(value: number): number {
  const float = new Float32Array([value]);
  new Uint32Array(float.buffer)[0] &= 0xffffe000;
  return float[0];
}

/** Multiplies matrices of 16 × `inner` and `inner` × 8 in doubles. */
function productOf(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): number[] {
  return range(16 * 8).map((at) => {
    const [row, column] = [Math.floor(at / 8), at % 8];
    return range(inner).reduce((sum, i) => sum + a[row * inner + i] * b[i * 8 + column], 0);
  });
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 4);
}

describe.skipIf(SKIPPED)(`the emulated GPU${SKIPPED}`, () => {
  describe.each(SEEDS)('with seed %d', (SEED) => {
    it('makes threads wait for each other at barriers', async () => {
      const gpu = await open({ SEED });
      const out = gpu.allocate(128);
      gpu.launch('reverse_block', [out, 1], { threads: 128, sharedBytes: 512 });
      expect(gpu.floats(out, 128)).toEqual(range(128).reverse());
    });

    it('gives wrong results when a kernel lacks the barrier before it reads what others have written', async () => {
      const gpu = await open({ SEED });
      const out = gpu.allocate(128);
      gpu.launch('reverse_block', [out, 0], { threads: 128, sharedBytes: 512 });
      expect(gpu.floats(out, 128).some(Number.isNaN)).toBe(true);
    });

    it.each([1, 0])(
      'sums tiles correctly only with the barrier before the next tile: %d',
      async (barrier) => {
        const gpu = await open({ SEED });
        const x = randomValues(3 * 64);
        const sum = x.reduce((total, value) => Math.fround(total + value), 0);
        const out = gpu.allocate(64);
        gpu.launch('sum_tiles', [gpu.upload(x), out, 3, barrier], { threads: 64, sharedBytes: 256 });
        const isRight = gpu.floats(out, 64).every((value) => Math.abs(value - sum) < 1e-4);
        expect(isRight).toBe(barrier === 1);
      },
    );

    it('shuffles and votes as the CUDA manual says', async () => {
      const gpu = await open({ SEED });
      const out = gpu.allocate(10 * 32);
      gpu.launch('shuffle_and_vote', [out]);
      const words = gpu.words(out, 10 * 32);
      const rows = range(10).map((row) => words.slice(32 * row, 32 * row + 32));
      const lanes = range(32);
      expect(rows[0]).toEqual(lanes.map(() => 50));
      expect(rows[1]).toEqual(lanes.map((lane) => (lane - (lane % 8) + 3) * 10));
      expect(rows[2]).toEqual(lanes.map((lane) => (lane ^ 6) * 10));
      expect(rows[3]).toEqual(lanes.map((lane) => (lane + 4 < 32 ? lane + 4 : lane) * 10));
      expect(rows[4]).toEqual(lanes.map((lane) => (lane % 16 >= 4 ? lane - 4 : lane) * 10));
      expect(rows[5]).toEqual(lanes.map((lane) => (lane ^ 1) * 2));
      expect(rows[6]).toEqual(
        lanes.map(() => lanes.reduce((bits, lane) => bits + (lane % 3 === 0 ? 2 ** lane : 0), 0)),
      );
      expect(rows[7]).toEqual(lanes.map(() => 1));
      expect(rows[8]).toEqual(lanes.map(() => 8));
      expect(rows[9]).toEqual(lanes.map(() => 1));
    });

    it.each([1, 0])(
      'lets halves of a warp meet apart from each other, with __syncwarp or without: %d',
      async (barrier) => {
        const gpu = await open({ SEED });
        const out = gpu.allocate(32);
        gpu.launch('reverse_half_warps', [out, barrier], { sharedBytes: 128 });
        const values = gpu.floats(out, 32);
        if (barrier === 0) expect(values.some(Number.isNaN)).toBe(true);
        else expect(values).toEqual([...range(16).reverse(), ...range(32).slice(16).reverse()]);
      },
    );

    it('multiplies bfloat16 tiles by the fragments of mma.m16n8k16, and adds to what was there', async () => {
      const gpu = await open({ SEED });
      const [a, b] = [
        randomValues(16 * 16).map(toBfloat16),
        randomValues(16 * 8 + 7)
          .slice(7)
          .map(toBfloat16),
      ];
      const d = gpu.allocate(16 * 8);
      gpu.launch('multiply_bf16', [gpu.upload(a), gpu.upload(b), d]);
      expectClose(
        gpu.floats(d, 16 * 8),
        productOf(a, b, 16).map((value) => 2 * value),
      );
    });

    it('multiplies TF32 tiles by the fragments of mma.m16n8k8, without the lower bits', async () => {
      const gpu = await open({ SEED });
      const [a, b] = [randomValues(16 * 8), randomValues(8 * 8 + 5).slice(5)];
      const d = gpu.allocate(16 * 8);
      gpu.launch('multiply_tf32', [gpu.upload(a), gpu.upload(b), d]);
      expectClose(gpu.floats(d, 16 * 8), productOf(a.map(toTf32), b.map(toTf32), 8));
    });

    it.each([1, 0])(
      'lets all blocks of a cooperative launch meet, with a grid barrier or without: %d',
      async (barrier) => {
        const gpu = await open({ SEED });
        const [blocks, threads, steps] = [6, 64, 4];
        const [written, sums] = [gpu.allocate(steps * blocks), gpu.allocate(steps * blocks * threads)];
        gpu.launch('sum_of_blocks', [gpu.zeros(1), written, sums, steps, barrier, 1, 1], {
          blocks,
          threads,
          cooperative: true,
        });
        const expected = range(steps).flatMap((step) => new Array(blocks * threads).fill((step + 1) * 21));
        const values = gpu.floats(sums, expected.length);
        if (barrier === 0) expect(values.some(Number.isNaN)).toBe(true);
        else expect(values).toEqual(expected);
      },
    );
  });

  it('copies asynchronously only what has been waited for', async () => {
    const gpu = await open();
    const x = randomValues(256);
    const copied = async (pending: number) => {
      const out = gpu.allocate(256);
      gpu.launch('copy_through_shared', [gpu.upload(x), out, pending, 8], { sharedBytes: 1024 });
      return gpu.floats(out, 256);
    };
    const second = range(128).map((index) => (index % 4 < 2 ? x[128 + index] : 0));
    expect(await copied(0)).toEqual([...x.slice(0, 128), ...second]);
    expect(await copied(1)).toEqual([...x.slice(0, 128), ...new Array(128).fill(Number.NaN)]);
    expect(await copied(2)).toEqual(new Array(256).fill(Number.NaN));
  });

  it('makes asynchronous copies at once or when waited for, as the seed wants', async () => {
    const gpu = await open({ SEED: 5 });
    const x = randomValues(256);
    const out = gpu.allocate(256);
    gpu.launch('copy_through_shared', [gpu.upload(x), out, 2, 16], { sharedBytes: 1024 });
    const early = gpu.floats(out, 256).map((value, index) => value === x[index]);
    expect(new Set(early)).toEqual(new Set([true, false]));
  });

  it('runs threads in their order without a seed, and in one of its own for each seed', async () => {
    const order = async (SEED: number) => {
      const gpu = await open({ SEED });
      const list = gpu.allocate(8 * 64);
      gpu.launch('note_order', [gpu.zeros(1), list], { blocks: 8, threads: 64 });
      return gpu.words(list, 8 * 64);
    };
    expect(await order(0)).toEqual(range(8 * 64));
    const [first, again, second] = [await order(1), await order(1), await order(2)];
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    expect([...first].sort((a, b) => a - b)).toEqual(range(8 * 64));
    const blocksOf = (threads: readonly number[]) => [
      ...new Set(threads.map((thread) => Math.floor(thread / 64))),
    ];
    expect(blocksOf(first)).not.toEqual(range(8));
  });

  it('fills memory and shared memory with NaN', async () => {
    const gpu = await open();
    expect(gpu.floats(gpu.allocate(3), 3)).toEqual(new Array(3).fill(Number.NaN));
    const out = gpu.zeros(32);
    gpu.launch('give_out_shared', [out, 0], { sharedBytes: 128 });
    expect(gpu.floats(out, 32)).toEqual(new Array(32).fill(Number.NaN));
  });

  it('lets no access past the end of an allocation pass, and says which thread of which kernel made it', async () => {
    const gpu = await open({ GUARD: 1 });
    expect(gpu.failureOf('write_from', [gpu.allocate(64), 33])).toContain(
      'an illegal memory access was encountered: kernel write_from, block (0, 0, 0), thread (31, 0, 0): ' +
        'it accesses 0 bytes behind an allocation of 256 bytes (self-test.cu:',
    );
  });

  it('notices what a kernel wrote behind an allocation where no guard page can be', async () => {
    const gpu = await open({ GUARD: 1 });
    expect(gpu.failureOf('write_from', [gpu.allocate(33), 2])).toContain(
      'an illegal memory access was encountered: kernel write_from: ' +
        'it has written 0 bytes behind an allocation of 132 bytes (CUDA error 700)',
    );
  });

  it('lets no access to freed memory pass', async () => {
    const gpu = await open({ GUARD: 1 });
    const freed = gpu.allocate(64);
    gpu.driver.call('free', freed.address);
    expect(gpu.failureOf('write_from', [freed, 2])).toContain(
      'it accesses memory that has been freed, at byte 8 of 256',
    );
  });

  it('lets no access through a null pointer pass', async () => {
    const gpu = await open();
    expect(gpu.failureOf('write_from', [{ address: 0 }, 2])).toContain(
      'it accesses address 8: a null pointer, or an element of one',
    );
  });

  it('lets no access past the shared memory of the launch pass', async () => {
    const gpu = await open();
    const launch = { sharedBytes: 128 };
    gpu.launch('write_beyond_shared', [gpu.allocate(32), 0], launch);
    expect(gpu.failureOf('write_beyond_shared', [gpu.allocate(32), 1], launch)).toContain(
      'thread (31, 0, 0): it accesses shared memory 0 bytes behind the 128 of the launch',
    );
    const other = await open();
    expect(other.failureOf('declare_more_shared', [other.allocate(32), 0], launch)).toContain(
      'it declares 132 bytes of shared memory, and the launch gives it 128',
    );
  });

  it.each([
    ['wait_for_nobody', 'it waits for a change of memory that does not come'],
    ['skip_barrier', 'it waits for a change of memory that does not come'],
    ['shuffle_with_half', 'it waits in a shuffle with mask ffffffff, and others of the mask do not come'],
    ['disagree_on_mask', 'meet in a shuffle with different masks'],
    ['divide_by_zero', 'it divides an integer by zero'],
  ])(
    'ends the launch of a kernel that would not end on a GPU or has no defined result: %s',
    async (kernel, message) => {
      for (const SEED of SEEDS) {
        const gpu = await open({ SEED });
        expect(gpu.failureOf(kernel, [gpu.zeros(64)], { threads: 64 })).toContain(message);
      }
    },
  );

  it('refuses every call after a kernel has failed', async () => {
    const gpu = await open();
    const out = gpu.allocate(32);
    expect(gpu.failureOf('write_from', [{ address: 0 }, 2])).toContain('CUDA error 700');
    expect(() => gpu.launch('write_from', [out, 0])).toThrow('CUDA error 700');
    expect(() => gpu.allocate(1)).toThrow('CUDA error 700');
    expect(() => gpu.floats(out, 1)).toThrow('CUDA error 700');
  });

  it.each([
    ['more threads than a block can have', { threads: 1056 }, 1],
    ['more shared memory than was asked for', { sharedBytes: 49_168 }, 1],
    [
      'more blocks than can be resident in a cooperative launch',
      { blocks: 65, threads: 512, cooperative: true },
      720,
    ],
  ])('refuses a launch with %s', async (_, shape, code) => {
    const gpu = await open();
    expect(gpu.failureOf('write_from', [gpu.allocate(4096), 0], shape)).toContain(`(CUDA error ${code})`);
  });

  it('reads page-locked memory when it executes a copy, and ordinary memory at once', async () => {
    const gpu = await open();
    const pinned = gpu.driver.get<object>('allocatePinned', 4, 0);
    const host = new Float32Array(koffi.view(pinned, 4));
    const ordinary = new Float32Array([1]);
    const [fromPinned, fromOrdinary] = [gpu.allocate(1), gpu.allocate(1)];
    host[0] = 1;
    gpu.driver.call('upload', fromPinned.address, koffi.address(pinned), 4, gpu.stream);
    gpu.driver.call('upload', fromOrdinary.address, ordinary, 4, gpu.stream);
    host[0] = ordinary[0] = 2;
    expect(gpu.floats(fromPinned, 1)).toEqual([2]);
    expect(gpu.floats(fromOrdinary, 1)).toEqual([1]);
  });

  it('reaches an event only after what was started before it', async () => {
    const gpu = await open();
    const event = gpu.driver.get('createEvent', 0);
    const out = gpu.allocate(64);
    for (const first of [0, 32]) gpu.launch('write_from', [out, first]);
    gpu.driver.call('recordEvent', event, gpu.stream);
    const codes = range(3).map(() => gpu.driver.attempt('queryEvent', event));
    expect(codes).toEqual([600, 600, 0]);
  });

  it('replays what was captured as a graph, and runs none of it before', async () => {
    const gpu = await open();
    const [next, order] = [gpu.zeros(1), gpu.allocate(64)];
    const replay = gpu.capture(() => gpu.launch('note_order', [next, order]));
    expect(gpu.words(next, 1)).toEqual([0]);
    replay();
    replay();
    expect(gpu.words(next, 1)).toEqual([64]);
    expect(gpu.words(order, 64)).toEqual([...range(32), ...range(32)]);
  });

  it('does nothing in launches and copies when only the time of the host counts', async () => {
    const gpu = await open({ NOTHING: 1 });
    const [next, order] = [gpu.zeros(1), gpu.allocate(32)];
    gpu.launch('note_order', [next, order]);
    expect(gpu.words(next, 1)).toEqual([0]); // what the array held: no copy changed it
  });
});

describe.skipIf(SKIPPED)(`the emulated GPU that checks each access of memory${SKIPPED}`, () => {
  async function openChecked(settings: EmulatorSettings = {}): Promise<EmulatedGpu> {
    return EmulatedGpu.open('path' in CHECKED ? CHECKED.path : '', settings);
  }

  /** Launches a kernel, and returns what the checks find in it; null if nothing. */
  async function findIn(
    name: string,
    argument: (gpu: EmulatedGpu) => Argument,
    shape: LaunchShape,
    SEED = 0,
  ): Promise<string | null> {
    const gpu = await openChecked({ SEED });
    gpu.launch(name, argument(gpu), shape);
    const code = gpu.driver.attempt('waitForStream', gpu.stream);
    return code === 0 ? null : gpu.driver.failure(code, 'waitForStream').message;
  }

  /** The argument of sum_of_blocks. */
  function blocksThatMeet(gpu: EmulatedGpu, barrier: number, fence: number, acquire: number): Argument {
    const [blocks, threads, steps] = [6, 64, 4];
    const [written, sums] = [gpu.allocate(steps * blocks), gpu.allocate(steps * blocks * threads)];
    return [gpu.zeros(1), written, sums, steps, barrier, fence, acquire];
  }
  const BLOCKS = { blocks: 6, threads: 64, cooperative: true };

  it.each(SEEDS)('finds nothing in kernels whose threads wait for each other, seed %d', async (SEED) => {
    const block = { threads: 128, sharedBytes: 512 };
    const tiles = { threads: 64, sharedBytes: 256 };
    const x = randomValues(256);
    const copies = (pending: number) => (gpu: EmulatedGpu) => [gpu.upload(x), gpu.allocate(256), pending, 16];
    expect(await findIn('reverse_block', (gpu) => [gpu.allocate(128), 1], block, SEED)).toBeNull();
    expect(
      await findIn('sum_tiles', (gpu) => [gpu.upload(x), gpu.allocate(64), 4, 1], tiles, SEED),
    ).toBeNull();
    expect(
      await findIn('reverse_half_warps', (gpu) => [gpu.allocate(32), 1], { sharedBytes: 128 }, SEED),
    ).toBeNull();
    expect(
      await findIn('reverse_behind_shuffle', (gpu) => [gpu.allocate(32), 1], { sharedBytes: 128 }, SEED),
    ).toBeNull();
    expect(await findIn('sum_of_blocks', (gpu) => blocksThatMeet(gpu, 1, 1, 1), BLOCKS, SEED)).toBeNull();
    expect(await findIn('copy_through_shared', copies(0), { sharedBytes: 1024 }, SEED)).toBeNull();
    expect(await findIn('shuffle_and_vote', (gpu) => [gpu.allocate(320)], {}, SEED)).toBeNull();
    const order = (gpu: EmulatedGpu) => [gpu.zeros(1), gpu.allocate(512)];
    expect(await findIn('note_order', order, { blocks: 8, threads: 64 }, SEED)).toBeNull();
  });

  it.each(SEEDS)('names both threads and the line where a barrier is missing, seed %d', async (SEED) => {
    const found = await findIn(
      'reverse_block',
      (gpu) => [gpu.allocate(128), 0],
      { threads: 128, sharedBytes: 512 },
      SEED,
    );
    expect(found).toMatch(
      /kernel reverse_block, .*: it (?:reads|writes) byte \d+ of the 512 of shared memory, which thread \d+ of the block has (?:read|written), and neither waits for the other \(self-test\.cu:\d+(?:, self-test\.cu:\d+)?\)/,
    );
  });

  const RACE =
    /which thread \d+ of the (?:block|resident block \d+) has (?:written|read), and neither waits for the other/;

  it.each(SEEDS)(
    'finds each missing barrier, fence and wait whatever the order of threads, seed %d',
    async (SEED) => {
      const x = randomValues(256);
      const [tiles, warp] = [{ threads: 64, sharedBytes: 256 }, { sharedBytes: 128 }];
      const sums = (gpu: EmulatedGpu) => [gpu.upload(x), gpu.allocate(64), 4, 0];
      expect(await findIn('sum_tiles', sums, tiles, SEED)).toMatch(RACE);
      expect(await findIn('reverse_half_warps', (gpu) => [gpu.allocate(32), 0], warp, SEED)).toMatch(RACE);
      expect(await findIn('reverse_behind_shuffle', (gpu) => [gpu.allocate(32), 0], warp, SEED)).toMatch(
        RACE,
      );
      expect(await findIn('sum_of_blocks', (gpu) => blocksThatMeet(gpu, 0, 1, 1), BLOCKS, SEED)).toMatch(
        RACE,
      );
      expect(await findIn('sum_of_blocks', (gpu) => blocksThatMeet(gpu, 1, 0, 1), BLOCKS, SEED)).toMatch(
        RACE,
      );
      expect(await findIn('sum_of_blocks', (gpu) => blocksThatMeet(gpu, 1, 1, 0), BLOCKS, SEED)).toMatch(
        RACE,
      );
    },
  );

  it('finds that blocks of an ordinary launch write to the same place', async () => {
    const write = (gpu: EmulatedGpu) => [gpu.allocate(4), 1];
    expect(await findIn('write_same', write, { blocks: 1 })).toBeNull();
    expect(await findIn('write_same', write, { blocks: 2 })).toContain(
      'it writes byte 4 of an allocation of 16 bytes, which another block has written',
    );
  });

  it('lets no access of a word outside of its memory pass', async () => {
    const first = (at: number) => (gpu: EmulatedGpu) => [gpu.allocate(33), at];
    expect(await findIn('write_from', first(1), {})).toBeNull();
    expect(await findIn('write_from', first(2), {})).toContain(
      'thread (31, 0, 0): it writes 0 bytes behind an allocation of 132 bytes (self-test.cu:',
    );
    const shared = (at: number) => (gpu: EmulatedGpu) => [gpu.allocate(32), at];
    expect(await findIn('write_beyond_shared', shared(0), { sharedBytes: 132 })).toBeNull();
    expect(await findIn('write_beyond_shared', shared(2), { sharedBytes: 132 })).toContain(
      'thread (31, 0, 0): it writes byte 132 of the 132 of shared memory (self-test.cu:',
    );
    const freed = (gpu: EmulatedGpu) => {
      const memory = gpu.allocate(64);
      gpu.driver.call('free', memory.address);
      return [memory, 0];
    };
    expect(await findIn('write_from', freed, {})).toContain(
      'it writes byte 0 of an allocation of 256 bytes, which has been freed',
    );
  });
});
