/** The WebGPU backend: any GPU with a driver for Vulkan, Metal or Direct3D, through Dawn in the optional package `webgpu`. */
import * as tf from '@tensorflow/tfjs';
import type { AdapterFacts, Backend, BackendOptions, Probe } from '../backend.js';
import type { DawnFault } from './dawn.js';
import { nameOf, type OpenDevice, openDevice } from './device.js';

const NAME = 'webgpu';

/** Batches that are launched ahead: enough that the GPU never waits for the next, few enough that Ctrl-C acts at once. */
const QUEUE_DEPTH = 4;

/** Dispatches in one submit: enough that submits cost little, few enough that the GPU begins early. */
const DISPATCHES_PER_SUBMIT = 256;

/** The device that each choice of Dawn's options gave; a process uses one. */
const opened = new Map<string, Promise<OpenDevice | DawnFault>>();

export const webgpuBackend: Backend = {
  name: NAME,
  queueDepth: QUEUE_DEPTH,

  async probe(options: BackendOptions): Promise<Probe> {
    const device = await openOnce(options);
    if ('reason' in device) return { available: false, ...device };
    const where = device.isSoftware ? ({ software: true } as const) : { onGpu: true };
    return { available: true, ...where, reason: describe(device), adapter: factsOf(device) };
  },

  async load(options: BackendOptions): Promise<void> {
    if (tf.findBackendFactory(NAME)) return;
    const device = await openOnce(options);
    if ('reason' in device) throw new Error(device.reason);
    const { loadBackendClass } = await import('./tfjs-binding.js');
    const { makeWebgpuBackend } = await import('./webgpu-backend.js');
    const { registerWebgpuKernels } = await import('./register.js');
    const BackendClass = await loadBackendClass();
    tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DISPATCHES_PER_SUBMIT);
    // Otherwise tfjs computes with small tensors on the machine until they are on the GPU: a resumed run would round otherwise.
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    registerWebgpuKernels();
    tf.registerBackend(NAME, () => makeWebgpuBackend(BackendClass, device));
  },
};

/** Returns what `doctor` shows of the adapter. */
function factsOf(device: OpenDevice): AdapterFacts {
  const { limits, info, features } = device;
  return {
    name: nameOf(device),
    driver: info.description,
    features,
    tensorBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    buffers: limits.maxStorageBuffersPerShaderStage,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    workgroupThreads: limits.maxComputeInvocationsPerWorkgroup,
  };
}

/** Names the adapter and its driver. */
function describe(device: OpenDevice): string {
  const { description } = device.info;
  return [nameOf(device), description].filter((part) => part !== '').join('; ');
}

function openOnce({ dawnFlags = [] }: BackendOptions): Promise<OpenDevice | DawnFault> {
  const key = dawnFlags.join(' ');
  const device = opened.get(key) ?? openDevice(dawnFlags);
  opened.set(key, device);
  return device;
}
