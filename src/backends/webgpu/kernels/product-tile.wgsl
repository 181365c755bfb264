// One tile of a product c = a·b (+ bias) (+ c), in float32, for one part of k. The kernel that includes this says how large the tile
// is. A thread sums ROWS_OF_THREAD rows, 16 apart, by QUADS_OF_THREAD times four neighboring columns, 64 apart, so that the reads
// of neighboring threads are in different banks of the workgroup's memory.

struct Uniforms {
  m: u32,
  n: u32,
  k: u32,
  // Numbers from one row of a matrix to the next, as it is in memory.
  a_row: u32,
  b_row: u32,
  c_row: u32,
  // Number in its buffer where a matrix begins.
  a_at: u32,
  b_at: u32,
  c_at: u32,
  // Numbers from the sums of one part of k to those of the next.
  c_part: u32,
  // Length of a part of k, a multiple of DEPTH.
  depth: u32,
  // Those of PRODUCT_… that are so.
  options: u32,
}

// a is in memory as [k, m].
const PRODUCT_TRANSPOSED_A = 1u;
// b is in memory as [n, k].
const PRODUCT_TRANSPOSED_B = 2u;
// The rows of a begin at multiples of 16 bytes.
const PRODUCT_ALIGNED_A = 4u;
const PRODUCT_ALIGNED_B = 8u;
const PRODUCT_BIAS = 16u;
// Adds to c instead of replacing it.
const PRODUCT_ACCUMULATE = 32u;
// Rounds the operands to bfloat16.
const PRODUCT_MIXED = 64u;

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> a: array<vec4f>;
@group(1) @binding(1) var<storage, read> b: array<vec4f>;
@group(1) @binding(2) var<storage, read> bias: array<f32>;
@group(1) @binding(3) var<storage, read_write> c: array<f32>;

const ROWS: u32 = 16u * ROWS_OF_THREAD;
const COLUMN_QUADS: u32 = 16u * QUADS_OF_THREAD;
// Of k, in one slice: each of the 256 threads reads one quad of a slice of a, and one of b.
const DEPTH: u32 = 4u * DEPTH_QUADS;
// One more than is used, so that neighboring rows begin in different banks.
const LEFT_ROW: u32 = DEPTH_QUADS + 1u;
const RIGHT_ROW: u32 = COLUMN_QUADS + 1u;

// A slice of a, four neighbors in k at a time.
var<workgroup> left: array<vec4f, ROWS * LEFT_ROW>;
// A slice of b, four neighboring columns at a time.
var<workgroup> right: array<vec4f, DEPTH * RIGHT_ROW>;

fn has(option: u32) -> bool { return (uniforms.options & option) != 0u; }

// Rounds to the nearest bfloat16, ties to even; infinity and NaN stay what they are.
fn to_bfloat16(x: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(x);
  let rounded = (bits + 0x7fffu + ((bits >> vec4u(16u)) & vec4u(1u))) & vec4u(0xffff0000u);
  return bitcast<vec4f>(select(rounded, bits, (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u)));
}

fn as_seen(x: vec4f) -> vec4f {
  if (has(PRODUCT_MIXED)) { return to_bfloat16(x); }
  return x;
}

fn number_of_a(at: u32) -> f32 { return a[at / 4u][at % 4u]; }
fn number_of_b(at: u32) -> f32 { return b[at / 4u][at % 4u]; }

// Elements (row, k) … (row, k + 3) of a; zeros outside of the matrix and from `end` on.
fn load_left(row: u32, k: u32, end: u32) -> vec4f {
  if (row >= uniforms.m || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_A);
  let at = uniforms.a_at + select(row * uniforms.a_row + k, k * uniforms.a_row + row, transposed);
  if (has(PRODUCT_ALIGNED_A) && !transposed && k + 4u <= end) { return as_seen(a[at / 4u]); }
  let step = select(1u, uniforms.a_row, transposed);
  var quad = vec4f(number_of_a(at), 0.0, 0.0, 0.0);
  if (k + 1u < end) { quad.y = number_of_a(at + step); }
  if (k + 2u < end) { quad.z = number_of_a(at + 2u * step); }
  if (k + 3u < end) { quad.w = number_of_a(at + 3u * step); }
  return as_seen(quad);
}

// Elements (k, column) … (k, column + 3) of b; zeros outside of the matrix and from `end` on.
fn load_right(k: u32, column: u32, end: u32) -> vec4f {
  if (column >= uniforms.n || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_B);
  let at = uniforms.b_at + select(k * uniforms.b_row + column, column * uniforms.b_row + k, transposed);
  if (has(PRODUCT_ALIGNED_B) && !transposed && column + 4u <= uniforms.n) { return as_seen(b[at / 4u]); }
  let step = select(1u, uniforms.b_row, transposed);
  var quad = vec4f(number_of_b(at), 0.0, 0.0, 0.0);
  if (column + 1u < uniforms.n) { quad.y = number_of_b(at + step); }
  if (column + 2u < uniforms.n) { quad.z = number_of_b(at + 2u * step); }
  if (column + 3u < uniforms.n) { quad.w = number_of_b(at + 3u * step); }
  return as_seen(quad);
}

fn multiply_tile(group: vec3u, thread: u32) {
  // What this thread reads of a slice, in an order in which neighboring threads read neighbors in memory.
  let left_row = select(thread / DEPTH_QUADS, thread % ROWS, has(PRODUCT_TRANSPOSED_A));
  let left_quad = select(thread % DEPTH_QUADS, thread / ROWS, has(PRODUCT_TRANSPOSED_A));
  let right_k = select(thread / COLUMN_QUADS, thread % DEPTH, has(PRODUCT_TRANSPOSED_B));
  let right_quad = select(thread % COLUMN_QUADS, thread / DEPTH, has(PRODUCT_TRANSPOSED_B));
  let row_read = group.y * ROWS + left_row;
  let column_read = 4u * (group.x * COLUMN_QUADS + right_quad);

  let begin = group.z * uniforms.depth;
  let end = min(uniforms.k, begin + uniforms.depth);
  let own_row = thread / 16u;
  let own_quad = thread % 16u;
  var sums: array<vec4f, ROWS_OF_THREAD * QUADS_OF_THREAD>;
  // While a slice is added, the next one is on its way. Before the first one there is none to be added.
  for (var slice = begin; ; slice += DEPTH) {
    let next_left = load_left(row_read, slice + 4u * left_quad, end);
    let next_right = load_right(slice + right_k, column_read, end);
    if (slice > begin) {
      let quads = min(DEPTH_QUADS, (end + DEPTH - slice + 3u) / 4u);
      for (var q = 0u; q < quads; q++) {
        for (var j = 0u; j < QUADS_OF_THREAD; j++) {
          let at = 4u * q * RIGHT_ROW + own_quad + 16u * j;
          let b0 = right[at];
          let b1 = right[at + RIGHT_ROW];
          let b2 = right[at + 2u * RIGHT_ROW];
          let b3 = right[at + 3u * RIGHT_ROW];
          for (var i = 0u; i < ROWS_OF_THREAD; i++) {
            let x = left[(own_row + 16u * i) * LEFT_ROW + q];
            let own = i * QUADS_OF_THREAD + j;
            sums[own] = fma(vec4f(x.x), b0, sums[own]);
            sums[own] = fma(vec4f(x.y), b1, sums[own]);
            sums[own] = fma(vec4f(x.z), b2, sums[own]);
            sums[own] = fma(vec4f(x.w), b3, sums[own]);
          }
        }
      }
    }
    if (slice >= end) { break; }
    workgroupBarrier();
    left[left_row * LEFT_ROW + left_quad] = next_left;
    right[right_k * RIGHT_ROW + right_quad] = next_right;
    workgroupBarrier();
  }

  for (var i = 0u; i < ROWS_OF_THREAD; i++) {
    let row = group.y * ROWS + own_row + 16u * i;
    if (row >= uniforms.m) { break; }
    for (var j = 0u; j < QUADS_OF_THREAD; j++) {
      let first = 4u * (group.x * COLUMN_QUADS + own_quad + 16u * j);
      let sum = sums[i * QUADS_OF_THREAD + j];
      for (var n = 0u; n < 4u; n++) {
        let column = first + n;
        if (column >= uniforms.n) { break; }
        let at = uniforms.c_at + group.z * uniforms.c_part + row * uniforms.c_row + column;
        var value = sum[n];
        if (has(PRODUCT_BIAS)) { value += bias[column]; }
        if (has(PRODUCT_ACCUMULATE)) { value += c[at]; }
        c[at] = value;
      }
    }
  }
}
