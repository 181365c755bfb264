// AMX: tile registers of 16 rows of 64 bytes, and an instruction that multiplies two of them: 16 × 32 values of bf16 by
// 32 × 16 into 16 × 16 sums in float32. Instructions where compiler and processor have them, and for tests
// the same operations in plain C.
//
// Both sides offer, for tiles numbered 0 to 7 by constants, strides in bytes:
//   amx_permitted()               whether the processor has tiles and the system lets this process use them
//   amx_configure()               gives this thread eight full tiles; needed before any of the others
//   amx_zero(t)
//   amx_load(t, from, stride)     16 rows of 16 pairs
//   amx_dot(c, a, b)              c += a · b; the pairs run along a row of a and down a column of b
//   amx_store(t, to, stride)      16 rows of 16 floats
//   amx_release()                 releases the tiles
#ifndef ZLM_AMX_H
#define ZLM_AMX_H

#define AMX_ROWS 16
#define AMX_PAIRS 16                     // in a row: of bf16 along k, or as many floats of a result
#define AMX_DEPTH (2 * AMX_PAIRS)        // values along k
#define AMX_TILE (AMX_ROWS * AMX_PAIRS)  // elements of 32 bits
#define AMX_ROW_BYTES (4L * AMX_PAIRS)

#if defined(ZLM_EMULATE_AMX)
#define AMX 1
#include "amx-emulated.h"
// Older Clangs write it without the second underscore.
#elif defined(__linux__) && defined(__x86_64__) && (defined(__AMX_BF16__) || defined(__AMXBF16__))
#define AMX 1
#define AMX_INSTRUCTIONS
#else
#define AMX 0
#endif

// Whether mixed products may use tiles: they are permitted, and multiply as they should. The answer is computed once.
int amx_usable(void);

#if defined(AMX_INSTRUCTIONS)
#include <cpuid.h>
#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// CPUID leaf 7, EDX.
#define CPUID_AMX_BF16 (1u << 22)
#define CPUID_AMX_TILE (1u << 24)
// The arch_prctl request to use a component of the extended state; component 18 is the tile data.
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA 18

// Palette 1 gives eight tiles of 16 rows of 64 bytes. A processor with less would fault at the configuration.
static inline int amx_has_full_tiles(void) {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return 0;
  if (!(edx & CPUID_AMX_BF16) || !(edx & CPUID_AMX_TILE)) return 0;
  if (!__get_cpuid_count(0x1d, 1, &eax, &ebx, &ecx, &edx)) return 0;
  const unsigned row_bytes = ebx & 0xffff, tiles = ebx >> 16, rows = ecx & 0xffff;
  return row_bytes >= AMX_ROW_BYTES && tiles >= 8 && rows >= AMX_ROWS;
}

// Linux saves no tiles until a process asks for them, and kills a process that uses tiles without asking. It refuses where
// the kernel is older than 5.16, a sandbox blocks the call, or a thread's signal stack is too small for the tiles.
static inline int amx_permitted(void) {
  return amx_has_full_tiles() && syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

// The configuration in the layout that LDTILECFG reads.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} amx_shapes;

static inline void amx_configure(void) {
  // Static, since GCC 12 does not know that the instruction reads more than the first eight bytes.
  static const amx_shapes full = {
      .palette = 1,
      .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
      .rows = {16, 16, 16, 16, 16, 16, 16, 16},
  };
  _tile_loadconfig(&full);
}

// GCC 12 does not know that a tile load reads memory. The barrier makes it finish packing first.
#define amx_load(t, from, stride)                                                                                     \
  do {                                                                                                               \
    __asm__ volatile("" ::: "memory");                                                                                \
    _tile_loadd(t, from, stride);                                                                                    \
  } while (0)
#define amx_zero(t) _tile_zero(t)
#define amx_dot(c, a, b) _tile_dpbf16ps(c, a, b)
#define amx_store(t, to, stride) _tile_stored(t, to, stride)
#define amx_release() _tile_release()
#endif

#endif
