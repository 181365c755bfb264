/** What a cross-field check is. */
import type { Fault } from '../diagnostics.js';
import type { NetworkSpec } from '../systems.js';

/** Looks at a network's resolved spec; gives the one fault that it knows, named by the key to change and with the others that take part, or nothing. */
export type Check = (spec: NetworkSpec) => Fault | undefined;
