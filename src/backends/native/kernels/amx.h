// AMX: tile registers of 16 rows of 64 bytes, and an instruction that multiplies two of them: 16 × 32 values of bf16 by
// 32 × 16 into 16 × 16 sums in float32. The instructions where compiler and processor have them; for tests, the same in
// plain C.
//
// Both sides offer, for tiles numbered 0 to 7 by constants, strides in bytes:
//   amx_permitted()               whether the processor has tiles and the system lets this process use them
//   amx_configure()               gives this thread eight full tiles; needed before any of the others
//   amx_zero(t)
//   amx_load(t, from, stride)     16 rows of 16 pairs
//   amx_dot(c, a, b)              c += a · b; the pairs run along a row of a and down a column of b
//   amx_store(t, to, stride)      16 rows of 16 floats
//   amx_release()                 gives them back
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
#include "amx-instructions.h"
#else
#define AMX 0
#endif

// Whether mixed products may use tiles: they are permitted, and multiply as they should. Found out once.
int amx_usable(void);

#endif
