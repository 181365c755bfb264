/** Selects a backend: by name, or the fastest that runs here. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import type { Precision } from '../ops/op.js';
import { availableMemory } from './available-memory.js';
import {
  BACKEND_NAMES,
  type Backend,
  type BackendName,
  type BackendOptions,
  type MemoryUse,
  type Probe,
  type Rehearsed,
  type RooflineMeter,
} from './backend.js';
import { cudaBackend } from './cuda/cuda.js';
import { nativeBackend } from './native/native.js';
import { isBuiltForGpu, tensorflowBackend } from './tensorflow/tensorflow.js';
import { cpuBackend, wasmBackend } from './tfjs-backends.js';
import { mayHaveGpu } from './webgpu/dawn.js';
import { webgpuBackend } from './webgpu/webgpu.js';

const BACKENDS: Record<BackendName, Backend> = {
  cuda: cudaBackend,
  webgpu: webgpuBackend,
  native: nativeBackend,
  tensorflow: tensorflowBackend,
  wasm: wasmBackend,
  cpu: cpuBackend,
};

/** Returns what measures the processor; null where the native backend, whose kernels measure it, cannot run. */
export async function rooflineMeter(options: BackendOptions): Promise<RooflineMeter | null> {
  return (await nativeBackend.rooflineMeter?.(options)) ?? null;
}

/** The active backend, and the sentence that says why it was selected. */
export interface ActiveBackend {
  readonly name: BackendName;
  readonly reason: string;
  /** See `Backend`. */
  readonly queueDepth: number;
}

/** Returns how many batches a backend may be fed ahead; see `Backend`. */
export function queueDepthOf(name: BackendName): number {
  return BACKENDS[name].queueDepth;
}

/** Probes every backend, fastest first: whether it can run here, and why. */
export async function probeBackends(
  options: BackendOptions = {},
): Promise<({ name: BackendName } & Probe)[]> {
  checkThreadCount(options.threads);
  return Promise.all(BACKEND_NAMES.map(async (name) => ({ name, ...(await BACKENDS[name].probe(options)) })));
}

/**
 * Makes a backend the active one. A choice of the user is never skipped: neither a named backend, nor one whose compiler or
 * driver is named.
 *
 * @param choice  a backend's name, or `auto` for the fastest that can run here
 * @param options settings of the backend
 * @throws UserError('backend') when it cannot run, with the reason; UserError('usage') for too many threads
 */
export async function activateBackend(
  choice: BackendName | 'auto',
  options: BackendOptions = {},
): Promise<ActiveBackend> {
  checkThreadCount(options.threads);
  tf.enableProdMode();
  const refusals: Refusal[] = [];
  for await (const name of choice === 'auto' ? automaticOrder(options) : [choice]) {
    const probe = await BACKENDS[name].probe(options);
    const failure = probe.available ? await tryToActivate(name, options) : probe.reason;
    if (failure === null) {
      const { queueDepth } = BACKENDS[name];
      return { name, queueDepth, reason: reasonFor(choice, probe.reason, refusals) };
    }
    refusals.push({ line: `${name}: ${failure}`, absent: probe.absent === true });
    // Whether or not the backend was named: no other one is taken in place of what the user chose.
    if (name === 'native' && options.compiler !== undefined) {
      const attempt = `The native backend cannot run here with the compiler ${options.compiler}`;
      throw namedFails(attempt, { failure, details: probe.details }, COMPILER_CURES);
    }
    if (name === 'cuda' && options.cudaDriver !== undefined) {
      const attempt = `The cuda backend cannot run here with the driver ${options.cudaDriver}`;
      throw namedFails(attempt, { failure, details: probe.details }, DRIVER_CURES);
    }
    if (name === 'tensorflow' && options.tensorflow !== undefined) {
      const attempt = `The tensorflow backend cannot run here with the folder ${options.tensorflow}`;
      throw namedFails(attempt, { failure, details: probe.details }, TENSORFLOW_CURES);
    }
  }
  const message = choice === 'auto' ? 'No backend can run here' : `The ${choice} backend cannot run here`;
  throw new UserError('backend', [message, ...refusals.map(({ line }) => line)].join('\n  '), [
    'See why each backend can or cannot run: `zlm doctor`.',
    ...(choice === 'auto' ? [] : [TAKE_AUTO]),
  ]);
}

/** The cure of a backend that was named and fails, for a command that computes on one. */
export const TAKE_AUTO = 'Take the fastest that can: `--backend auto`.';

/** Makes the error for a backend that fails with what the user named for it. */
function namedFails(
  attempt: string,
  { failure, details }: { readonly failure: string; readonly details: string | undefined },
  cures: readonly string[],
): UserError {
  const said = details === undefined ? [] : details.split('\n');
  return new UserError('backend', [attempt, failure, ...said].join('\n  '), cures);
}

const COMPILER_CURES = [
  'Name a compiler that works with --cc or ZLM_CC, or none: cc, gcc and clang are then tried.',
  'Train without a compiler, much slower: `--backend wasm`.',
];

const DRIVER_CURES = [
  'Name the library of the NVIDIA driver with --cuda-driver or ZLM_CUDA_DRIVER, or none: the system then looks for it.',
  'Take another backend: `--backend native`.',
];

const TENSORFLOW_CURES = [
  'Name a folder that `npm run tensorflow:build` made with --tensorflow or ZLM_TENSORFLOW, or none.',
  'Take another backend: `--backend native`.',
];

/**
 * Yields the backends in the order in which `auto` tries them. TensorFlow comes before native on a GPU only; its library takes a
 * second to load, so it is not asked before native unless it was built for GPUs. WebGPU is tried on a GPU only: on processors,
 * every other backend is faster.
 */
async function* automaticOrder(options: BackendOptions): AsyncGenerator<BackendName> {
  yield 'cuda';
  const isFirst = (await isBuiltForGpu(options)) && (await tensorflowBackend.probe(options)).onGpu === true;
  if (isFirst) yield 'tensorflow';
  if ((await mayHaveGpu()) && (await webgpuBackend.probe(options)).onGpu === true) yield 'webgpu';
  const tried = ['cuda', 'webgpu', ...(isFirst ? ['tensorflow'] : [])];
  for (const name of BACKEND_NAMES) if (!tried.includes(name)) yield name;
}

/**
 * Returns the bytes of memory that a computation on a loaded backend may still use: of its device, or of this machine.
 *
 * @param name a backend that is loaded
 */
export function memoryFor(name: BackendName): number {
  return BACKENDS[name].availableMemory?.() ?? availableMemory();
}

/**
 * Says why a loaded backend does not compute products in a precision, in words that continue a sentence.
 *
 * @returns null when it does
 */
export function precisionObstacle(name: BackendName, precision: Precision): string | null {
  if (precision !== 'tf32') return null;
  const { tf32Obstacle } = BACKENDS[name];
  return tf32Obstacle ? tf32Obstacle() : 'only the tensor cores of an NVIDIA GPU multiply in TF32';
}

/**
 * Rehearses a computation on a loaded backend; see `Backend`.
 *
 * @returns null when that backend cannot rehearse
 */
export function rehearse(name: BackendName, computation: Rehearsed): MemoryUse | null {
  return BACKENDS[name].rehearse?.(computation) ?? null;
}

/** Activates a backend. Returns null, or the reason of a failure. */
async function tryToActivate(name: BackendName, options: BackendOptions): Promise<string | null> {
  try {
    await BACKENDS[name].load(options);
    if (!(await tf.setBackend(name))) return 'TensorFlow.js could not initialize it';
    await tf.ready();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A backend that was passed over, and why. */
interface Refusal {
  readonly line: string;
  /** See `Probe`. */
  readonly absent: boolean;
}

function reasonFor(choice: string, reason: string, refusals: readonly Refusal[]): string {
  if (choice !== 'auto') return `chosen by name; ${reason}`;
  const passed = refusals.filter(({ absent }) => !absent).map(({ line }) => line);
  if (passed.length === 0) return `the fastest there is; ${reason}`;
  return `the fastest that runs here; ${reason}; passed over ${passed.join('; ')}`;
}

/** The most threads for each processor: more only wait for each other, and thousands exhaust the system. */
const MOST_PER_PROCESSOR = 4;

/**
 * Checks a number of threads.
 *
 * @param threads the requested number; undefined for one for each processor
 * @throws UserError('usage') when this machine cannot use so many
 */
export function checkThreadCount(threads: number | undefined): void {
  if (threads === undefined) return;
  const processors = availableParallelism();
  const most = MOST_PER_PROCESSOR * processors;
  if (Number.isSafeInteger(threads) && threads >= 1 && threads <= most) return;
  const here = processors === 1 ? '1 processor' : `${processors} processors`;
  const message = `The number of threads must be between 1 and ${most}, ${MOST_PER_PROCESSOR} for each of the ${here} here, but is ${threads}`;
  throw new UserError('usage', message, [
    `Leave out --threads (or ZLM_THREADS): the native backend then takes ${processors}, which is the fastest.`,
  ]);
}
