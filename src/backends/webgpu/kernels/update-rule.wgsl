// What the steps of all optimizers share (ops/update.ts). They work in place, four numbers a thread.

// 16 bytes, so that it may lie in a uniform buffer.
struct Rule {
  // Factor of the gradient besides the one that clipping has computed.
  rate: f32,
  decay: f32,
  // The gradient is clamped to ± this, if has_clip is 1.
  clip: f32,
  has_clip: u32,
}

// The gradient that a step uses. A NaN stays NaN.
fn effective(rule: Rule, scale: f32, gradient: vec4f, parameter: vec4f) -> vec4f {
  var clamped = gradient;
  if (rule.has_clip != 0u) {
    let clip = vec4f(rule.clip);
    clamped = select(select(gradient, -clip, gradient < -clip), clip, gradient > clip);
  }
  let scaled = rule.rate * scale * clamped;
  // Without decay nothing is added: 0 · parameter is NaN for an infinite parameter.
  if (rule.decay == 0.0) { return scaled; }
  return scaled + rule.decay * parameter;
}
