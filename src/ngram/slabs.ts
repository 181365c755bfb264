/** Long loops in slabs, so that signals and the display get their turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Small enough for a slab to take less than half a second. */
const SLAB = 1 << 16;

/**
 * Calls `work` with consecutive ranges [begin, end) that cover [0, count), with a turn of the event loop after each.
 *
 * @throws the signal's reason when it is aborted
 */
export async function inSlabs(
  count: number,
  work: (begin: number, end: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  for (let begin = 0; begin < count; begin += SLAB) {
    work(begin, Math.min(begin + SLAB, count));
    await nextTurn();
    signal?.throwIfAborted();
  }
}
