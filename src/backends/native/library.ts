/** The C functions of the compiled library, as JavaScript functions. Typed arrays are passed as pointers, uncopied. */

import { isThere } from '../../storage/is-there.js';
import type { BuiltLibrary } from './build.js';

/** What may be passed; an array's type must be what the C side declares. */
type Argument = number | Float32Array | Int32Array | Float64Array | null;

/** A C function, called with its arguments by name, as its declaration has them. */
type NativeFunction = (named: Readonly<Record<string, Argument>>) => number;

/** As in `kernels/`, where it stands what each does. */
const DECLARATIONS = {
  setThreads: 'void zlm_set_threads(int count)',
  bf16Units: 'int zlm_bf16_units(void)',
  gemm: `int zlm_gemm(int mixed, long m, long n, long k, float *a, long a_row, long a_column, float *b, long b_row,
    long b_column, float *c)`,
  lstmForward: `int zlm_lstm_forward(int mixed, long steps, long batch, long inputs, long units, float *x, float *h0,
    float *c0, float *w, float *u, float *bias, float *input_masks, long input_mask_steps, float *masks,
    long mask_steps, long mask_parts, float *hidden_zoneout, float *cell_zoneout, long zoneout_steps, float *y,
    float *cells, float *gates)`,
  lstmBackward: `int zlm_lstm_backward(int mixed, long steps, long batch, long inputs, long units, float *x, float *h0,
    float *c0, float *w, float *u, float *input_masks, long input_mask_steps, float *masks, long mask_steps,
    long mask_parts, float *hidden_zoneout, float *cell_zoneout, long zoneout_steps, float *y, float *cells,
    float *gates, float *dy, float *dh, float *dc, float *dx, float *dw, float *du, float *dbias)`,
  gruForward: `int zlm_gru_forward(int mixed, long steps, long batch, long inputs, long units, float *x, float *h0,
    float *w, float *u, float *bias, float *candidate_bias, float *masks, long mask_steps, float *zoneout,
    long zoneout_steps, float *y, float *gates)`,
  gruBackward: `int zlm_gru_backward(int mixed, long steps, long batch, long inputs, long units, float *x, float *h0,
    float *w, float *u, float *masks, long mask_steps, float *zoneout, long zoneout_steps, float *y, float *gates,
    float *dy, float *dh, float *dx, float *dw, float *du, float *dbias, float *d_candidate_bias)`,
  tanhRnnForward: `int zlm_tanh_rnn_forward(int mixed, long steps, long batch, long inputs, long units, float *x,
    float *h0, float *w, float *u, float *bias, float *masks, long mask_steps, float *zoneout, long zoneout_steps,
    float *y, float *activations)`,
  tanhRnnBackward: `int zlm_tanh_rnn_backward(int mixed, long steps, long batch, long inputs, long units, float *x,
    float *h0, float *w, float *u, float *masks, long mask_steps, float *zoneout, long zoneout_steps, float *y,
    float *activations, float *dy, float *dh, float *dx, float *dw, float *du, float *dbias)`,
  softmax: `int zlm_softmax(int mixed, long n, long h, long v, float *hidden, float *weight, int tied, float *bias,
    int32_t *targets, float *row_weights, float row_weight, float *nll, float *d_hidden, float *d_weight,
    float *d_bias)`,
  logits: `int zlm_logits(long n, long h, long v, float *hidden, float *weight, int tied, float *bias,
    float *logits)`,
  draw: `int zlm_draw(long n, long v, float *logits, long stride, double temperature, long top_k, int32_t *banned,
    long bans, double *uniforms, int32_t *drawn)`,
  mask: `void zlm_mask(long steps, long per_step, float *x, float *y, int shared, uint32_t seed, uint32_t site,
    uint32_t step, uint32_t threshold, float below, float otherwise)`,
  gatherRows: 'void zlm_gather_rows(long n, long width, float *table, int32_t *ids, float *out)',
  scatterAddRows: 'void zlm_scatter_add_rows(long n, long width, float *from, int32_t *ids, float *out)',
  sumOfSquaresOfRows:
    'double zlm_sum_of_squares_of_rows(long n, long width, float *x, int32_t *ids, double *partial)',
  sumOfSquares: 'double zlm_sum_of_squares(long n, float *x, double *partial)',
  sum: 'double zlm_sum(long n, float *x, double *partial)',
  columnSums: 'void zlm_column_sums(long rows, long columns, float *x, float *out)',
  rowSums: 'void zlm_row_sums(long rows, long columns, float *x, float *out)',
  binary: `void zlm_binary(int operation, long rows, long columns, float *a, long a_row, long a_column, float *b,
    long b_row, long b_column, float *out)`,
  unary: 'void zlm_unary(int operation, long n, float *x, float *out)',
  sgdUpdate:
    'void zlm_sgd_update(long n, float *parameter, float *gradient, float scale, float decay, float clip)',
  sgdUpdateRows: `void zlm_sgd_update_rows(long n, long width, float *parameter, float *gradient, int32_t *ids,
    float scale, float clip)`,
  adamUpdate: `void zlm_adam_update(long n, float *parameter, float *gradient, float *first_moment,
    float *second_moment, float scale, float decay, float clip, float beta1, float one_less_beta1, float beta2,
    float one_less_beta2, float rate, float correction, float epsilon)`,
  rmspropUpdate: `void zlm_rmsprop_update(long n, float *parameter, float *gradient, float *mean_square, float scale,
    float decay, float clip, float keep, float one_less_keep, float rate, float epsilon)`,
  averageUpdate: 'void zlm_average_update(long n, float *average, float *parameter, float weight)',
  scaledCopy: 'void zlm_scaled_copy(long n, float *x, float factor, float *out)',
} as const;

/** The library's functions by name. */
export type NativeFunctions = Readonly<Record<keyof typeof DECLARATIONS, NativeFunction>>;

/**
 * Returns the path to load a library by: that of its descriptor where the system names descriptors, so that what is loaded
 * is the very file that was checked, else its own, whose folders were checked.
 */
export async function loadablePath({ path, descriptor }: BuiltLibrary): Promise<string> {
  const opened = `/proc/self/fd/${descriptor}`;
  return (await isThere(opened)) ? opened : path;
}

/**
 * Loads a compiled library.
 *
 * @throws Error with the loader's words when it cannot be loaded or lacks a function
 */
export async function loadLibrary(built: BuiltLibrary): Promise<NativeFunctions> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(await loadablePath(built));
  const bound = Object.entries(DECLARATIONS).map(([name, declaration]) => [
    name,
    byName(library.func(declaration), parameterNames(declaration)),
  ]);
  return Object.fromEntries(bound);
}

function byName(call: (...args: Argument[]) => number, names: readonly string[]): NativeFunction {
  return (named) =>
    call(
      ...names.map((name) => {
        const value = named[name];
        if (value === undefined) throw new Error(`a native kernel was called without ${name}`);
        return value;
      }),
    );
}

/** `int f(long mask_steps, float *x)` → maskSteps, x; `int f(void)` → none. */
function parameterNames(declaration: string): string[] {
  const list = declaration.slice(declaration.indexOf('(') + 1, declaration.lastIndexOf(')'));
  if (list === 'void') return [];
  return list.split(',').map((parameter) => {
    const name =
      parameter
        .trim()
        .split(/[\s*]+/)
        .at(-1) ?? '';
    return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  });
}
