// Draws words from rows of logits by softmax(logits / temperature): of all words, of the k likeliest, or of the fewest likeliest
// that have a share of the weight, never a banned one.
//
// Words are in order of their logits, the likeliest first, equal ones by id; a draw takes the first of them at which the
// running sum of the weights exp((logit − largest) / temperature) passes uniform · total. This does not
// sort all words: their range of logits is cut into three, with one pass over the row each time, until few remain.
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

// The search by passes over the row ends when at most this many words remain.
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
  word *left;           // [classes], the words that the search narrows to
} row;

// Weight and number of the words above a bound.
typedef struct {
  double weight;
  long count;
} above;

static long sum_of_counts(veci counts) {
  long sum = 0;
  for (int i = 0; i < VL; i++) sum += counts[i];
  return sum;
}

// A pass over a row compares the logits with two bounds: the values are read once for both.
#define BOUNDS 2

static void count_above(const row *r, const float bounds[BOUNDS], above sums[BOUNDS]) {
  veci counts[BOUNDS] = {{0}};
  for (long j = 0; j < r->padded; j += VL) {
    for (int b = 0; b < BOUNDS; b++) counts[b] -= load(r->logits + j) > splat(bounds[b]);
  }
  for (int b = 0; b < BOUNDS; b++) sums[b] = (above){0, sum_of_counts(counts[b])};
}

// The most floats that are added up one after the other; their sums are added up in doubles.
#define ADDITIONS 16

PASS void rough_sum_above(const row *r, const float bounds[BOUNDS], above sums[BOUNDS]) {
  vecd weights[BOUNDS] = {{0}};
  veci counts[BOUNDS] = {{0}};
  for (long start = 0; start < r->padded; start += ADDITIONS * BATCH) {
    vec part[BOUNDS][LANES] = {{{0}}};
    const long end = min_of(r->padded, start + ADDITIONS * BATCH);
    for (long first = start; first < end; first += BATCH) {
      for (int lane = 0; lane < LANES; lane++) {
        const vec logits = load(r->logits + first + lane * VL), weight = load(r->rough_weights + first + lane * VL);
        for (int b = 0; b < BOUNDS; b++) {
          const veci is_above = logits > splat(bounds[b]);
          part[b][lane] += (vec)(is_above & (veci)weight);
          counts[b] -= is_above;
        }
      }
    }
    for (int b = 0; b < BOUNDS; b++) {
      for (int lane = 0; lane < LANES; lane++) weights[b] += sum_of_halves(part[b][lane]);
    }
  }
  for (int b = 0; b < BOUNDS; b++) sums[b] = (above){sum_of_doubles(weights[b]), sum_of_counts(counts[b])};
}

PASS void sum_above(const row *r, const float bounds[BOUNDS], above sums[BOUNDS]) {
  vecd weights[BOUNDS][LANES] = {{{0}}};
  half_veci counts[BOUNDS] = {{0}};
  for (long start = 0; start < r->padded; start += LANES * VL_DOUBLE) {
    for (int lane = 0; lane < LANES; lane++) {
      const half_vec logits = load_half(r->logits + start + lane * VL_DOUBLE);
      const vecl weight = (vecl)load_doubles(r->weights + start + lane * VL_DOUBLE);
      for (int b = 0; b < BOUNDS; b++) {
        const half_veci is_above = logits > bounds[b] - (half_vec){0};
        weights[b][lane] += (vecd)(__builtin_convertvector(is_above, vecl) & weight);
        counts[b] -= is_above;
      }
    }
  }
  for (int b = 0; b < BOUNDS; b++) {
    sums[b] = (above){0, 0};
    for (int lane = 0; lane < LANES; lane++) sums[b].weight += sum_of_doubles(weights[b][lane]);
    for (int i = 0; i < VL_DOUBLE; i++) sums[b].count += counts[b][i];
  }
}

// The quantity that is summed over the words in order: their number, or their weight in doubles or in floats.
typedef enum { COUNT, WEIGHT, ROUGH_WEIGHT } measure;

static double measured(measure m, above a) { return m == COUNT ? (double)a.count : a.weight; }

static double measure_of(const row *r, measure m, int32_t id) {
  return m == COUNT ? 1 : m == WEIGHT ? r->weights[id] : r->rough_weights[id];
}

// Computes the sums above each bound; counting alone needs no weights.
static void all_above(const row *r, measure m, const float bounds[BOUNDS], above sums[BOUNDS]) {
  if (m == COUNT) count_above(r, bounds, sums);
  else if (m == WEIGHT) sum_above(r, bounds, sums);
  else rough_sum_above(r, bounds, sums);
}

// Returns the sums over all words.
static above sum_of_all(const row *r, measure m) {
  const float bounds[BOUNDS] = {-INFINITY, -INFINITY};
  above sums[BOUNDS];
  all_above(r, m, bounds, sums);
  return sums[0];
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

// The bounds (low, high] of the logits of some words in order, with the sums above each bound.
typedef struct {
  float low, high;
  above over_low, over_high;
} bracket;

// A word, the distance of the target from the running sums before and after it, whichever is closer, and the last bracket.
typedef struct {
  word word;
  double margin;
  bracket within;
} found;

static bracket bracket_of(const candidates *c) {
  return (bracket){nextafterf(c->least, -INFINITY), c->largest, c->all, {0, 0}};
}

// Cuts the bracket into three at two bounds, and returns the part with the word: the sum above its upper bound does not pass the
// target, the sum above its lower bound does.
static bracket third_of(const row *r, measure m, double target, bracket b, const float bounds[BOUNDS]) {
  above over[BOUNDS];
  all_above(r, m, bounds, over);
  if (measured(m, over[1]) > target) return (bracket){bounds[1], b.high, over[1], b.over_high};
  if (measured(m, over[0]) > target) return (bracket){bounds[0], bounds[1], over[0], over[1]};
  return (bracket){b.low, bounds[0], b.over_low, over[0]};
}

// Finds the first word in order at which the running sum of a measure passes `target`; the last one of the bracket, with a
// negative margin, if rounding makes that none. All logits are finite or −∞.
static found first_beyond(const row *r, measure m, double target, bracket b) {
  while (b.over_low.count - b.over_high.count > FEW_WORDS) {
    const float third = b.high / 3 - b.low / 3, bounds[BOUNDS] = {b.low + third, b.high - third};
    // All that remain are equal, or neighboring floats.
    if (!(b.low < bounds[0] && bounds[0] <= bounds[1] && bounds[1] < b.high)) break;
    b = third_of(r, m, target, b, bounds);
  }
  const long count = words_between(r, b.low, b.high);
  qsort(r->left, (size_t)count, sizeof *r->left, comes_before);
  double before = measured(m, b.over_high), sum = before;
  for (long i = 0; i < count; i++, before = sum) {
    sum += measure_of(r, m, r->left[i].id);
    if (sum > target) return (found){r->left[i], fmin(target - before, sum - target), b};
  }
  return (found){r->left[count - 1], sum - target, b};
}

// Computes the weights of all words in floats, and returns their sums.
PASS above weigh_roughly(const row *r, float largest, double temperature) {
  const vec shift = splat(largest), divisor = splat((float)temperature);
  for (long j = 0; j < r->padded; j += VL) {
    vec exponent = load(r->logits + j) - shift;
    if (temperature != 1) exponent /= divisor;
    store(r->rough_weights + j, vec_exp(exponent));
  }
  return sum_of_all(r, ROUGH_WEIGHT);
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

// Draws with weights in floats. Returns whether the word is that which doubles give.
static int draw_roughly(const row *r, double temperature, candidates c, double uniform, found *drawn) {
  c.all = weigh_roughly(r, c.largest, temperature);
  *drawn = first_beyond(r, ROUGH_WEIGHT, uniform * c.all.weight, bracket_of(&c));
  const double largest_exponent = fmin(88, ((double)c.largest - c.least) / temperature);
  const double doubt = EXP_ERROR + largest_exponent * 0x1p-22 + ADDITIONS * 0x1p-24;
  return drawn->margin > 2 * doubt * c.all.weight;
}

// Returns where doubles find the word: where floats found it, unless its sums in doubles exclude that.
static bracket likely_bracket(const row *r, double target, const candidates *c, const found *rough) {
  const bracket all = bracket_of(c);
  if (!rough) return all;
  const float bounds[BOUNDS] = {rough->within.low, rough->within.high};
  above over[BOUNDS];
  all_above(r, WEIGHT, bounds, over);
  if (over[1].weight > target || over[0].weight <= target) return all;
  return (bracket){bounds[0], bounds[1], over[0], over[1]};
}

static int32_t draw(const row *r, const zlm_draws *d, candidates c, double uniform) {
  if (c.largest == -INFINITY) return -1;
  if (d->temperature == 0) return first_with(r, c.largest);
  if (d->top_k > 0) {
    c.all = sum_of_all(r, COUNT);
    if (c.all.count > d->top_k) cut_behind(r, first_beyond(r, COUNT, (double)d->top_k - 0.5, bracket_of(&c)).word, &c);
  }
  const int is_rough = d->top_p == 1 && d->temperature >= LEAST_ROUGH_TEMPERATURE;
  found rough;
  if (is_rough && draw_roughly(r, d->temperature, c, uniform, &rough)) return rough.word.id;
  c.all = weigh(r, c.largest, d->temperature);
  if (d->top_p < 1) {
    const double share = just_below(d->top_p * c.all.weight);
    cut_behind(r, first_beyond(r, WEIGHT, share, bracket_of(&c)).word, &c);
    c.all = sum_of_all(r, WEIGHT);
  }
  const double target = uniform * c.all.weight;
  return first_beyond(r, WEIGHT, target, likely_bracket(r, target, &c, is_rough ? &rough : NULL)).word.id;
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
