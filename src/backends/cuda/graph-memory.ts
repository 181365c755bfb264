/**
 * Memory that captured work runs in. A graph has addresses in it, so memory that was lent while one was recorded is reserved as
 * long as there are graphs. All of them share it, each for itself: they run one after the other, and what one of them leaves is
 * copied elsewhere before the next begins.
 */
import type { BlockOwner, DeviceBlock } from './device-block.js';

/** Where the memory comes from. */
export interface BlockSource {
  /** Lends a block that holds so many numbers of four bytes. */
  lendOwn(length: number): DeviceBlock;
  /** Returns the size of such a block. */
  bytesOf(length: number): number;
}

/** Reserved memory, which is lent while work is recorded. */
export class GraphMemory implements BlockOwner {
  /** Reserved blocks that are free, by their size in bytes. */
  private readonly free = new Map<number, DeviceBlock[]>();
  /** Reserved blocks by what was lent for them. */
  private readonly lent = new Map<DeviceBlock, DeviceBlock>();
  private users = 0;
  private currentEra = 0;

  constructor(private readonly source: BlockSource) {}

  /** Changes when the memory is no longer reserved: graphs of another era must not run. */
  get era(): number {
    return this.currentEra;
  }

  /** Lends a block until it is taken back, or until the recording ends. */
  lend(length: number): DeviceBlock {
    const reserved = this.free.get(this.source.bytesOf(length))?.pop() ?? this.source.lendOwn(length);
    const block = { address: reserved.address, bytes: reserved.bytes, owner: this };
    this.lent.set(block, reserved);
    return block;
  }

  /** Takes back what was lent in this recording; what was lent in an earlier one is free already. */
  takeBack(block: DeviceBlock): void {
    const reserved = this.lent.get(block);
    if (!reserved) return;
    this.lent.delete(block);
    this.putBack(reserved);
  }

  /** Takes a lent block out of what graphs share. Returns it; its new owner gives it back to where it came from. */
  takeOut(block: DeviceBlock): DeviceBlock {
    const reserved = this.lent.get(block);
    if (!reserved) throw new Error('the block is not lent');
    this.lent.delete(block);
    return reserved;
  }

  /** Ends a recording: everything is free for the next one, or given back where there is no graph. */
  endRecording(): void {
    for (const reserved of this.lent.values()) this.putBack(reserved);
    this.lent.clear();
    if (this.users === 0) this.release();
  }

  /** Counts a graph. */
  addUser(): void {
    this.users++;
  }

  /** Counts a graph that is no more; with the last one of this era, the memory is given back. */
  removeUser(era: number): void {
    if (era === this.currentEra && --this.users === 0) this.release();
  }

  /** Gives all memory back, whether or not there are graphs. Returns whether there was any. */
  release(): boolean {
    const blocks = [...this.free.values()].flat();
    this.free.clear();
    this.users = 0;
    this.currentEra++;
    for (const block of blocks) block.owner.takeBack(block);
    return blocks.length > 0;
  }

  private putBack(reserved: DeviceBlock): void {
    const alike = this.free.get(reserved.bytes) ?? [];
    alike.push(reserved);
    this.free.set(reserved.bytes, alike);
  }
}
