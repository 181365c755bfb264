// Sums over the rows of some columns of a matrix [rows, width]: out[j] = Σ_i x[i, first + j] (+ out[j]). A workgroup has 32 columns;
// eight threads share each of them.

struct Uniforms {
  rows: u32,
  width: u32,
  // The columns to add up, and their number.
  first: u32,
  count: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> out: array<f32>;

const COLUMN_SUMS = 32u;
const SHARES: u32 = 8u;

var<workgroup> of_threads: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = group.x * COLUMN_SUMS + thread % COLUMN_SUMS;
  var own = 0.0;
  if (column < uniforms.count) {
    for (var row = thread / COLUMN_SUMS; row < uniforms.rows; row += SHARES) {
      own += x[row * uniforms.width + uniforms.first + column];
    }
  }
  of_threads[thread] = own;
  workgroupBarrier();
  if (thread >= COLUMN_SUMS || column >= uniforms.count) { return; }
  for (var share = 1u; share < SHARES; share++) { own += of_threads[share * COLUMN_SUMS + thread]; }
  if (uniforms.accumulate != 0u) { own += out[column]; }
  out[column] = own;
}
