// The gradient of the embedding table, into zeros. A workgroup for each position and 256 columns: that of the first position of an
// id adds the rows of all positions of the id, in order, so that the sum always has the same bits; the others do nothing.

struct Uniforms {
  positions: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> ids: array<i32>;
@group(1) @binding(1) var<storage, read> rows: array<f32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;

// One bit for each of 256 positions: whether it has the id.
var<workgroup> matches: array<atomic<u32>, 8>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = group.z * groups.y + group.y;
  let column = group.x * 256u + thread;
  let id = ids[min(first, uniforms.positions - 1u)];
  var sum = 0.0;
  var is_first = first < uniforms.positions;
  for (var start = 0u; start < uniforms.positions; start += 256u) {
    if (thread < 8u) { atomicStore(&matches[thread], 0u); }
    workgroupBarrier();
    let own = start + thread;
    if (own < uniforms.positions && ids[own] == id) { atomicOr(&matches[thread / 32u], 1u << (thread % 32u)); }
    workgroupBarrier();
    for (var word = 0u; word < 8u && is_first; word++) {
      var left = atomicLoad(&matches[word]);
      while (left != 0u && is_first) {
        let position = start + word * 32u + firstTrailingBit(left);
        left &= left - 1u;
        if (position < first) { is_first = false; }
        else if (column < uniforms.width) { sum += rows[position * uniforms.width + column]; }
      }
    }
    workgroupBarrier();
  }
  if (is_first && column < uniforms.width) { out[u32(id) * uniforms.width + column] = sum; }
}
