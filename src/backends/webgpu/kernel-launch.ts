/** Kernels of ours on a device: their pipelines and bind groups, which are made once, and their dispatches. */
import { KERNELS, type KernelName, type WebgpuKernels } from './kernels.generated.js';
import { MOST_UNIFORM_BYTES, UniformArena } from './uniform-arena.js';

/** What is generated from the WGSL of one kernel. */
interface Kernel {
  readonly source: string;
  /** In order of their bindings. */
  readonly buffers: readonly { readonly name: string; readonly access: 'read' | 'read_write' }[];
  /** Bytes of the uniforms. */
  readonly bytes: number;
  /** Features of the device without which it does not compile. */
  readonly features: readonly GPUFeatureName[];
  /** Writes the uniforms. */
  write(to: DataView, at: number, uniforms: unknown): void;
}

/** The buffers of a kernel by the names in its WGSL. */
export type KernelBuffers<N extends KernelName> = Readonly<Record<WebgpuKernels[N]['buffers'], GPUBuffer>>;

/** Values of the `override` constants of a kernel; those that are left out have their default. */
export type KernelConstants<N extends KernelName> = Partial<
  Readonly<Record<WebgpuKernels[N]['constants'], number>>
>;

/** Workgroups in x, y, z; those that are left out are 1. */
export type Workgroups = readonly [x: number, y?: number, z?: number];

/** Where dispatches are recorded. */
export interface Recorder {
  /** Returns the compute pass to record one dispatch in; `isSame` if nothing else was recorded in it since the last of ours. */
  pass(): { readonly encoder: GPUComputePassEncoder; readonly isSame: boolean };
  /** Submits all that is recorded. */
  submit(): void;
}

/** A kernel with its buffers, ready to be dispatched many times. */
export interface Launch<N extends KernelName> {
  /** Records one dispatch after all that is recorded so far. */
  dispatch(uniforms: WebgpuKernels[N]['uniforms'], workgroups: Workgroups): void;
}

/** The most bind groups that are kept; beyond that all are made again when they are needed. */
const MOST_BIND_GROUPS = 4096;

/** The kernels of one device. */
export class KernelLauncher {
  private readonly uniforms: UniformArena;
  private readonly layouts = new Map<KernelName, GPUBindGroupLayout>();
  private readonly pipelines = new Map<string, GPUComputePipeline>();
  private readonly bindGroups = new Map<string, GPUBindGroup>();
  private readonly bufferNumbers = new WeakMap<GPUBuffer, number>();
  private buffersSeen = 0;
  /** The launch that was dispatched last. */
  private last: object | null = null;
  /** Dispatches of each kernel, for `doctor` and tests. */
  readonly dispatches = new Map<KernelName, number>();

  constructor(
    private readonly device: GPUDevice,
    private readonly recorder: Recorder,
  ) {
    this.uniforms = new UniformArena(device);
  }

  /** Makes a kernel ready for some buffers. A buffer that the kernel writes must be given once only. */
  prepare<N extends KernelName>(
    name: N,
    buffers: KernelBuffers<N>,
    constants: KernelConstants<N> = {},
  ): Launch<N> {
    const pipeline = this.pipelineOf(name, constants);
    const bindGroup = this.bindGroupOf(name, buffers);
    const { write } = KERNELS[name] as Kernel;
    const { uniforms, recorder, dispatches } = this;
    const launch: Launch<N> = {
      dispatch: (values, [x, y = 1, z = 1]) => {
        if (!uniforms.hasRoom) recorder.submit();
        const { offset, bindGroup: uniformGroup } = uniforms.take();
        write(uniforms.view, offset, values);
        const { encoder, isSame } = recorder.pass();
        if (!isSame || this.last !== launch) {
          encoder.setPipeline(pipeline);
          encoder.setBindGroup(1, bindGroup);
          this.last = launch;
        }
        encoder.setBindGroup(0, uniformGroup);
        encoder.dispatchWorkgroups(x, y, z);
        dispatches.set(name, (dispatches.get(name) ?? 0) + 1);
      },
    };
    return launch;
  }

  /** Copies the uniforms of what is recorded to the device; call it just before each submit. */
  flush(): void {
    this.uniforms.flush();
  }

  private pipelineOf<N extends KernelName>(name: N, constants: KernelConstants<N>): GPUComputePipeline {
    const key = `${name} ${JSON.stringify(constants)}`;
    const known = this.pipelines.get(key);
    if (known) return known;
    const { source, features, bytes } = KERNELS[name] as Kernel;
    if (bytes > MOST_UNIFORM_BYTES) throw new Error(`The uniforms of ${name} have ${bytes} bytes`);
    for (const feature of features)
      if (!this.device.features.has(feature)) throw new Error(`${name} needs the feature ${feature}`);
    const pipeline = this.device.createComputePipeline({
      label: name,
      layout: this.device.createPipelineLayout({
        bindGroupLayouts: [this.uniforms.layout, this.layoutOf(name)],
      }),
      compute: {
        module: this.device.createShaderModule({ label: name, code: source }),
        entryPoint: 'main',
        constants: constants as Record<string, number>,
      },
    });
    this.pipelines.set(key, pipeline);
    return pipeline;
  }

  private layoutOf(name: KernelName): GPUBindGroupLayout {
    const known = this.layouts.get(name);
    if (known) return known;
    const layout = this.device.createBindGroupLayout({
      label: name,
      entries: (KERNELS[name] as Kernel).buffers.map(({ access }, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
    this.layouts.set(name, layout);
    return layout;
  }

  private bindGroupOf<N extends KernelName>(name: N, byName: KernelBuffers<N>): GPUBindGroup {
    const buffers = (KERNELS[name] as Kernel).buffers.map(
      (binding) => byName[binding.name as WebgpuKernels[N]['buffers']],
    );
    const key = `${name} ${buffers.map((buffer) => this.numberOf(buffer)).join(' ')}`;
    const known = this.bindGroups.get(key);
    if (known) return known;
    if (this.bindGroups.size >= MOST_BIND_GROUPS) this.bindGroups.clear();
    const made = this.device.createBindGroup({
      label: name,
      layout: this.layoutOf(name),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.bindGroups.set(key, made);
    return made;
  }

  private numberOf(buffer: GPUBuffer): number {
    const known = this.bufferNumbers.get(buffer);
    if (known !== undefined) return known;
    this.buffersSeen += 1;
    this.bufferNumbers.set(buffer, this.buffersSeen);
    return this.buffersSeen;
  }
}
