// The factor that brings a norm down to the maximum: min(1, most / norm); NaN for a norm of NaN.

struct Uniforms {
  most: f32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> norm: array<f32>;
@group(1) @binding(1) var<storage, read_write> scale: array<f32>;

@compute @workgroup_size(1)
fn main() {
  scale[0] = select(uniforms.most / norm[0], 1.0, norm[0] <= uniforms.most);
}
