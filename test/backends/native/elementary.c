// Compares vec_exp, vec_sigmoid and vec_tanh with the mathematics library in double precision, over floats of all
// magnitudes, and prints the largest relative errors as JSON.
#include <math.h>
#include <stdio.h>

#include "elementary.h"

// Every so many of the 2³² floats; a prime, so that all patterns of low bits occur.
#define STRIDE 499

typedef vec (*function)(vec);
typedef double (*reference)(double);

static vec exp_of(vec x) { return vec_exp(x); }
static vec sigmoid_of(vec x) { return vec_sigmoid(x); }
static vec tanh_of(vec x) { return vec_tanh(x); }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static float at(function f, float x) { return f(splat(x))[VL - 1]; }

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static double largest_error(function f, reference exact, float least, float most) {
  double largest = 0;
  for (uint64_t bits = 0; bits < 1ull << 32; bits += STRIDE) {
    const float x = float_of((uint32_t)bits);
    if (!(x >= least && x <= most)) continue;
    const double wanted = exact(x);
    const double error = wanted == 0 ? at(f, x) != 0 : fabs(at(f, x) - wanted) / fabs(wanted);
    if (!(error <= largest)) largest = error; // takes a NaN, too
  }
  return largest;
}

static void print_values(const char *name, function f) {
  const float inputs[] = {-INFINITY, -1e30f, -200, -0.0f, 0, 200, 1e30f, INFINITY, NAN};
  printf("\"%s\": [", name);
  for (int i = 0; i < 9; i++) printf("%s\"%g\"", i ? ", " : "", at(f, inputs[i]));
  printf("]");
}

int main(void) {
  printf("{\"errors\": {\"exp\": %g, ", largest_error(exp_of, exp, -87, 88));
  printf("\"sigmoid\": %g, ", largest_error(sigmoid_of, sigmoid, -87, INFINITY));
  printf("\"tanh\": %g}, \"values\": {", largest_error(tanh_of, tanh, -INFINITY, INFINITY));
  print_values("exp", exp_of);
  printf(", ");
  print_values("sigmoid", sigmoid_of);
  printf(", ");
  print_values("tanh", tanh_of);
  printf("}}\n");
}
