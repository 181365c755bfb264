/**
 * One buffer for the uniforms of all dispatches of a submit. They are collected on the machine and copied to the device at once,
 * before the submit; a dispatch has its place by a dynamic offset, so its bind groups need not be made again.
 */

/** Bytes of the arena: uniforms of a few thousand dispatches. */
const ARENA_BYTES = 2 ** 19;

/** The most bytes of one kernel's uniforms. */
export const MOST_UNIFORM_BYTES = 512;

/** Uniforms of the dispatches that are not submitted yet. */
export class UniformArena {
  /** Of every kernel's bind group 0. */
  readonly layout: GPUBindGroupLayout;
  readonly bindGroup: GPUBindGroup;
  /** The uniforms on the machine, to be written where {@link reserve} says. */
  readonly view: DataView;
  private readonly bytes = new ArrayBuffer(ARENA_BYTES);
  private readonly buffer: GPUBuffer;
  private used = 0;

  /** @param alignment of offsets, a limit of the device */
  constructor(
    private readonly device: GPUDevice,
    private readonly alignment: number,
  ) {
    this.view = new DataView(this.bytes);
    this.buffer = device.createBuffer({
      label: 'uniforms',
      size: ARENA_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const buffer = { type: 'uniform', hasDynamicOffset: true, minBindingSize: MOST_UNIFORM_BYTES } as const;
    this.layout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer }],
    });
    this.bindGroup = device.createBindGroup({
      layout: this.layout,
      entries: [{ binding: 0, resource: { buffer: this.buffer, size: MOST_UNIFORM_BYTES } }],
    });
  }

  /** Whether there is room for one more dispatch; otherwise submit first. */
  get hasRoom(): boolean {
    return this.used + MOST_UNIFORM_BYTES <= ARENA_BYTES;
  }

  /** Reserves bytes for one dispatch. @returns their offset */
  reserve(bytes: number): number {
    const offset = this.used;
    this.used = Math.ceil((offset + bytes) / this.alignment) * this.alignment;
    return offset;
  }

  /** Copies what is collected to the device. Call it just before the submit: later copies wait for it. */
  flush(): void {
    if (this.used === 0) return;
    this.device.queue.writeBuffer(this.buffer, 0, this.bytes, 0, Math.min(this.used, ARENA_BYTES));
    this.used = 0;
  }
}
