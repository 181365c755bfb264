/**
 * Captured work of this backend: a graph with its own copies of what varies. To run it again is a copy of ids and numbers to the
 * device, two kernels that copy tensors in and results out, and the launch of the graph.
 */
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { CapturedWork, Varying } from '../../ops/capture.js';
import { sizeOf } from '../strides.js';
import type { CudaDevice, Graph } from './device.js';
import type { DeviceMemory } from './device-memory.js';
import { CUDA_ERROR, CudaError } from './driver.js';
import { CONSTANTS, type CudaRun } from './kernels.generated.js';
import { CaptureRefused, Recording } from './recording.js';

/** The tensors of a device, as far as captured work needs them: see `CudaBackend`. */
interface DeviceTensors extends KernelBackend {
  readonly device: CudaDevice;
  address(tensor: TensorInfo): number;
  allocate(shape: readonly number[]): { readonly info: TensorInfo; readonly address: number };
}

/** A tensor's place in the memory of graphs. */
interface Place {
  readonly shape: readonly number[];
  readonly address: number;
}

/**
 * Captures work; see `CapturingBackend`.
 *
 * @returns null when some of it cannot be captured
 */
export function captureWork(
  backend: DeviceTensors,
  memory: DeviceMemory,
  varying: Varying,
  variables: readonly tf.Variable[],
  work: (tensors: tf.Tensor[]) => tf.Tensor[],
): CapturedWork | null {
  const recording = new Recording(memory.graphs, varying);
  const made: tf.Tensor[] = [];
  memory.recording = recording;
  try {
    let [inputs, outputs]: [Place[], Place[]] = [[], []];
    const placeOf = ({ dataId, shape, dtype }: tf.Tensor) => {
      return { shape, address: backend.address({ dataId, shape, dtype }) };
    };
    const graph = backend.device.record(() => {
      const copies = varying.tensors.map(({ shape }) => tensorOf(backend, backend.allocate(shape).info));
      made.push(...copies);
      inputs = copies.map(placeOf);
      const results = work(copies);
      made.push(...results);
      outputs = results.map(placeOf);
    });
    return new CapturedStep(backend, memory, { graph, recording, inputs, outputs }, variables);
  } catch (error) {
    if (isRefusal(error)) {
      for (const { block } of recording.constants) memory.takeBack(block);
      return null;
    }
    throw error;
  } finally {
    tf.dispose(made);
    memory.graphs.endRecording();
    memory.recording = null;
  }
}

/** Whether an error only means that the work has to run without capture. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof CudaError)) return error instanceof CaptureRefused;
  const { outOfMemory, notSupported, firstOfCapture, lastOfCapture } = CUDA_ERROR;
  if (error.code === outOfMemory || error.code === notSupported) return true;
  return error.code >= firstOfCapture && error.code <= lastOfCapture;
}

/** What was captured. */
interface Captured {
  readonly graph: Graph;
  readonly recording: Recording;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

class CapturedStep implements CapturedWork {
  private readonly era: number;
  private readonly dataIds: readonly object[];
  private readonly words: Int32Array;
  private isReady = false;

  constructor(
    private readonly backend: DeviceTensors,
    private readonly memory: DeviceMemory,
    private readonly captured: Captured,
    private readonly variables: readonly tf.Variable[],
  ) {
    this.era = memory.graphs.era;
    memory.graphs.addUser();
    this.dataIds = variables.map(({ dataId }) => dataId);
    this.words = new Int32Array(captured.recording.place.words);
  }

  replay(varying: Varying): tf.Tensor[] | null {
    const { backend, memory } = this;
    const { graph, recording, inputs, outputs } = this.captured;
    const given = varying.tensors.map((tensor) => backend.address(tensor));
    const results = outputs.map(({ shape }) => backend.allocate(shape));
    // Memory for those may have been that of graphs.
    if (!this.isCurrent()) {
      for (const { info } of results) backend.disposeData(info.dataId);
      return null;
    }
    if (!this.isReady) {
      for (const { block, values } of recording.constants) memory.upload(block.address, values);
      this.isReady = true;
    }
    recording.write(this.words, varying);
    memory.upload(recording.place.address, this.words);
    copyAll(
      backend,
      inputs.map(({ shape, address }, i) => ({ from: given[i], to: address, count: sizeOf(shape) })),
    );
    for (const values of recording.updated) values.forgetHost();
    backend.device.launchGraph(graph);
    copyAll(
      backend,
      outputs.map(({ shape, address }, i) => ({
        from: address,
        to: results[i].address,
        count: sizeOf(shape),
      })),
    );
    return results.map(({ info }) => tensorOf(backend, info));
  }

  dispose(): void {
    this.backend.device.destroyGraph(this.captured.graph);
    for (const { block } of this.captured.recording.constants) this.memory.takeBack(block);
    this.memory.graphs.removeUser(this.era);
  }

  /** Whether everything that the graph reads is where it was. */
  private isCurrent(): boolean {
    if (this.era !== this.memory.graphs.era) return false;
    if (this.variables.some(({ dataId }, i) => dataId !== this.dataIds[i])) return false;
    return [...this.captured.recording.outside].every(([values, address]) => values.address === address);
  }
}

/** Starts copies of runs of words, as few launches as there can be. */
function copyAll({ device }: DeviceTensors, copies: readonly Omit<CudaRun, 'firstBlock'>[]): void {
  const { COPY_PIECE, COPY_RUNS } = CONSTANTS;
  for (let start = 0; start < copies.length; start += COPY_RUNS) {
    let blocks = 0;
    const run = copies.slice(start, start + COPY_RUNS).map((copy): CudaRun => {
      const firstBlock = blocks;
      blocks += Math.ceil(copy.count / COPY_PIECE);
      return { ...copy, firstBlock };
    });
    device.launch('copyRuns', { runs: run.length, run }, [blocks]);
  }
}

/** Makes a tensor of what a kernel would return. */
function tensorOf(backend: DeviceTensors, info: TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info, backend);
}
