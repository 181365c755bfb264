// Sums of squares over pieces of up to seven tensors, for their norm. One workgroup for each piece.
// include: sums.wgsl

struct Uniforms {
  // Numbers in each tensor.
  n0: u32, n1: u32, n2: u32, n3: u32, n4: u32, n5: u32, n6: u32,
  // Workgroups of all.
  groups: u32,
  // Where the first sum goes.
  first: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x0: array<f32>;
@group(1) @binding(1) var<storage, read> x1: array<f32>;
@group(1) @binding(2) var<storage, read> x2: array<f32>;
@group(1) @binding(3) var<storage, read> x3: array<f32>;
@group(1) @binding(4) var<storage, read> x4: array<f32>;
@group(1) @binding(5) var<storage, read> x5: array<f32>;
@group(1) @binding(6) var<storage, read> x6: array<f32>;
@group(1) @binding(7) var<storage, read_write> sums: array<f32>;

// Numbers of one workgroup.
const SUM_PIECE = 8192u;
// Tensors of one dispatch.
const SUM_TENSORS = 7u;

fn length_of(which: u32) -> u32 {
  switch which {
    case 0u: { return uniforms.n0; }
    case 1u: { return uniforms.n1; }
    case 2u: { return uniforms.n2; }
    case 3u: { return uniforms.n3; }
    case 4u: { return uniforms.n4; }
    case 5u: { return uniforms.n5; }
    default: { return uniforms.n6; }
  }
}

fn number_of(which: u32, at: u32) -> f32 {
  switch which {
    case 0u: { return x0[at]; }
    case 1u: { return x1[at]; }
    case 2u: { return x2[at]; }
    case 3u: { return x3[at]; }
    case 4u: { return x4[at]; }
    case 5u: { return x5[at]; }
    default: { return x6[at]; }
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = group.y * groups.x + group.x;
  // The tensor of this piece, and the number of the piece in it.
  var which = 0u;
  var piece = index;
  while (which + 1u < SUM_TENSORS) {
    let pieces = (length_of(which) + SUM_PIECE - 1u) / SUM_PIECE;
    if (piece < pieces) { break; }
    piece -= pieces;
    which++;
  }
  var own = 0.0;
  if (index < uniforms.groups) {
    let end = min(length_of(which), (piece + 1u) * SUM_PIECE);
    for (var i = piece * SUM_PIECE + thread; i < end; i += 256u) {
      let x = number_of(which, i);
      own += x * x;
    }
  }
  let sum = sum_over_group(own, thread);
  if (thread == 0u && index < uniforms.groups) { sums[uniforms.first + index] = sum; }
}
