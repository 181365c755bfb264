/** Faults that no single key has: named checks over a resolved spec, and over the corpus it is to be trained on. */
import { CORPUS_CHECKS, type CorpusFacts } from './checks/corpus-checks.js';
import { DROPOUT_CHECKS } from './checks/dropout-checks.js';
import { MODEL_CHECKS } from './checks/model-checks.js';
import { SCHEDULE_CHECKS, SCHEDULE_WARNINGS } from './checks/schedule-checks.js';
import { TRAINING_CHECKS, TRAINING_WARNINGS } from './checks/training-checks.js';
import type { Fault } from './diagnostics.js';
import { isNgram, type Spec } from './systems.js';

export type { CorpusFacts } from './checks/corpus-checks.js';

const CHECKS = [...MODEL_CHECKS, ...DROPOUT_CHECKS, ...TRAINING_CHECKS, ...SCHEDULE_CHECKS];
const WARNINGS = [...TRAINING_WARNINGS, ...SCHEDULE_WARNINGS];

/**
 * Every fault among the keys of a spec; the places are left to the caller, who knows the files. The few keys of an n-gram
 * model go with each other and with every corpus.
 *
 * @param spec   the resolved spec
 * @param corpus the corpus it names, once that is open; without it only the spec itself is checked
 */
export function crossFieldFaults(spec: Spec, corpus?: CorpusFacts): Fault[] {
  if (isNgram(spec)) return [];
  const faults = [
    ...CHECKS.map((check) => check(spec)),
    ...(corpus ? CORPUS_CHECKS.map((check) => check(spec, corpus)) : []),
  ];
  return faults.filter((fault) => fault !== undefined);
}

/** What a spec may be meant to say, but mostly is not: training works, without a part of what the spec asks for. */
export function crossFieldWarnings(spec: Spec): Fault[] {
  if (isNgram(spec)) return [];
  return WARNINGS.map((check) => check(spec)).filter((warning) => warning !== undefined);
}
