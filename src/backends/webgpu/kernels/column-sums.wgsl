// Sums over the rows of a matrix: out[j] = Σ_i x[i, j] (+ out[j]). A workgroup has 32 columns; eight threads share each of them.

struct Uniforms {
  rows: u32,
  columns: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> out: array<f32>;

const COLUMNS: u32 = 32u;
const SHARES: u32 = 8u;

var<workgroup> of_threads: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = group.x * COLUMNS + thread % COLUMNS;
  var own = 0.0;
  if (column < uniforms.columns) {
    for (var row = thread / COLUMNS; row < uniforms.rows; row += SHARES) {
      own += x[row * uniforms.columns + column];
    }
  }
  of_threads[thread] = own;
  workgroupBarrier();
  if (thread >= COLUMNS || column >= uniforms.columns) { return; }
  for (var share = 1u; share < SHARES; share++) { own += of_threads[share * COLUMNS + thread]; }
  if (uniforms.accumulate != 0u) { own += out[column]; }
  out[column] = own;
}
