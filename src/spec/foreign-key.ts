/** Keys that have no meaning for a task. */
import type { Fault } from './diagnostics.js';
import type { NetworkSpec } from './systems.js';

/** A key that a task does not have. */
export interface ForeignKey {
  readonly key: string;
  /** Whether a spec gives it. */
  readonly isGiven: (spec: NetworkSpec) => boolean;
  /** The reason, as a clause. */
  readonly why: string;
  /** The value that means that it is not given; undefined for a key that must not be there. */
  readonly unset: null | false | 0 | undefined;
}

/** Makes a check that finds a key that was given although the task does not have it. */
export function foreignTo(
  task: 'translation' | 'speech',
  { key, isGiven, why, unset }: ForeignKey,
): (spec: NetworkSpec) => Fault | undefined {
  return (spec) => {
    if (!(task in spec.task) || !isGiven(spec)) return undefined;
    return {
      key,
      others: [`task.${task}`],
      message: `${key} cannot be combined with task.${task}: ${why}; ${unset === undefined ? 'remove it' : `set it to ${unset}`}`,
    };
  };
}
