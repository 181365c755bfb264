// The products of a recurrent layer that take all steps of a window at once: those of its inputs, and the gradients of
// its weights. Masks with several parts, one for each gate, make each of them as many products side by side.
#ifndef ZLM_LAYER_PRODUCTS_H
#define ZLM_LAYER_PRODUCTS_H

#include "recurrence.h"

// out [T·B,G·H], rows `ldc` apart, = (x ⊙ masks)·W + bias; x [T,B,I], w [I,G·H]. Returns 0, or 1 when memory ran out.
int input_product(recurrence s, mask_series dropped, const float *x, const float *w, const float *bias, float *out,
                  long ldc);

// The layer's dx, dw, du and dbias from the gradients of its gates: `d_input` of x·W + b, `d_recurrent` of h·U, [T,B,G·H]
// each. Returns 0, or 1 when memory ran out.
int layer_gradients(recurrence s, const zlm_layer *layer, const layer_masks *masks, const float *d_input,
                    const float *d_recurrent);

#endif
