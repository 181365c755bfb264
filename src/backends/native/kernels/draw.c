// Draws words from rows of logits by softmax(logits / temperature): of all words or the k likeliest, never a banned one.
//
// Words are in order of their logits, the likeliest first, equal ones by id; a draw takes the first of them at which the
// running sum of the weights exp((logit − largest) / temperature) passes uniform · total. This does not
// sort all words: bisection over the logits, with one pass over the row per step, narrows them to a few.
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "parallel.h"
#include "vec-double.h"
#include "zlm.h"

// Bisection ends when at most this many words remain.
#define FEW_WORDS 32
// A pass over a row reads this many words at a time, into sums that do not depend on each other.
#define LANES 4
#define BATCH (LANES * VL_DOUBLE)

typedef struct {
  float logit;
  int32_t id;
} word;

// A row of logits with its weights. Rows are padded to whole batches; a logit of −∞ is never drawn.
typedef struct {
  long classes, padded;
  float *logits;   // [padded]
  double *weights; // [padded]
  word *left;      // [classes], the words that bisection narrows to
} row;

// Weight and number of the words above a bound.
typedef struct {
  double weight;
  long count;
} above;

static above sum_above(const row *r, float bound) {
  const half_vec least = bound - (half_vec){0};
  vecd weight[LANES] = {{0}};
  half_veci count[LANES] = {{0}};
  for (long start = 0; start < r->padded; start += BATCH) {
    for (int lane = 0; lane < LANES; lane++) {
      const long j = start + lane * VL_DOUBLE;
      const half_veci is_above = load_half(r->logits + j) > least;
      const vecl mask = __builtin_convertvector(is_above, vecl);
      weight[lane] += (vecd)(mask & (vecl)load_doubles(r->weights + j));
      count[lane] -= is_above;
    }
  }
  above total = {0, 0};
  for (int lane = 0; lane < LANES; lane++) {
    total.weight += sum_of_doubles(weight[lane]);
    for (int i = 0; i < VL_DOUBLE; i++) total.count += count[lane][i];
  }
  return total;
}

// The quantity that is summed over the words in order: their number, or their weight.
typedef enum { COUNT, WEIGHT } measure;

static double measured(measure m, above a) { return m == COUNT ? (double)a.count : a.weight; }

INLINE int any_lane(veci mask) {
  int32_t lanes[VL], any = 0;
  memcpy(lanes, &mask, sizeof lanes);
  for (int i = 0; i < VL; i++) any |= lanes[i];
  return any;
}

static int comes_before(const void *a, const void *b) {
  const word *left = a, *right = b;
  if (left->logit != right->logit) return left->logit > right->logit ? -1 : 1;
  return left->id < right->id ? -1 : left->id > right->id;
}

// Collects the words in (low, high], and returns their number.
static long words_between(const row *r, float low, float high) {
  long count = 0;
  for (long start = 0; start < r->padded; start += BATCH) {
    veci within = {0};
    for (long j = start; j < start + BATCH; j += VL) {
      const vec logits = load(r->logits + j);
      within |= (logits > splat(low)) & (logits <= splat(high));
    }
    if (!any_lane(within)) continue;
    for (long j = start; j < start + BATCH; j++) {
      const float logit = r->logits[j];
      if (logit > low && logit <= high) r->left[count++] = (word){logit, (int32_t)j};
    }
  }
  return count;
}

// Returns the first word in order at which the running sum of a measure passes `target`; the last one, if rounding makes that none.
// All logits are finite or −∞, some are finite, and `least` and `largest` are among those.
static word first_beyond(const row *r, measure m, double target, float least, float largest) {
  // The word is in (low, high]: the sum above `high` does not pass the target, the sum above `low` does.
  float low = nextafterf(least, -INFINITY), high = largest;
  above below_low = sum_above(r, low), over_high = {0, 0};
  while (below_low.count - over_high.count > FEW_WORDS) {
    const float middle = low / 2 + high / 2;
    if (!(middle > low && middle < high)) break; // all that remain are equal, or neighboring floats
    const above over_middle = sum_above(r, middle);
    if (measured(m, over_middle) > target) low = middle, below_low = over_middle;
    else high = middle, over_high = over_middle;
  }
  const long count = words_between(r, low, high);
  qsort(r->left, (size_t)count, sizeof *r->left, comes_before);
  double sum = measured(m, over_high);
  for (long i = 0; i < count; i++) {
    sum += m == COUNT ? 1 : r->weights[r->left[i].id];
    if (sum > target) return r->left[i];
  }
  return r->left[count - 1];
}

// Excludes the words behind `last`.
static void cut_behind(const row *r, word last) {
  for (long j = 0; j < r->classes; j++) {
    const int behind = r->logits[j] < last.logit || (r->logits[j] == last.logit && j > last.id);
    if (behind) r->logits[j] = -INFINITY;
  }
}

static void range_of(const row *r, float *least, float *largest) {
  vec top = splat(-INFINITY), bottom = splat(INFINITY);
  const vec none = splat(-INFINITY);
  for (long j = 0; j < r->padded; j += VL) {
    const vec logits = load(r->logits + j);
    top = max_of(top, logits);
    bottom = blend((logits > none) & (logits < bottom), logits, bottom);
  }
  *largest = max_lanes(top);
  *least = -max_lanes(-bottom);
}

static void weigh(const row *r, float largest, double temperature) {
  const vecd shift = splat_double(largest), divisor = splat_double(temperature);
  for (long j = 0; j < r->padded; j += VL_DOUBLE) {
    vecd exponent = widened(r->logits + j) - shift;
    if (temperature != 1) exponent /= divisor;
    store_doubles(r->weights + j, exp_below_zero(exponent));
  }
}

static int32_t first_with(const row *r, float logit) {
  long j = 0;
  while (j < r->classes - 1 && r->logits[j] != logit) j++;
  return (int32_t)j;
}

static void fill_row(const row *r, const float *logits, const int32_t *banned, long bans) {
  memcpy(r->logits, logits, (size_t)r->classes * sizeof(float));
  for (long j = r->classes; j < r->padded; j++) r->logits[j] = -INFINITY;
  for (long i = 0; i < bans; i++) r->logits[banned[i]] = -INFINITY;
  // NaN and +∞, from a diverged model, have no order. They are not drawn while there is any finite logit.
  for (long j = 0; j < r->classes; j++) r->logits[j] = r->logits[j] <= FLT_MAX ? r->logits[j] : -INFINITY;
}

static int32_t draw(const row *r, double temperature, long top_k, double uniform) {
  float least, largest;
  range_of(r, &least, &largest);
  if (largest == -INFINITY) return -1;
  if (temperature == 0) return first_with(r, largest);
  if (top_k > 0) memset(r->weights, 0, (size_t)r->padded * sizeof *r->weights);
  if (top_k > 0 && sum_above(r, -INFINITY).count > top_k) {
    const word last = first_beyond(r, COUNT, (double)top_k - 0.5, least, largest);
    cut_behind(r, last);
    least = last.logit;
  }
  weigh(r, largest, temperature);
  const double total = sum_above(r, -INFINITY).weight;
  return first_beyond(r, WEIGHT, uniform * total, least, largest).id;
}

int zlm_draw(const zlm_draws *d) {
  const long n = d->n, v = d->v, top_k = d->top_k;
  const long padded = (v + BATCH - 1) / BATCH * BATCH;
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (n > 1)
  {
    // Doubles, floats and words, of 8, 4 and 8 bytes.
    float *buffer = scratch(5 * padded);
    failed = buffer == NULL;
    double *weights = (double *)buffer;
    const row r = {v, padded, buffer ? buffer + 2 * padded : NULL, weights, buffer ? (word *)(buffer + 3 * padded) : NULL};
#pragma omp for schedule(dynamic)
    for (long i = 0; i < n; i++) {
      if (!buffer) continue;
      fill_row(&r, d->logits + i * d->stride, d->banned, d->bans);
      d->drawn[i] = draw(&r, d->temperature, top_k, d->uniforms[i]);
    }
    free(buffer);
  }
  return failed;
}
