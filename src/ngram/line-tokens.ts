/** A token stream in memory, with what n-grams need to know of its lines. */
import type { TokenSource } from '../corpus/windows.js';
import type { OnProgress } from '../progress.js';
import { inSlabs } from './slabs.js';

/** A stream of N tokens, every line of which ends with `<eos>`. */
export interface LineTokens {
  /** [N + 1]: an `<eos>` for what precedes the first line, then the stream. The last one begins no n-gram. */
  readonly ids: Int32Array;
  /** [N + 1]: length of the longest n-gram that begins at each token: up to its line's end, and no more than the order. */
  readonly reach: Uint8Array;
  /** Where n-grams begin: at 0 … starts − 1. */
  readonly starts: number;
}

/** Bytes that {@link readLineTokens} takes for a token. */
export const LINE_TOKEN_BYTES = Int32Array.BYTES_PER_ELEMENT + Uint8Array.BYTES_PER_ELEMENT;

/**
 * Reads a stream piece by piece.
 *
 * @throws UserError('data') when the stream cannot be read; the signal's reason when it is aborted
 */
export async function readLineTokens(
  tokens: TokenSource,
  { order, eos }: { readonly order: number; readonly eos: number },
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<LineTokens> {
  const ids = new Int32Array(tokens.length + 1);
  ids[0] = eos;
  const read = (begin: number, end: number) => {
    ids.set(tokens.read(begin, end - begin), begin + 1);
    onProgress?.({ label: 'reading', done: end, total: tokens.length, unit: 'tokens' });
  };
  await inSlabs(tokens.length, read, signal);
  return { ids, reach: reachOf(ids, order, eos), starts: tokens.length };
}

/** An `<eos>` that begins an n-gram is the start of the line after it, so only those behind the first token end one. */
function reachOf(ids: Int32Array, order: number, eos: number): Uint8Array {
  const reach = new Uint8Array(ids.length).fill(1);
  for (let start = ids.length - 2; start >= 0; start--) {
    const after = ids[start + 1] === eos ? 1 : reach[start + 1];
    reach[start] = Math.min(order, 1 + after);
  }
  return reach;
}
