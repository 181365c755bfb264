// Adds the parts of a product whose k was divided, in order: c = Σ parts (+ bias) (+ c). One thread for each number of c.

struct Uniforms {
  m: u32,
  n: u32,
  parts: u32,
  c_row: u32,
  c_at: u32,
  has_bias: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> sums: array<f32>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  let size = uniforms.m * uniforms.n;
  if (index >= size) { return; }
  let row = index / uniforms.n;
  let column = index % uniforms.n;
  var sum = sums[index];
  for (var part = 1u; part < uniforms.parts; part++) { sum += sums[part * size + index]; }
  let at = uniforms.c_at + row * uniforms.c_row + column;
  if (uniforms.has_bias != 0u) { sum += bias[column]; }
  if (uniforms.accumulate != 0u) { sum += c[at]; }
  c[at] = sum;
}
