// Mixed products by AMX tiles.
#ifndef ZLM_AMX_GEMM_H
#define ZLM_AMX_GEMM_H

#include "gemm.h"

// As gemm() of precision MIXED; only where amx_usable().
int amx_gemm(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate);

#endif
