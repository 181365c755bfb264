/** Chooses the system of a spec, the only place outside `spec/` that does so. */
import { isNgram, type Spec } from '../spec/systems.js';
import { networkSystem } from './network.js';
import { ngramSystem } from './ngram.js';
import type { System } from './system.js';

/** Returns the system of a spec; to be given the jobs of this spec alone. */
export function systemOf(spec: Spec): System<Spec> {
  return (isNgram(spec) ? ngramSystem : networkSystem) as System<Spec>;
}
