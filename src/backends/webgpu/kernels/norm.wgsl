// The square root of the sum of all parts, by one workgroup.
// include: sums.wgsl

struct Uniforms {
  parts: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> sums: array<f32>;
@group(1) @binding(1) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var own = 0.0;
  for (var i = thread; i < uniforms.parts; i += 256u) { own += sums[i]; }
  let sum = sum_over_group(own, thread);
  if (thread == 0u) { norm[0] = sqrt(sum); }
}
