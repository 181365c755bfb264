// The product of one step's gradient, dz [B, G·H], with the transposed recurrent weights: the gradient of the state that the step
// read. The inner dimension is cut into parts so that the whole GPU works on a few rows; the next kernel adds the parts.
// One workgroup for each tile of units, tile of rows and part.
// include: few-rows.wgsl

const UNITS = 64u;
const COLUMNS = UNITS;

struct Uniforms {
  t: u32,
  batch: u32,
  units: u32,
  // G · H
  width: u32,
  k_padded: u32,
  // Values of k in a part, a multiple of 16.
  k_part: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
// [T,B,G·H]
@group(1) @binding(1) var<storage, read> dz: array<f32>;
// [parts,B,H]
@group(1) @binding(2) var<storage, read_write> parts: array<f32>;

fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.width) { return 0.0; }
  return dz[(uniforms.t * uniforms.batch + row) * uniforms.width + k];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  let begin = group.z * uniforms.k_part;
  let end = min(begin + uniforms.k_part, uniforms.k_padded);
  multiply(group.x, first_row, uniforms.k_padded, begin, end, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = first_row + i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (row < uniforms.batch && unit < uniforms.units) {
      parts[(group.z * uniforms.batch + row) * uniforms.units + unit] = sums[i];
    }
  }
}
