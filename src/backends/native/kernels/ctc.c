// Connectionist temporal classification (Graves et al. 2006): the loss of each utterance and its gradient, by the forward-backward
// algorithm over the labels with blanks between them. Contract: ops/ctc.ts. Each utterance is computed by one thread.
//
// Log-probabilities are doubles. Rescaled probabilities would save the exponentials, but where a network is sure of blanks the paths
// through many labels become smaller than any double, and the loss infinite.
#include <math.h>

#include "parallel.h"
#include "zlm.h"

// One utterance: T frames, and S = 2L + 1 states for L labels: a blank, a label, a blank, …, a blank.
typedef struct {
  long frames, labels, states, classes;
  const float *logits;   // [T,V]
  const int32_t *label;  // [L]
} utterance;

static long class_of(const utterance *u, long state) {
  return state % 2 ? u->label[state / 2] : u->classes - 1;
}

// Whether a path may come to a label from the label before it, without a blank between them.
static int skips(const utterance *u, long state) {
  return state % 2 && state >= 3 && u->label[state / 2] != u->label[state / 2 - 1];
}

// log(e^a + e^b + e^c).
static double log_sum(double a, double b, double c) {
  const double most = fmax(a, fmax(b, c));
  if (most == -INFINITY) return most;
  return most + log(exp(a - most) + exp(b - most) + exp(c - most));
}

// Computes the logarithm of Σ exp(logit) of each frame.
static void normalizers(const utterance *u, double *out) {
  for (long t = 0; t < u->frames; t++) {
    const float *row = u->logits + t * u->classes;
    float most = row[0];
    double sum = 0;
    for (long k = 1; k < u->classes; k++) most = row[k] > most ? row[k] : most;
    for (long k = 0; k < u->classes; k++) sum += expf(row[k] - most);
    out[t] = most + log(sum);
  }
}

static double emission(const utterance *u, const double *normalizer, long t, long state) {
  return u->logits[t * u->classes + class_of(u, state)] - normalizer[t];
}

// forward [T,S]: log-probability of all paths that are in a state at a frame. Returns that of the labels.
static double run_forward(const utterance *u, const double *normalizer, double *forward) {
  const long last = u->states - 1;
  for (long t = 0; t < u->frames; t++) {
    double *now = forward + t * u->states;
    const double *before = now - u->states;
    for (long s = 0; s < u->states; s++) {
      const double into = t == 0 ? (s < 2 ? 0 : -INFINITY)
                                 : log_sum(before[s], s > 0 ? before[s - 1] : -INFINITY,
                                           skips(u, s) ? before[s - 2] : -INFINITY);
      now[s] = into + emission(u, normalizer, t, s);
    }
  }
  const double *end = forward + (u->frames - 1) * u->states;
  return log_sum(end[last], last > 0 ? end[last - 1] : -INFINITY, -INFINITY);
}

// d_logits [T,V] = softmax − the probability of each class at each frame, given the labels. `ahead` and `next` have room for S,
// `share` for V.
static void run_backward(const utterance *u, const double *normalizer, const double *forward, double total, double *ahead,
                         double *next, double *share, float *d_logits) {
  const long last = u->states - 1;
  for (long t = u->frames - 1; t >= 0; t--) {
    const double *now = forward + t * u->states;
    const float *row = u->logits + t * u->classes;
    float *d = d_logits + t * u->classes;
    // ahead: log-probability of the rest of the labels in the frames after t.
    for (long s = 0; s < u->states; s++) {
      if (t == u->frames - 1) ahead[s] = s >= last - 1 ? 0 : -INFINITY;
      else
        ahead[s] = log_sum(next[s], s < last ? next[s + 1] : -INFINITY,
                           s + 2 <= last && skips(u, s + 2) ? next[s + 2] : -INFINITY);
    }
    for (long k = 0; k < u->classes; k++) share[k] = 0;
    for (long s = 0; s < u->states; s++) share[class_of(u, s)] += exp(now[s] + ahead[s] - total);
    for (long k = 0; k < u->classes; k++) d[k] = (float)(exp(row[k] - normalizer[t]) - share[k]);
    for (long s = 0; s < u->states; s++) next[s] = ahead[s] + emission(u, normalizer, t, s);
  }
}

// Computes the loss of one utterance and, when `d_logits` is given, its gradient. Returns 1 when memory ran out.
static int run_utterance(const utterance *u, float *nll, float *d_logits) {
  const long room = u->frames + u->frames * u->states + 2 * u->states + u->classes;
  double *normalizer = malloc((size_t)room * sizeof(double));
  if (!normalizer) return 1;
  double *forward = normalizer + u->frames, *ahead = forward + u->frames * u->states, *next = ahead + u->states;
  normalizers(u, normalizer);
  const double total = run_forward(u, normalizer, forward);
  *nll = (float)-total;
  // No path: the loss is infinite, and nothing that the network does would lower it.
  if (d_logits && total == -INFINITY) memset(d_logits, 0, (size_t)(u->frames * u->classes) * sizeof(float));
  else if (d_logits) run_backward(u, normalizer, forward, total, ahead, next, next + u->states, d_logits);
  free(normalizer);
  return 0;
}

int zlm_ctc(const zlm_ctc_loss *l) {
  int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed)
  for (long b = 0; b < l->utterances; b++) {
    long row = 0, label = 0;
    for (long i = 0; i < b; i++) row += l->frames[i], label += l->label_counts[i];
    const utterance u = {l->frames[b], l->label_counts[b], 2L * l->label_counts[b] + 1, l->v, l->logits + row * l->v,
                         l->labels + label};
    failed |= run_utterance(&u, l->nll + b, l->d_logits ? l->d_logits + row * l->v : NULL);
  }
  return failed;
}
