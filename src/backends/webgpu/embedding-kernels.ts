/** The kernels of the embedding look-up and its gradient. The contracts are in ops/embedding.ts. */
import type { EmbeddingAttributes } from '../../ops/embedding.js';
import { sizeOf } from '../strides.js';
import { groupsOf, type Kernel } from './webgpu-kernel.js';

/** Gathers rows of the table by id. */
export const embedding: Kernel<EmbeddingAttributes> = ({ table, ids }, _attributes, backend) => {
  const width = table.shape[1];
  const positions = sizeOf(ids.shape);
  const out = backend.allocate([...ids.shape, width]);
  if (positions === 0) return out.info;
  const buffers = { table: backend.buffer(table), ids: backend.buffer(ids), out: out.buffer };
  backend.run('gatherRows', buffers, { positions, width }, backend.spread(groupsOf(positions * width)));
  return out.info;
};

/** Adds the gradients of each row up, in the order of their positions. */
export const embeddingGradient: Kernel<EmbeddingAttributes> = ({ ids, upstream }, { rows }, backend) => {
  const width = upstream.shape[upstream.shape.length - 1];
  const positions = sizeOf(ids.shape);
  const out = backend.allocate([rows, width]);
  backend.clear(out.buffer);
  if (positions === 0) return out.info;
  const buffers = { ids: backend.buffer(ids), rows: backend.buffer(upstream), out: out.buffer };
  const [y, z] = backend.spread(positions);
  backend.run('scatterAddRows', buffers, { positions, width }, [groupsOf(width), y, z]);
  return out.info;
};
