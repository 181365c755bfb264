/** The contenders of a benchmark, and the check of their results against a reference. */
import * as tf from '@tensorflow/tfjs';
import {
  type BackendName,
  type BackendOptions,
  computesOnProcessor,
  type RooflineMeter,
} from '../backends/backend.js';
import {
  type ActiveBackend,
  activateBackend,
  precisionObstacle,
  probeBackends,
  rooflineMeter,
  TAKE_AUTO,
} from '../backends/select.js';
import { UserError } from '../errors.js';
import type { Check, Precision } from './report.js';

/** A backend and a precision. */
export interface Contender {
  readonly backend: BackendName;
  readonly precision: Precision;
}

/** Backends that mixed precision makes faster; the others only emulate it. */
const MIXED: readonly BackendName[] = ['cuda', 'native'];

/** Whether a loaded backend has a precision of its own. */
function hasPrecision(backend: BackendName, precision: Precision): boolean {
  if (precision === 'mixed') return MIXED.includes(backend);
  return precisionObstacle(backend, precision) === null;
}

/** Backends that are too slow to wait for, unless the user names them. */
const LEFT_OUT: readonly BackendName[] = ['cpu'];

/** All contenders, ready to run. */
export interface Field {
  readonly backends: readonly Pick<ActiveBackend, 'name' | 'reason'>[];
  readonly contenders: readonly Contender[];
  /** The most threads that one of the backends computes with. */
  readonly threads: number;
  /** The backend whose results count as right, in each precision. */
  readonly reference: BackendName;
  /** What measures the processor; null where nothing does. */
  readonly meter: RooflineMeter | null;
}

/**
 * Loads the backends of a benchmark.
 *
 * @param named      the backends to measure; empty for every one that runs here except the slowest
 * @param precisions the precisions to measure, on backends that have them
 * @param onLeftOut  called for each backend that cannot run here if none is named, except those whose hardware is absent
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
    named.length > 0
      ? [...new Set(named)]
      : probes.filter(({ name, software }) => !software && !LEFT_OUT.includes(name)).map(({ name }) => name);
  if (named.length === 0) {
    // Throws if the named compiler or driver fails.
    if (options.compiler !== undefined || options.cudaDriver !== undefined)
      await activateBackend('auto', options);
    for (const { name, available, absent, reason } of all)
      if (!available && !absent) onLeftOut({ name, reason });
  }
  const backends: Field['backends'][number][] = [];
  for (const chosenName of chosen) {
    const { name, reason } = await activateNamed(chosenName, options);
    backends.push({ name, reason });
  }
  const contenders = chosen.flatMap((backend) =>
    precisions
      .filter((precision) => hasPrecision(backend, precision))
      .map((precision) => ({ backend, precision })),
  );
  if (contenders.length === 0) {
    throw new UserError('backend', `No products in ${precisions.join(' or ')} on ${chosen.join(', ')}`, [
      'Leave out --precision to measure those that the backends have.',
    ]);
  }
  const reference = available.includes('wasm') ? 'wasm' : 'cpu';
  await activateBackend(reference, options);
  return {
    backends,
    contenders,
    threads: Math.max(
      1,
      ...probes.filter(({ name }) => chosen.includes(name)).map(({ threads = 1 }) => threads),
    ),
    reference,
    // Why there is none is said of the native backend.
    meter: await rooflineMeter(options).catch(() => null),
  };
}

/** Measures what the processor can do at this moment in a contender's arithmetic; null on another device, and without a meter. */
export function peakOf({ meter }: Pick<Field, 'meter'>, { backend, precision }: Contender): number | null {
  if (meter === null || !computesOnProcessor(backend)) return null;
  return meter.peak(precision === 'mixed' ? 'bf16' : 'f32');
}

/** Activates a contender's backend, without a probe, which would take time in each round. */
export async function switchTo({ backend }: Contender): Promise<void> {
  await tf.setBackend(backend);
}

/**
 * Largest relative difference from the reference of the same precision that the order of additions explains. A sum close to the
 * middle of two bfloat16 numbers may round to either, and they are 2⁻⁸ apart; those of TF32 are 2⁻¹⁰ apart.
 */
const TOLERANCES: Readonly<Record<Precision, number>> = { f32: 1e-3, tf32: 2e-3, mixed: 5e-3 };

/**
 * Compares results value by value.
 *
 * @param difference the contender's distance from the reference, relative to the reference's size
 * @param precision  the contender's precision
 */
export function checkOf(difference: number, precision: Precision, reference: BackendName): Check {
  const tolerance = TOLERANCES[precision];
  return {
    reference,
    deviation: Number.isFinite(difference) ? difference : null,
    tolerance,
    // Written so that NaN fails.
    passed: difference <= tolerance,
  };
}

/** Computes the largest |value − reference| / |reference|; NaN when a value is NaN. */
export function largestRelativeDifference(values: readonly number[], reference: readonly number[]): number {
  return Math.max(
    ...values.map((value, i) => Math.abs(value - reference[i]) / Math.max(Math.abs(reference[i]), 1e-30)),
  );
}

/** Returns why a contender with this check is not timed, or null. */
export function problemOf({ passed, reference, deviation, tolerance }: Check): string | null {
  if (passed) return null;
  const found = deviation === null ? 'not a number' : `off by ${deviation.toPrecision(2)}`;
  return `differs from the ${reference} backend: ${found} where ${tolerance} is allowed`;
}

/** Activates a backend of the user's choice. A benchmark has no `auto`: without names it takes all that can run. */
async function activateNamed(name: BackendName, options: BackendOptions): Promise<ActiveBackend> {
  try {
    return await activateBackend(name, options);
  } catch (error) {
    if (!(error instanceof UserError) || !error.cures.includes(TAKE_AUTO)) throw error;
    const cures = error.cures.map((cure) =>
      cure === TAKE_AUTO ? 'Leave out --backend to measure all that can run here.' : cure,
    );
    throw new UserError(error.kind, error.message, cures, { cause: error });
  }
}
