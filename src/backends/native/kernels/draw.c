// Draws words from rows of logits by softmax(logits / temperature): of all words, of the k likeliest, or of the fewest likeliest
// that have a share of the weight, never a banned one.
//
// Words are in order of their logits, the likeliest first, equal ones by id; a draw takes the first of them at which the
// running sum of the weights exp((logit − largest) / temperature) passes uniform · total. This does not
// sort all words: bisection over the logits, with one pass over the row per step, narrows them to a few.
//
// Weights and their sums are doubles. Floats take half the time and nearly always show which word doubles would give: the
// one whose running sums before and after it are farther from the target than rounding could move them.
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "elementary.h"
#include "parallel.h"
#include "vec-double.h"
#include "zlm.h"

// Bisection ends when at most this many words remain.
#define FEW_WORDS 32
// A pass over the weights of a row reads this many words at a time, into sums that do not depend on each other.
#define LANES 4
#define BATCH (LANES * VL)
// A pass over a row. Inlined into one function, the passes would compete for registers.
#define PASS __attribute__((noinline)) static

typedef struct {
  float logit;
  int32_t id;
} word;

// A row of logits with its weights. Rows are padded to whole batches; a logit of −∞ is never drawn.
typedef struct {
  long classes, padded;
  float *logits;        // [padded]
  float *rough_weights; // [padded]
  double *weights;      // [padded]
  word *left;           // [classes], the words that bisection narrows to
} row;

// Weight and number of the words above a bound.
typedef struct {
  double weight;
  long count;
} above;

static above count_above(const row *r, float bound) {
  const vec least = splat(bound);
  veci count = {0};
  for (long j = 0; j < r->padded; j += VL) count -= load(r->logits + j) > least;
  above total = {0, 0};
  for (int i = 0; i < VL; i++) total.count += count[i];
  return total;
}

// The most floats that are added up one after the other; their sums are added up in doubles.
#define ADDITIONS 32

PASS above rough_sum_above(const row *r, float bound) {
  const vec least = splat(bound);
  vecd weight = {0};
  veci count = {0};
  for (long start = 0; start < r->padded; start += ADDITIONS * BATCH) {
    vec sum[LANES] = {{0}};
    const long end = min_of(r->padded, start + ADDITIONS * BATCH);
    for (long first = start; first < end; first += BATCH) {
      for (int lane = 0; lane < LANES; lane++) {
        const long j = first + lane * VL;
        const veci is_above = load(r->logits + j) > least;
        sum[lane] += (vec)(is_above & (veci)load(r->rough_weights + j));
        count -= is_above;
      }
    }
    for (int lane = 0; lane < LANES; lane++) weight += sum_of_halves(sum[lane]);
  }
  above total = {sum_of_doubles(weight), 0};
  for (int i = 0; i < VL; i++) total.count += count[i];
  return total;
}

PASS above sum_above(const row *r, float bound) {
  const half_vec least = bound - (half_vec){0};
  vecd weight[LANES] = {{0}};
  half_veci count[LANES] = {{0}};
  for (long start = 0; start < r->padded; start += LANES * VL_DOUBLE) {
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

// The quantity that is summed over the words in order: their number, or their weight in doubles or in floats.
typedef enum { COUNT, WEIGHT, ROUGH_WEIGHT } measure;

static double measured(measure m, above a) { return m == COUNT ? (double)a.count : a.weight; }

static double measure_of(const row *r, measure m, int32_t id) {
  return m == COUNT ? 1 : m == WEIGHT ? r->weights[id] : r->rough_weights[id];
}

// Returns the sums above a bound; counting alone needs no weights.
static above all_above(const row *r, measure m, float bound) {
  return m == COUNT ? count_above(r, bound) : m == WEIGHT ? sum_above(r, bound) : rough_sum_above(r, bound);
}

INLINE int any_lane(veci mask) {
  uint64_t pairs[VL / 2], any = 0;
  memcpy(pairs, &mask, sizeof pairs);
  for (int i = 0; i < VL / 2; i++) any |= pairs[i];
  return any != 0;
}

static int comes_before(const void *a, const void *b) {
  const word *left = a, *right = b;
  if (left->logit != right->logit) return left->logit > right->logit ? -1 : 1;
  return left->id < right->id ? -1 : left->id > right->id;
}

// Collects the words in (low, high], and returns their number.
PASS long words_between(const row *r, float low, float high) {
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

// The words that may be drawn: the bounds of their logits, and the sums over all of them.
typedef struct {
  float least, largest;
  above all;
} candidates;

// A word, and the distance of the target from the running sums before and after it, whichever is closer.
typedef struct {
  word word;
  double margin;
} found;

// Finds the first candidate in order at which the running sum of a measure passes `target`; the last one, with a negative
// margin, if rounding makes that none. All logits are finite or −∞.
static found first_beyond(const row *r, measure m, double target, const candidates *c) {
  // The word is in (low, high]: the sum above `high` does not pass the target, the sum above `low` does.
  float low = nextafterf(c->least, -INFINITY), high = c->largest;
  above over_low = c->all, over_high = {0, 0};
  while (over_low.count - over_high.count > FEW_WORDS) {
    const float middle = low / 2 + high / 2;
    if (!(middle > low && middle < high)) break; // all that remain are equal, or neighboring floats
    const above over_middle = all_above(r, m, middle);
    if (measured(m, over_middle) > target) low = middle, over_low = over_middle;
    else high = middle, over_high = over_middle;
  }
  const long count = words_between(r, low, high);
  qsort(r->left, (size_t)count, sizeof *r->left, comes_before);
  double before = measured(m, over_high), sum = before;
  for (long i = 0; i < count; i++, before = sum) {
    sum += measure_of(r, m, r->left[i].id);
    if (sum > target) return (found){r->left[i], fmin(target - before, sum - target)};
  }
  return (found){r->left[count - 1], sum - target};
}

// Computes the weights of all words in floats, and returns their sums.
PASS above weigh_roughly(const row *r, float largest, double temperature) {
  const vec shift = splat(largest), divisor = splat((float)temperature);
  for (long j = 0; j < r->padded; j += VL) {
    vec exponent = load(r->logits + j) - shift;
    if (temperature != 1) exponent /= divisor;
    store(r->rough_weights + j, vec_exp(exponent));
  }
  return rough_sum_above(r, -INFINITY);
}

// Computes the weights of all words, and returns their sums.
PASS above weigh(const row *r, float largest, double temperature) {
  const vecd shift = splat_double(largest), divisor = splat_double(temperature);
  const half_vec none = -INFINITY - (half_vec){0};
  vecd total = {0};
  half_veci count = {0};
  for (long j = 0; j < r->padded; j += VL_DOUBLE) {
    vecd exponent = widened(r->logits + j) - shift;
    if (temperature != 1) exponent /= divisor;
    const vecd weight = exp_below_zero(exponent);
    store_doubles(r->weights + j, weight);
    total += weight;
    count -= load_half(r->logits + j) > none;
  }
  above all = {sum_of_doubles(total), 0};
  for (int i = 0; i < VL_DOUBLE; i++) all.count += count[i];
  return all;
}

static int32_t first_with(const row *r, float logit) {
  long j = 0;
  while (j < r->classes - 1 && r->logits[j] != logit) j++;
  return (int32_t)j;
}

static void widen_range(vec logits, vec *least, vec *largest) {
  *largest = max_of(*largest, logits);
  *least = blend((logits > splat(-INFINITY)) & (logits < *least), logits, *least);
}

// Copies the logits of the words that may be drawn, with −∞ for all others, and returns their bounds. NaN and +∞, from a
// diverged model, have no order; they are not drawn while there is any finite logit.
PASS candidates fill_row(const row *r, const float *logits, const int32_t *banned, long bans) {
  const vec none = splat(-INFINITY), most = splat(FLT_MAX);
  vec largest = none, least = -none;
  for (long j = 0; j < r->padded; j += VL) {
    vec v = none;
    if (j + VL <= r->classes) v = load(logits + j);
    else if (j < r->classes) memcpy(&v, logits + j, (size_t)(r->classes - j) * sizeof(float));
    v = blend(v <= most, v, none);
    widen_range(v, &least, &largest);
    store(r->logits + j, v);
  }
  candidates c = {-max_lanes(-least), max_lanes(largest), {0, 0}};
  int at_an_end = 0;
  for (long i = 0; i < bans; i++) {
    float *logit = r->logits + banned[i];
    at_an_end |= *logit == c.least || *logit == c.largest;
    *logit = -INFINITY;
  }
  if (!at_an_end) return c;
  largest = none, least = -none;
  for (long j = 0; j < r->padded; j += VL) widen_range(load(r->logits + j), &least, &largest);
  return (candidates){-max_lanes(-least), max_lanes(largest), {0, 0}};
}

// Excludes the candidates behind `last`.
static void cut_behind(const row *r, word last, candidates *c) {
  for (long j = 0; j < r->classes; j++) {
    const int behind = r->logits[j] < last.logit || (r->logits[j] == last.logit && j > last.id);
    if (behind) r->logits[j] = -INFINITY;
  }
  c->least = last.logit;
}

// A little less than a weight, so that words whose weights add up to exactly a share are enough.
static double just_below(double weight) { return weight * (1 - 0x1p-40); }

// Below this temperature, an exponent may be beyond the floats.
#define LEAST_ROUGH_TEMPERATURE 1e-30
// The relative error of `vec_exp`, at most.
#define EXP_ERROR 1e-6

// Draws with weights in floats. Returns the word that their doubles give, or −1 where floats do not show which that is.
static int32_t draw_roughly(const row *r, double temperature, candidates c, double uniform) {
  if (temperature < LEAST_ROUGH_TEMPERATURE) return -1;
  c.all = weigh_roughly(r, c.largest, temperature);
  const found f = first_beyond(r, ROUGH_WEIGHT, uniform * c.all.weight, &c);
  const double largest_exponent = fmin(88, ((double)c.largest - c.least) / temperature);
  const double doubt = EXP_ERROR + largest_exponent * 0x1p-22 + ADDITIONS * 0x1p-24;
  return f.margin > 2 * doubt * c.all.weight ? f.word.id : -1;
}

static int32_t draw(const row *r, const zlm_draws *d, candidates c, double uniform) {
  if (c.largest == -INFINITY) return -1;
  if (d->temperature == 0) return first_with(r, c.largest);
  if (d->top_k > 0) {
    c.all = count_above(r, -INFINITY);
    if (c.all.count > d->top_k) cut_behind(r, first_beyond(r, COUNT, (double)d->top_k - 0.5, &c).word, &c);
  }
  if (d->top_p == 1) {
    const int32_t drawn = draw_roughly(r, d->temperature, c, uniform);
    if (drawn >= 0) return drawn;
  }
  c.all = weigh(r, c.largest, d->temperature);
  if (d->top_p < 1) {
    cut_behind(r, first_beyond(r, WEIGHT, just_below(d->top_p * c.all.weight), &c).word, &c);
    c.all = sum_above(r, -INFINITY);
  }
  return first_beyond(r, WEIGHT, uniform * c.all.weight, &c).word.id;
}

int zlm_draw(const zlm_draws *d) {
  const long n = d->n, v = d->v;
  const long padded = (v + BATCH - 1) / BATCH * BATCH;
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (n > 1)
  {
    // Doubles and words of 8 bytes, then floats.
    float *buffer = scratch(6 * padded);
    failed = buffer == NULL;
    row r = {.classes = v, .padded = padded};
    if (buffer) {
      r.weights = (double *)buffer;
      r.left = (word *)(buffer + 2 * padded);
      r.logits = buffer + 4 * padded;
      r.rough_weights = buffer + 5 * padded;
    }
#pragma omp for schedule(dynamic)
    for (long i = 0; i < n; i++) {
      if (!buffer) continue;
      const candidates c = fill_row(&r, d->logits + i * d->stride, d->banned, d->bans);
      d->drawn[i] = draw(&r, d, c, d->uniforms[i]);
    }
    free(buffer);
  }
  return failed;
}
