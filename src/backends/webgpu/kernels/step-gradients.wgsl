// The gradient of the state h_t, for the backward steps of all cells. The file that includes this declares the bindings
// parts, d_output and carry, and uniforms with the members below.
// include: cells.wgsl

// What reaches h_t: past the step after it (`carry`), through that step's product, and from the layer's output.
fn gradient_of_state(in_state: u32) -> f32 {
  let per_step = uniforms.batch * uniforms.units;
  // Step −1 is the one before the window, whose state is h0.
  let next = u32(uniforms.t + 1);
  var sum = carry[in_state];
  if (uniforms.parts > 0u) {
    var product = 0.0;
    for (var part = 0u; part < uniforms.parts; part++) {
      product += parts[part * per_step + in_state];
    }
    sum += product * kept_factor(uniforms.recurrent, next, in_state);
  }
  if (uniforms.t >= 0) { sum += d_output[u32(uniforms.t) * per_step + in_state]; }
  return sum;
}
