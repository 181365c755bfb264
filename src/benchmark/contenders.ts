/** Who takes part in a benchmark, and whom they are held against. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { type ActiveBackend, activateBackend, probeBackends } from '../backends/select.js';
import type { Precision } from './report.js';

/** One way to compute. */
export interface Contender {
  readonly backend: BackendName;
  readonly precision: Precision;
}

/** The backends that mixed precision makes faster; the others only emulate it. */
const MIXED: readonly BackendName[] = ['native'];

/** Too slow to wait for, unless it is named. */
const LEFT_OUT: readonly BackendName[] = ['cpu'];

/** The participants, all of them ready to run. */
export interface Field {
  readonly backends: readonly Pick<ActiveBackend, 'name' | 'reason'>[];
  readonly contenders: readonly Contender[];
  /** The most threads that one of the backends computes with. */
  readonly threads: number;
  /** What computes the results that are taken for right, in each precision. */
  readonly reference: BackendName;
}

/**
 * Loads the backends that take part.
 *
 * @param named      the backends to measure; empty for every one that runs here but the slowest
 * @param precisions those to measure, on backends that have them
 * @param onLeftOut  told of each backend that cannot run here, where none was named
 * @throws UserError('backend') when a named one cannot run
 */
export async function gatherField(
  named: readonly BackendName[],
  precisions: readonly Precision[],
  options: BackendOptions,
  onLeftOut: (backend: Pick<ActiveBackend, 'name' | 'reason'>) => void,
): Promise<Field> {
  const all = await probeBackends(options);
  const probes = all.filter((probe) => probe.available);
  const available = probes.map(({ name }) => name);
  const chosen =
    named.length > 0 ? [...new Set(named)] : available.filter((name) => !LEFT_OUT.includes(name));
  if (named.length === 0) {
    if (options.compiler !== undefined) await activateBackend('auto', options); // which refuses a compiler that fails
    for (const { name, available, reason } of all) if (!available) onLeftOut({ name, reason });
  }
  const backends: Field['backends'][number][] = [];
  for (const chosenName of chosen) {
    const { name, reason } = await activateBackend(chosenName, options);
    backends.push({ name, reason });
  }
  const reference = available.includes('wasm') ? 'wasm' : 'cpu';
  await activateBackend(reference, options);
  return {
    backends,
    contenders: chosen.flatMap((backend) =>
      precisions
        .filter((precision) => precision === 'f32' || MIXED.includes(backend))
        .map((precision) => ({ backend, precision })),
    ),
    threads: Math.max(
      1,
      ...probes.filter(({ name }) => chosen.includes(name)).map(({ threads = 1 }) => threads),
    ),
    reference,
  };
}

/** Makes the backend of a contender of the field the active one: no probing, which would cost time in each round. */
export async function switchTo({ backend }: Contender): Promise<void> {
  await tf.setBackend(backend);
}
