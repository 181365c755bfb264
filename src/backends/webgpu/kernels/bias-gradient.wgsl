// The sum of each column of a matrix [rows, width]: 64 columns a workgroup, whose rows four threads share.

struct Uniforms {
  rows: u32,
  width: u32,
  // The columns to add up, and their number.
  first: u32,
  count: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> matrix: array<f32>;
@group(1) @binding(1) var<storage, read_write> sums: array<f32>;

var<workgroup> parts: array<f32, 256>;

@compute @workgroup_size(64, 4)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = group.x * 64u + local.x;
  var sum = 0.0;
  if (column < uniforms.count) {
    for (var row = local.y; row < uniforms.rows; row += 4u) {
      sum += matrix[row * uniforms.width + uniforms.first + column];
    }
  }
  parts[thread] = sum;
  workgroupBarrier();
  if (local.y == 0u && column < uniforms.count) {
    sums[column] = parts[local.x] + parts[64u + local.x] + parts[128u + local.x] + parts[192u + local.x];
  }
}
