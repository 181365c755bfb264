// A product of a few rows, such as the 20 of a batch, with a large matrix: one workgroup for each tile of columns, whose threads
// share the inner dimension k. The file that includes this declares
//   COLUMNS                     columns of a tile, a multiple of 4
//   weights: array<vec4f>       tiles one after the other, each k_padded × COLUMNS (pack-weights.wgsl), zeros beyond k
//   fn operand(row, k) -> f32   the left side; 0 outside of it
// A thread adds up 4 columns of all rows for one in SLICES values of k; then the slices are added, always in the same order.

const SLICES = 16u;
const VECTORS = COLUMNS / 4u;
const THREADS = VECTORS * SLICES;
// Values of k whose left side is in workgroup memory at once; a multiple of SLICES.
const CHUNK = 128u;
const MOST_ROW_VECTORS = 5u;
// Rows of a workgroup, in fours: at most MOST_ROW_VECTORS.
override ROW_VECTORS: u32 = 5u;

// The left side, [k][row]; afterwards the sums of the slices, two rows at a time.
var<workgroup> staged: array<vec4f, CHUNK * MOST_ROW_VECTORS>;
// The product, [row][column].
var<workgroup> sums: array<f32, 4u * MOST_ROW_VECTORS * COLUMNS>;

fn rows_of_workgroup() -> u32 {
  return 4u * ROW_VECTORS;
}

// Writes the product of rows first_row … and k = k_begin … k_end − 1, multiples of SLICES, with a tile of columns to `sums`.
fn multiply(tile: u32, first_row: u32, k_padded: u32, k_begin: u32, k_end: u32, thread: u32) {
  let slice = thread / VECTORS;
  let vector = thread % VECTORS;
  var partial: array<vec4f, 4u * MOST_ROW_VECTORS>;
  for (var row = 0u; row < 4u * ROW_VECTORS; row++) {
    partial[row] = vec4f();
  }
  for (var chunk = k_begin; chunk < k_end; chunk += CHUNK) {
    let count = min(CHUNK, k_end - chunk);
    for (var i = thread; i < count * ROW_VECTORS; i += THREADS) {
      let k = i % count;
      let rows = i / count;
      let row = first_row + 4u * rows;
      staged[k * ROW_VECTORS + rows] = vec4f(operand(row, chunk + k), operand(row + 1u, chunk + k),
                                             operand(row + 2u, chunk + k), operand(row + 3u, chunk + k));
    }
    workgroupBarrier();
    for (var k = slice; k < count; k += SLICES) {
      let right = weights[(tile * k_padded + chunk + k) * VECTORS + vector];
      for (var rows = 0u; rows < ROW_VECTORS; rows++) {
        let left = staged[k * ROW_VECTORS + rows];
        partial[4u * rows] += left.x * right;
        partial[4u * rows + 1u] += left.y * right;
        partial[4u * rows + 2u] += left.z * right;
        partial[4u * rows + 3u] += left.w * right;
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 4u * ROW_VECTORS; row += 2u) {
    staged[thread] = partial[row];
    staged[THREADS + thread] = partial[row + 1u];
    workgroupBarrier();
    if (thread < 2u * COLUMNS) {
      let which = thread / COLUMNS;
      let column = thread % COLUMNS;
      var sum = 0.0;
      for (var other = 0u; other < SLICES; other++) {
        sum += staged[which * THREADS + other * VECTORS + column / 4u][column % 4u];
      }
      sums[(row + which) * COLUMNS + column] = sum;
    }
    workgroupBarrier();
  }
}
