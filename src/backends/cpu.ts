/** tfjs's plain JavaScript backend: slow and simple, the oracle that the tests hold the others against. */
import type { Backend } from './backend.js';

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
