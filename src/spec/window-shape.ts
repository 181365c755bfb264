/** How wide a batch and how long a window a text is long enough for. */

/** A batch of columns and the time steps of its windows. */
export interface WindowShape {
  readonly batchSize: number;
  readonly bptt: number;
}

/** Finds the widest batch, up to the wanted one, whose columns have a whole window; shorter windows if one column is too short. */
export function windowShapeFor(
  { trainTokens, validTokens }: { readonly trainTokens: number; readonly validTokens: number },
  { batchSize, bptt }: WindowShape,
): WindowShape {
  // A window of T steps reads T + 1 tokens of each column; a column of valid needs a token to read and one to predict.
  const widest = Math.min(batchSize, Math.floor(trainTokens / (bptt + 1)), Math.floor(validTokens / 2));
  const columns = Math.max(1, widest);
  return { batchSize: columns, bptt: Math.min(bptt, Math.floor(trainTokens / columns) - 1) };
}
