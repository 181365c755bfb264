/** The two backends that TensorFlow.js brings along. */
import type { Backend } from './backend.js';

/** tfjs's plain JavaScript backend: slow and simple, the reference of the tests. */
export const cpuBackend: Backend = {
  name: 'cpu',
  queueDepth: 1,
  async probe() {
    return { available: true, reason: 'plain JavaScript, runs wherever Node runs' };
  },
  async load() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};

/** tfjs's WebAssembly backend: XNNPACK's products on one thread. The fallback wherever there is WebAssembly. */
export const wasmBackend: Backend = {
  name: 'wasm',
  queueDepth: 1,
  async probe() {
    // `node --jitless` is the one common case without it.
    if (!('WebAssembly' in globalThis)) {
      return { available: false, reason: 'this Node runs without WebAssembly' };
    }
    return { available: true, reason: 'WebAssembly, one thread' };
  },
  async load() {
    await import('@tensorflow/tfjs-backend-wasm');
  },
};
