// Products of tiles by a warp, in the fragment layouts of mma.sync (PTX ISA, "Warp Level Matrix Instructions").
#ifndef ZLM_EMULATOR_WARP_PRODUCTS_H
#define ZLM_EMULATOR_WARP_PRODUCTS_H

namespace emulator {

// The registers that one lane contributes: parts of d and a by rows, of b by columns.
struct Fragments {
  float d[4];
  unsigned a[4], b[2];
};

// d += a · b for tiles of 16 × 16 and 16 × 8 in bfloat16 (m16n8k16).
void multiply_bf16_tiles(Fragments *const (&lanes)[32]);
// d += a · b for tiles of 16 × 8 and 8 × 8 in TF32, of which the lower 13 bits are ignored (m16n8k8).
void multiply_tf32_tiles(Fragments *const (&lanes)[32]);

}  // namespace emulator

#endif
