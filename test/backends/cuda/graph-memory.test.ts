import { describe, expect, it } from 'vitest';
import type { DeviceBlock } from '../../../src/backends/cuda/device-block.js';
import { GraphMemory } from '../../../src/backends/cuda/graph-memory.js';

/** A source that counts, whose blocks have addresses 1, 2, 3 …. */
function makeSource() {
  const lent: DeviceBlock[] = [];
  const returned: number[] = [];
  const owner = { takeBack: ({ address }: DeviceBlock) => void returned.push(address) };
  return {
    returned,
    bytesOf: (length: number) => 4 * length,
    lendOwn(length: number): DeviceBlock {
      const block = { address: lent.length + 1, bytes: 4 * length, owner };
      lent.push(block);
      return block;
    },
  };
}

describe('memory of graphs', () => {
  it('is lent again in the same recording once it was taken back', () => {
    const memory = new GraphMemory(makeSource());
    const first = memory.lend(10);
    memory.takeBack(first);
    memory.takeBack(first);
    expect([memory.lend(10).address, memory.lend(10).address]).toEqual([1, 2]);
  });

  it('is shared by the recordings of several graphs', () => {
    const source = makeSource();
    const memory = new GraphMemory(source);
    const old = memory.lend(10);
    memory.addUser();
    memory.endRecording();
    const again = memory.lend(10);
    expect(again.address).toBe(old.address);
    // What an earlier recording lent is no longer its own.
    memory.takeBack(old);
    expect(memory.lend(10).address).toBe(2);
    expect(source.returned).toEqual([]);
  });

  it('keeps what was taken out from other graphs', () => {
    const memory = new GraphMemory(makeSource());
    const constant = memory.lend(10);
    expect(memory.takeOut(constant).address).toBe(1);
    memory.takeBack(constant);
    expect(memory.lend(10).address).toBe(2);
    expect(() => memory.takeOut(constant)).toThrow('not lent');
  });

  it('is given back with the last graph, or when a recording ends and there is none', () => {
    const source = makeSource();
    const memory = new GraphMemory(source);
    memory.lend(10);
    memory.endRecording();
    expect(source.returned).toEqual([1]);
    memory.lend(10);
    memory.lend(20);
    memory.addUser();
    memory.addUser();
    memory.endRecording();
    const { era } = memory;
    memory.removeUser(era);
    expect(source.returned).toEqual([1]);
    memory.removeUser(era);
    expect(source.returned).toEqual([1, 2, 3]);
    expect(memory.era).not.toBe(era);
  });

  it('is given back at once when it is needed elsewhere, and graphs of that era do not count any more', () => {
    const source = makeSource();
    const memory = new GraphMemory(source);
    memory.lend(10);
    memory.addUser();
    memory.endRecording();
    const { era } = memory;
    expect(memory.release()).toBe(true);
    expect(memory.release()).toBe(false);
    memory.lend(30);
    memory.addUser();
    memory.endRecording();
    memory.removeUser(era);
    expect(source.returned).toEqual([1]);
  });
});
