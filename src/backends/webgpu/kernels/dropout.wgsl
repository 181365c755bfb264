// Dropout on the edges between layers (ops/noise.ts): y = x ⊙ mask. One thread for each four units of a step.
// include: philox.wgsl

struct Uniforms {
  noise: Noise,
  // Units of all columns of the batch.
  per_step: u32,
  steps: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  let blocks_per_step = (uniforms.per_step + 3u) / 4u;
  let t = index / blocks_per_step;
  if (t >= uniforms.steps) { return; }
  let block = index % blocks_per_step;
  let words = philox(block, drawn_at(uniforms.noise, t), uniforms.noise.site, uniforms.noise.seed);
  for (var i = 0u; i < 4u; i++) {
    let unit = 4u * block + i;
    if (unit >= uniforms.per_step) { return; }
    let at = t * uniforms.per_step + unit;
    y[at] = select(x[at] * uniforms.noise.scale, 0.0, words[i] <= uniforms.noise.last_below);
  }
}
