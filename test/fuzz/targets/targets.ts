/** Every target of the fuzzer; a target's number in this list is part of the seed of its inputs, so new ones are added at the end. */
import type { FuzzTarget } from '../target.js';
import { ARCHIVE_TARGETS } from './archives.js';
import { CORPUS_TARGETS } from './corpora.js';
import { RUN_TARGETS } from './runs.js';
import { SPEC_TARGETS } from './specs.js';
import { SPEECH_TARGETS } from './speech.js';
import { TENSOR_TARGETS } from './tensors.js';

export const TARGETS: readonly FuzzTarget[] = [
  ...SPEC_TARGETS,
  ...TENSOR_TARGETS,
  ...ARCHIVE_TARGETS,
  ...CORPUS_TARGETS,
  ...SPEECH_TARGETS,
  ...RUN_TARGETS,
];
