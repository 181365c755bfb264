/** The settings of TensorFlow's library, which it reads from the environment once, when it is loaded. */

/**
 * Sets them, except those that the user has set.
 *
 * @param threads that its kernels share
 */
export function prepareEnvironment(threads: number): void {
  const { env } = process;
  env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  // Kernels run one after the other.
  env.TF_NUM_INTEROP_THREADS ??= '1';
  // Fatal errors only: without a GPU, its attempt to find one is reported as an error.
  env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  // Memory of a GPU is taken as it is needed, since other processes may use the GPU as well.
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
}
