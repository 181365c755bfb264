/** The embedding's kernels. */
import type { EmbeddingAttributes } from '../../ops/embedding.js';
import type { Kernel } from './kernel.js';
import { touchedRows } from './row-sparse.js';

/** Rows of the table by id. */
export const embedding: Kernel<EmbeddingAttributes> = ({ table, ids }, _attributes, backend) => {
  const [steps, batch] = ids.shape;
  const width = table.shape[1];
  const out = backend.allocate([steps, batch, width]);
  const rows = { table: backend.floats(table), ids: backend.ints(ids) };
  backend.functions.gatherRows({ n: steps * batch, width, ...rows, out: out.values });
  return out.info;
};

/** The rows' gradients, added up where an id occurs more than once. */
export const embeddingGradient: Kernel<EmbeddingAttributes> = ({ ids, upstream }, { rows }, backend) => {
  const [steps, batch, width] = upstream.shape;
  const added = { from: backend.floats(upstream), ids: backend.ints(ids) };
  const out = backend.allocateRows(rows, touchedRows(added.ids, width));
  backend.functions.scatterAddRows({ n: steps * batch, width, ...added, out: out.values });
  return out.info;
};
