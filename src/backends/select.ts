/** Choosing a backend: by name, or the fastest that runs here. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import { BACKEND_NAMES, type Backend, type BackendName, type BackendOptions, type Probe } from './backend.js';
import { cpuBackend } from './cpu.js';
import { nativeBackend } from './native/native.js';
import { checkThreadCount } from './native/thread-count.js';
import { wasmBackend } from './wasm.js';

const BACKENDS: Record<BackendName, Backend> = {
  native: nativeBackend,
  wasm: wasmBackend,
  cpu: cpuBackend,
};

/** A backend that is active, and the sentence that says why it was taken. */
export interface ActiveBackend {
  readonly name: BackendName;
  readonly reason: string;
  /** See `Backend`. */
  readonly queueDepth: number;
}

/** Every backend with the reason that it can or cannot run here, fastest first. */
export async function probeBackends(
  options: BackendOptions = {},
): Promise<({ name: BackendName } & Probe)[]> {
  checkThreadCount(options.threads);
  return Promise.all(BACKEND_NAMES.map(async (name) => ({ name, ...(await BACKENDS[name].probe(options)) })));
}

/**
 * Makes a backend the active one. What was named is never passed over: neither a backend, nor the native one where its
 * compiler was named.
 *
 * @param choice  a backend's name, or `auto` for the fastest that can run here
 * @param options what the backend may need to know
 * @throws UserError('backend') when it cannot run, with the reason; UserError('usage') for too many threads
 */
export async function activateBackend(
  choice: BackendName | 'auto',
  options: BackendOptions = {},
): Promise<ActiveBackend> {
  checkThreadCount(options.threads);
  tf.enableProdMode();
  const candidates = choice === 'auto' ? BACKEND_NAMES : [choice];
  const refusals: string[] = [];
  for (const name of candidates) {
    const probe = await BACKENDS[name].probe(options);
    const failure = probe.available ? await tryToActivate(name, options) : probe.reason;
    if (failure === null) {
      const { queueDepth } = BACKENDS[name];
      return { name, queueDepth, reason: reasonFor(choice, name, probe.reason, refusals) };
    }
    refusals.push(`${name}: ${failure}`);
    if (choice === 'auto' && name === 'native' && options.compiler !== undefined) {
      throw namedCompilerFails(options.compiler, failure, probe.details);
    }
  }
  const message = choice === 'auto' ? 'no backend can run here' : `the ${choice} backend cannot run here`;
  throw new UserError('backend', [message, ...refusals].join('\n  '), [
    'See why each backend can or cannot run: `zlm doctor`.',
    ...(choice === 'auto' ? [] : ['Take the fastest that can: `--backend auto`.']),
  ]);
}

function namedCompilerFails(compiler: string, failure: string, details: string | undefined): UserError {
  const said = details === undefined ? [] : details.split('\n');
  const message = [`the native backend cannot run here with the compiler ${compiler}`, failure, ...said];
  return new UserError('backend', message.join('\n  '), [
    'Name a compiler that works with --cc or ZLM_CC, or none: cc, gcc and clang are then tried.',
    'Train without a compiler, much slower: `--backend wasm`.',
  ]);
}

/** Null when the backend is active now, otherwise why it is not. */
async function tryToActivate(name: BackendName, options: BackendOptions): Promise<string | null> {
  try {
    await BACKENDS[name].load(options);
    if (!(await tf.setBackend(name))) return 'TensorFlow.js could not initialize it';
    await tf.ready();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function reasonFor(choice: string, name: string, reason: string, refusals: readonly string[]): string {
  if (choice !== 'auto') return `chosen by name; ${reason}`;
  const passed = refusals.length > 0 ? `; passed over ${refusals.join('; ')}` : '';
  return `${name === BACKEND_NAMES[0] ? 'the fastest there is' : 'the fastest that runs here'}; ${reason}${passed}`;
}
