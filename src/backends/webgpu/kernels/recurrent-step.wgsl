// What the steps of all recurrent layers share: one workgroup for each tile of units and rows computes the recurrent product of all
// gates, and then the gates. The file that includes this declares
//   COLUMNS                       gates of a unit, times UNITS
//   uniforms, weights             as few-rows.wgsl reads them, with the sizes of the layer
//   read_states: array<f32>       m_t ⊙ h_{t−1}, [T,B,H]
//   fn finish(row, unit, first)   finishes one unit: sums[first + gate · UNITS] is its product for a gate
// include: few-rows.wgsl
// include: cells.wgsl

const UNITS = 16u;

fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}

fn run_step(group: vec3u, thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  multiply(group.x, first_row, uniforms.k_padded, 0u, uniforms.k_padded, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (first_row + row < uniforms.batch && unit < uniforms.units) {
      finish(first_row + row, unit, row * COLUMNS + i % UNITS);
    }
  }
}
