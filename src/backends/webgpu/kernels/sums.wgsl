// Sums over the 256 threads of a workgroup, in one order.

var<workgroup> numbers: array<f32, 256>;

// The sum over all threads, to all of them. Call it in uniform control flow.
fn sum_over_group(own: f32, thread: u32) -> f32 {
  numbers[thread] = own;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { numbers[thread] += numbers[thread + half]; }
  }
  workgroupBarrier();
  return numbers[0];
}
