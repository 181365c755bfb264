#include "warp-products.h"

#include "emulator.h"

namespace emulator {

namespace {

constexpr int ROWS = 16, COLUMNS = 8;

// d of all lanes += a · b, summed in the order of the inner index.
template <int DEPTH>
void multiply_tiles(Fragments *const (&lanes)[32], const float (&a)[ROWS][DEPTH], const float (&b)[DEPTH][COLUMNS]) {
  float d[ROWS][COLUMNS];
  // Of d, each lane has two neighbors in row lane / 4, and two eight rows below.
  const auto place = [&](int lane, int i) -> float & { return d[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2]; };
  for (int lane = 0; lane < 32; lane++)
    for (int i = 0; i < 4; i++) place(lane, i) = lanes[lane]->d[i];
  for (int row = 0; row < ROWS; row++)
    for (int inner = 0; inner < DEPTH; inner++)
      for (int column = 0; column < COLUMNS; column++) d[row][column] += a[row][inner] * b[inner][column];
  for (int lane = 0; lane < 32; lane++)
    for (int i = 0; i < 4; i++) lanes[lane]->d[i] = place(lane, i);
}

}  // namespace

void multiply_bf16_tiles(Fragments *const (&lanes)[32]) {
  float a[ROWS][16], b[16][COLUMNS];
  for (int lane = 0; lane < 32; lane++) {
    const int group = lane / 4, pair = lane % 4 * 2;
    // A register has two neighbors along the inner dimension, the first in its lower half.
    for (int half = 0; half < 2; half++) {
      const int shift = half == 0 ? 16 : 0;
      const auto value = [&](unsigned bits) { return __uint_as_float(bits << shift & 0xffff0000u); };
      for (int i = 0; i < 4; i++) a[group + i % 2 * 8][pair + half + i / 2 * 8] = value(lanes[lane]->a[i]);
      for (int i = 0; i < 2; i++) b[pair + half + i * 8][group] = value(lanes[lane]->b[i]);
    }
  }
  multiply_tiles<16>(lanes, a, b);
}

void multiply_tf32_tiles(Fragments *const (&lanes)[32]) {
  float a[ROWS][8], b[8][COLUMNS];
  for (int lane = 0; lane < 32; lane++) {
    const int group = lane / 4, inner = lane % 4;
    const auto value = [](unsigned bits) { return __uint_as_float(bits & 0xffffe000u); };
    for (int i = 0; i < 4; i++) a[group + i % 2 * 8][inner + i / 2 * 4] = value(lanes[lane]->a[i]);
    for (int i = 0; i < 2; i++) b[inner + i * 4][group] = value(lanes[lane]->b[i]);
  }
  multiply_tiles<8>(lanes, a, b);
}

}  // namespace emulator
