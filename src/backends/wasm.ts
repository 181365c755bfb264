/** tfjs's WebAssembly backend: XNNPACK's products on one thread. The fallback wherever there is WebAssembly. */
import type { Backend } from './backend.js';

export const wasmBackend: Backend = {
  name: 'wasm',
  queueDepth: 1,
  async probe() {
    // `node --jitless` is the one common way to be without it.
    if (!('WebAssembly' in globalThis)) {
      return { available: false, reason: 'this Node runs without WebAssembly' };
    }
    return { available: true, reason: 'WebAssembly, one thread' };
  },
  async load() {
    await import('@tensorflow/tfjs-backend-wasm');
  },
};
