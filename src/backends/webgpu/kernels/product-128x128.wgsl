// Products in tiles of 128 × 128: of all tiles the least traffic for each sum.
// include: product-tile.wgsl

const ROWS_OF_THREAD: u32 = 8u;
const QUADS_OF_THREAD: u32 = 2u;
const DEPTH_QUADS: u32 = 2u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply_tile(group, thread);
}
