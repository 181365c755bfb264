// What is computed element by element, or summed, is dealt out to threads in blocks of a fixed size; what is no larger
// than one is not worth waking the others for.
#ifndef ZLM_BLOCKS_H
#define ZLM_BLOCKS_H

#include "vec.h"

// Elements of a block.
#define BLOCK 16384L

static inline long blocks_of(long n) { return (n + BLOCK - 1) / BLOCK; }
static inline long block_end(long block, long n) { return min_of(n, (block + 1) * BLOCK); }

#endif
