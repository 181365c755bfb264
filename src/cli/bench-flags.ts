/** The flags of `zlm bench` that name several of a kind. */
import { Flags } from '@oclif/core';
import { BACKEND_NAMES } from '../backends/backend.js';

/** `--backend native,wasm`: which to measure. */
export const backendsFlag = Flags.option({
  options: BACKEND_NAMES,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
})({
  description: 'Backends to measure, with commas between; all that run here but cpu when left out.',
  default: [],
  // An empty list is nothing to show in the help.
  defaultHelp: async () => undefined,
});

/** `--precision f32`: which to measure. */
export const precisionsFlag = Flags.option({
  options: ['f32', 'mixed'] as const,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
})({
  description: 'Instead of what the specs say, with commas between; mixed is measured on native only.',
  default: ['f32', 'mixed'],
});
