/** Blocks of a device's memory: their places, and who lends them. */

/** An address on the device, the size of its block, and who lent it. */
export interface DeviceBlock {
  readonly address: number;
  readonly bytes: number;
  readonly owner: BlockOwner;
}

/** Who lends blocks, and takes them back. */
export interface BlockOwner {
  takeBack(block: DeviceBlock): void;
}

/** The types of a tensor's values that the device knows. */
export type DeviceArray = Float32Array | Int32Array | Uint8Array;
