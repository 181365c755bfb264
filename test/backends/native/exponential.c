// Compares exp_below_zero with the mathematics library in long double precision, and prints the largest relative error as JSON.
#include <math.h>
#include <stdio.h>

#include "vec-double.h"

static double at(double x) { return exp_below_zero(splat_double(x))[VL_DOUBLE - 1]; }

int main(void) {
  double largest = 0;
  for (long i = 0; i < 4000000; i++) {
    const double x = -708.0 * (double)i / 4000000, small = x / 708;
    for (int which = 0; which < 2; which++) {
      const double input = which ? small : x;
      const long double wanted = expl(input);
      const double error = (double)fabsl((at(input) - wanted) / wanted);
      if (!(error <= largest)) largest = error; // takes a NaN, too
    }
  }
  const double inputs[] = {0, -709, -1e300, -INFINITY, NAN};
  printf("{\"error\": %g, \"values\": [", largest);
  for (int i = 0; i < 5; i++) printf("%s\"%g\"", i ? ", " : "", at(inputs[i]));
  printf("]}\n");
}
