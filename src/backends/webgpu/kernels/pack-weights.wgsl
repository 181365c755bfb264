// Copies recurrent weights into the order in which few-rows.wgsl reads them: [tile][k][gate][unit of the tile], zeros outside of the
// matrix. Forward k is the unit that is read; backward the matrix is transposed, k counts the columns of all gates, and a tile
// has units of one "gate". One thread for each element.

struct Uniforms {
  // Rows of the packed matrix, and with padding.
  k_size: u32,
  k_padded: u32,
  gates: u32,
  units: u32,
  tile_units: u32,
  // Elements of a row of the weights.
  row: u32,
  transposed: u32,
  total: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<f32>;
@group(1) @binding(1) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.total) { return; }
  let columns = uniforms.gates * uniforms.tile_units;
  let column = index % columns;
  let k = (index / columns) % uniforms.k_padded;
  let tile = index / columns / uniforms.k_padded;
  let gate = column / uniforms.tile_units;
  let unit = tile * uniforms.tile_units + column % uniforms.tile_units;
  var value = 0.0;
  if (k < uniforms.k_size && unit < uniforms.units) {
    if (uniforms.transposed == 1u) {
      value = weights[unit * uniforms.row + k];
    } else {
      value = weights[k * uniforms.row + gate * uniforms.units + unit];
    }
  }
  packed[index] = value;
}
