// Rows of the embedding table by id. One thread for each number of the result.

struct Uniforms {
  positions: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> table: array<f32>;
@group(1) @binding(1) var<storage, read> ids: array<i32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.positions * uniforms.width) { return; }
  let id = u32(ids[index / uniforms.width]);
  out[index] = table[id * uniforms.width + index % uniforms.width];
}
