// Functions that the recurrent cells share.
// include: philox.wgsl

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}

// A driver's own tanh may overflow to NaN. Near 0 the quotient would lose digits.
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}

// σ′ by σ.
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}

// tanh′ by tanh.
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}

// Zoneout: the old value, the candidate, or between them the expectation.
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
  // A NaN of either one is passed on, as the reference does.
  return kept * before + (1.0 - kept) * candidate;
}
