/** Rehearses a computation on the native backend: finds the memory that it needs, without computing or allocating it. */
import * as tf from '@tensorflow/tfjs';
import type { MemoryUse, Rehearsed } from '../backend.js';
import { rehearseOn } from '../rehearsal.js';
import { RehearsalBackend } from './rehearsal-backend.js';
import { registerRehearsalKernels } from './rehearsal-kernels.js';

const NAME = 'native-rehearsal';

/** Rehearses a computation, as `Backend.rehearse` says. */
export function rehearse(computation: Rehearsed): MemoryUse {
  const backend = new RehearsalBackend();
  if (tf.getKernelsForBackend(NAME).length === 0) registerRehearsalKernels(NAME);
  rehearseOn(NAME, backend, (shape) => backend.onHost(shape), computation);
  return backend.memoryUse;
}
