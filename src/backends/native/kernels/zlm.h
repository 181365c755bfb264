// Everything that JavaScript calls: the functions of the compiled library and the structs that they take.
// `npm run generate` makes kernels.generated.ts, the TypeScript binding, from this file, so a signature is written once.
//
// Sizes are in elements. Matrices are dense and row by row. A pointer marked NULLABLE may be null; what that means is
// said beside it. Functions that return int return 0, or 1 when memory ran out.
#ifndef ZLM_H
#define ZLM_H

#include <stdint.h>

#define NULLABLE

// How many threads compute from now on.
void zlm_set_threads(int32_t count);

// The bfloat16 units that mixed products use: 0 for none, 1 for AVX512-BF16, 2 for AMX tiles, 3 for ARM's BF16.
int zlm_bf16_units(void);

// ---- What the processor can do at most

// Fused multiply-adds on registers alone, `rounds` of them in turn on all threads: of floats, or by the bfloat16 units. Returns the
// floating-point operations that it did; 0 where there are no such units.
double zlm_multiply_adds(int32_t bf16, int64_t rounds);
// Reads n floats of x from memory once, on all threads.
double zlm_read(int64_t n, const float *x);

// ---- Noise

// One source of noise in one window (`Noise` in ops/noise.ts).
typedef struct {
  double rate;        // within [0, 1)
  int32_t mask;       // a noise_mask: how long a mask lives
  int32_t per_gate;   // one mask for each gate, side by side, instead of one for all
  uint32_t seed, site, step;
} zlm_noise;

// y [steps, per_step] = x ⊙ dropout mask.
void zlm_dropout(int64_t steps, int64_t per_step, const float *x, float *y, const zlm_noise *noise);

// ---- Recurrent layers

// One recurrent layer over one window of T steps, B columns, I inputs and H units, with G gates: 4 for LSTM, 3 for GRU,
// 1 for the tanh layer. Its contract is in the op's file: ops/lstm.ts, ops/gru.ts, ops/tanh-rnn.ts.
typedef struct {
  int32_t mixed;                        // operands of products in bfloat16
  int64_t steps, batch, inputs, units;
  const float *x;                       // [T,B,I]
  const float *h0;                      // [B,H]
  const float *NULLABLE c0;             // [B,H], LSTM
  const float *w;                       // [I,G·H]
  const float *u;                       // [H,G·H]
  const float *NULLABLE bias;           // [G·H], forward
  const float *NULLABLE candidate_bias; // [H], forward of a GRU
  const zlm_noise *NULLABLE input_dropout; // null for none, like the other noise
  const zlm_noise *NULLABLE recurrent_dropout;
  const zlm_noise *NULLABLE hidden_zoneout;
  const zlm_noise *NULLABLE cell_zoneout;
  // Written forward, read backward. `gates` are the activations: [T,B,4H] (LSTM i, f, g, o; GRU r, z, n, q) or
  // [T,B,H] (tanh before zoneout; without zoneout it may be y).
  float *y;                             // [T,B,H]
  float *NULLABLE cells;                // [T,B,H], LSTM
  float *gates;
  // Backward. dh and dc hold the gradients of the last state on entry and of the first one on return.
  const float *NULLABLE dy;             // [T,B,H]
  float *NULLABLE dh;                   // [B,H]
  float *NULLABLE dc;                   // [B,H], LSTM
  float *NULLABLE dx;                   // [T,B,I]
  float *NULLABLE dw;                   // [I,G·H]
  float *NULLABLE du;                   // [H,G·H]
  float *NULLABLE dbias;                // [G·H]
  float *NULLABLE d_gates;              // [T·B,G·H], LSTM without dropout, few rows in float32: instead of dw, xᵀ · d_gates, and du
  float *NULLABLE d_candidate_bias;     // [H], GRU
} zlm_layer;

int zlm_lstm_forward(const zlm_layer *layer);
int zlm_lstm_backward(const zlm_layer *layer);
int zlm_gru_forward(const zlm_layer *layer);
int zlm_gru_backward(const zlm_layer *layer);
int zlm_tanh_rnn_forward(const zlm_layer *layer);
int zlm_tanh_rnn_backward(const zlm_layer *layer);

// What a layer with a deep transition has besides (ops/deep-transition.ts): D layers from h(t−1) to h(t), the first of which is the
// zlm_layer's, with one gate. Its `gates` are y_1 of all steps, the first part of `states`.
typedef struct {
  int64_t depth;                        // D, at least 2
  const float *weights;                 // [D−1,H,H], V_2 … V_D
  const float *NULLABLE biases;         // [D−1,H], forward
  const float *NULLABLE shortcut;       // [H,H], from h(t−1) to the last layer
  float *states;                        // [D−1,T,B,H], y_1 … y_{D−1}: written forward, read backward
  float *NULLABLE d_weights;            // [D−1,H,H], backward
  float *NULLABLE d_biases;             // [D−1,H], backward
  float *NULLABLE d_shortcut;           // [H,H], backward with a shortcut
} zlm_transitions;

int zlm_deep_transition_forward(const zlm_layer *layer, const zlm_transitions *transitions);
int zlm_deep_transition_backward(const zlm_layer *layer, const zlm_transitions *transitions);

// ---- Products and the softmax

// A matrix anywhere in memory: element (i, j) is at[i·row + j·column]; a transpose swaps the two.
typedef struct {
  const float *at;
  int64_t row, column;
} zlm_matrix;

// c (m × n) = a (m × k) · b (k × n).
int zlm_product(int32_t mixed, int64_t m, int64_t n, int64_t k, const zlm_matrix *a, const zlm_matrix *b, float *c);

// The output projection, log-softmax, negative log-likelihood and, when d_bias is given, the gradients of
// Σ row_weights[n]·nll[n].
typedef struct {
  int32_t mixed;
  int64_t n, h, v;
  const float *hidden;                  // [N,H]
  const float *weight;                  // [H,V], or [V,H] when tied
  int32_t tied;
  const float *bias;                    // [V]
  const int32_t *targets;               // [N]
  const float *NULLABLE row_weights;    // [N], or null for row_weight in every row
  float row_weight;
  float *nll;                           // [N]
  float *NULLABLE d_hidden;             // [N,H]
  float *NULLABLE d_weight;             // as weight
  float *NULLABLE d_logits;             // [N,V], few rows in float32: instead of d_weight, which is hiddenᵀ · d_logits
  float *NULLABLE d_bias;               // [V]
} zlm_softmax_layer;

int zlm_softmax(const zlm_softmax_layer *layer);

// The output projection alone, for drawing words. logits [N,V].
int zlm_logits(int64_t n, int64_t h, int64_t v, const float *hidden, const float *weight, int32_t tied, const float *bias,
               float *logits);

// The loss of connectionist temporal classification of utterances whose frames follow each other. The last class is the blank.
typedef struct {
  int64_t v, utterances;
  const float *logits;                  // [N,V], N the frames of all utterances
  const int32_t *frames;                // [utterances], at least 1 each
  const int32_t *labels;                // [M], those of all utterances, in [0, V − 1)
  const int32_t *label_counts;          // [utterances]
  float *nll;                           // [utterances], infinite where the labels do not fit into the frames
  float *NULLABLE d_logits;             // [N,V], the gradient of Σ nll; 0 where nll is infinite
} zlm_ctc_loss;

int zlm_ctc(const zlm_ctc_loss *loss);

// Draws words by softmax(logits / temperature): of all words or of the top_k likeliest, and among these of the fewest likeliest
// that have the share top_p of the weight.
typedef struct {
  int64_t n, v;
  const float *logits;                  // [N,V], rows `stride` apart: 0 when all draws are from one row
  int64_t stride;
  double temperature;
  int64_t top_k;                        // 0 for all words
  double top_p;                         // 1 for all words
  const int32_t *banned;                // [bans], word ids
  int64_t bans;
  const double *uniforms;               // [N], within (0, 1)
  int32_t *drawn;                       // [N], word ids, or −1 where no word that is not banned has a finite logit
} zlm_draws;

int zlm_draw(const zlm_draws *draws);

// The k largest logits of each row, the largest first and equal ones by id, with their ids: −∞ and −1 where a row has too few above
// −∞. log_sums is log Σ exp(logit − largest) of each row. A NaN counts as −∞. k ≤ v.
void zlm_likeliest(int64_t n, int64_t v, int64_t k, const float *logits, float *largest, int32_t *ids, float *log_sums);

// ---- Attention

// Global attention with dot products over T target steps, S source steps and B columns of H units (ops/attention.ts).
typedef struct {
  int64_t steps, source_steps, batch, units;
  const float *queries;                 // [T,B,H]
  const float *source;                  // [S,B,H]
  const int32_t *NULLABLE lengths;      // [B], each from 1 to S, or null for S in every column; forward
  float *weights;                       // [B,T,S], written forward, read backward
  float *NULLABLE context;              // [T,B,H], forward
  const float *NULLABLE d_context;      // [T,B,H], backward
  float *NULLABLE d_queries;            // [T,B,H], backward
  float *NULLABLE d_source;             // [S,B,H], backward
} zlm_attention;

int zlm_attention_forward(const zlm_attention *attention);
int zlm_attention_backward(const zlm_attention *attention);

// ---- Rows of embedding tables

// out [N, width] = rows `ids` of table.
void zlm_gather_rows(int64_t n, int64_t width, const float *table, const int32_t *ids, float *out);
// out[ids[n]] += from[n], n in order.
void zlm_scatter_add_rows(int64_t n, int64_t width, const float *from, const int32_t *ids, float *out);

// ---- Sums

// Σ x² over n rows of x [·, width], each of them once in ids; partial has room for n doubles.
double zlm_sum_of_squares_of_rows(int64_t n, int64_t width, const float *x, const int32_t *ids, double *partial);
// Σ x² and Σ x over n elements; partial has room for ⌈n / 16384⌉ doubles.
double zlm_sum_of_squares(int64_t n, const float *x, double *partial);
double zlm_sum(int64_t n, const float *x, double *partial);
// out [columns] = Σ over the rows of x; out [rows] = Σ over its columns.
void zlm_column_sums(int64_t rows, int64_t columns, const float *x, float *out);
void zlm_row_sums(int64_t rows, int64_t columns, const float *x, float *out);

// ---- Element by element

// A matrix that may be broadcast: `column` is 0 or 1, and a step of 0 repeats the first element.
// out [rows, columns] = a op b, op 0 to 3: + − · /. In every column step at least one operand advances.
void zlm_binary(int32_t operation, int64_t rows, int64_t columns, const zlm_matrix *a, const zlm_matrix *b, float *out);
// out [n] = operation of x [n], operation 0 to 2: −x, x², tanh x.
void zlm_unary(int32_t operation, int64_t n, const float *x, float *out);
// out = factor · x.
void zlm_scaled_copy(int64_t n, const float *x, float factor, float *out);

// ---- Optimizers: steps in place, in one pass over memory

// Every step's gradient: clamped to ±clip (infinity for no clamp), scaled, and decay · parameter added.
typedef struct {
  float scale, decay, clip;
} zlm_gradient_rule;

// parameter −= g. `scale` and `decay` have the learning rate as a factor.
void zlm_sgd_update(int64_t n, float *parameter, const float *gradient, const zlm_gradient_rule *rule);
// The same for n rows of `width` columns, each of them once in ids, where there is no weight decay.
void zlm_sgd_update_rows(int64_t n, int64_t width, float *parameter, const float *gradient, const int32_t *ids,
                         const zlm_gradient_rule *rule);

// first = beta1 · first + (1 − beta1) · g; second = beta2 · second + (1 − beta2) · g²; parameter −= rate · first /
// (√(correction · second) + epsilon). `rate` is the learning rate over 1 − beta1ᵗ, `correction` 1 over 1 − beta2ᵗ.
typedef struct {
  float beta1, one_less_beta1, beta2, one_less_beta2, rate, correction, epsilon;
} zlm_adam;
void zlm_adam_update(int64_t n, float *parameter, const float *gradient, float *first_moment, float *second_moment,
                     const zlm_gradient_rule *rule, const zlm_adam *adam);

// mean_square = keep · mean_square + (1 − keep) · g²; parameter −= rate · g / (√mean_square + epsilon).
typedef struct {
  float keep, one_less_keep, rate, epsilon;
} zlm_rmsprop;
void zlm_rmsprop_update(int64_t n, float *parameter, const float *gradient, float *mean_square,
                        const zlm_gradient_rule *rule, const zlm_rmsprop *rmsprop);

// average += weight · (parameter − average).
void zlm_average_update(int64_t n, float *average, const float *parameter, float weight);

// Dynamic evaluation: parameter += min(decay · rms, 1) · (anchor − parameter) − rate · gradient / (rms + epsilon).
typedef struct {
  float rate, epsilon, decay;
} zlm_dynamic;
void zlm_dynamic_update(int64_t n, float *parameter, const float *gradient, const float *anchor, const float *rms,
                        const zlm_dynamic *dynamic);
// The same where the gradient [height, width] is leftᵀ · right; left [n, height], right [n, width].
void zlm_dynamic_update_factors(int64_t n, int64_t height, int64_t width, float *parameter, const float *left,
                                const float *right, const float *anchor, const float *rms, const zlm_dynamic *dynamic);
// The same for n rows of `width` columns, each of them once in ids.
void zlm_dynamic_update_rows(int64_t n, int64_t width, float *parameter, const float *gradient, const float *anchor,
                             const float *rms, const int32_t *ids, const zlm_dynamic *dynamic);

#endif
