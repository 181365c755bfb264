// Products in tiles of 64 × 64, for those that have too few larger ones.
// include: product-tile.wgsl

const ROWS_OF_THREAD: u32 = 4u;
const QUADS_OF_THREAD: u32 = 1u;
const DEPTH_QUADS: u32 = 4u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply_tile(group, thread);
}
