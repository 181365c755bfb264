/** How sentences are decoded, apart from the search itself, so that the commands know the defaults without loading tfjs. */
import type { BeamSettings } from './beam-search.js';

/** How sentences are decoded. */
export interface DecodingOptions extends Pick<BeamSettings, 'beam' | 'lengthPenalty'> {
  /** Words of a translation, at most; null for twice the length of its source and ten more. */
  readonly longest: number | null;
}

/** How sentences are decoded where nothing else is asked for. */
export const DEFAULT_DECODING: DecodingOptions = { beam: 5, lengthPenalty: 1, longest: null };
