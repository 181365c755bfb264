// The tile operations of amx.h as instructions, on Linux.
#ifndef ZLM_AMX_INSTRUCTIONS_H
#define ZLM_AMX_INSTRUCTIONS_H

#include <cpuid.h>
#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// CPUID leaf 7, EDX.
#define CPUID_AMX_BF16 (1u << 22)
#define CPUID_AMX_TILE (1u << 24)
// Of arch_prctl: asks that this process may use a component of the extended state; 18 is the tiles' content.
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

// Linux keeps no room for tiles until a process asks, and ends one that uses them without. It refuses where the kernel
// is older than 5.16, a sandbox does not pass the call on, or a thread's stack for signals could not hold the tiles.
static inline int amx_permitted(void) {
  return amx_has_full_tiles() && syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

// As LDTILECFG reads it.
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

// The barrier, since GCC 12 does not know that a load reads memory: what was packed must be there.
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
