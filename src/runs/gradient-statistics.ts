/**
 * Statistics of a network's gradient over its training text, kept in the run's folder:
 * `statistics/gradients-<checkpoint>.safetensors`. They take as long as an epoch of training. Everything that they depend on is
 * beside them; when any of it has changed they are computed again.
 */
import { UserError } from '../errors.js';
import { specIdentity } from '../spec/compare.js';
import type { Spec } from '../spec/systems.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { readBytes } from '../storage/files.js';
import { decodeSafetensors, encodeSafetensors } from '../storage/safetensors.js';
import type { OpenedRun } from './opened-run.js';

/** The metadata key of the hash of everything that the statistics depend on. */
const KEY = 'zlm.gradientStatistics';
/** To be raised when the computation changes. */
const VERSION = 1;

/** The windows that statistics are taken over. */
export interface StatisticsWindows {
  /** Time steps of a window. */
  readonly length: number;
  /** Columns that the text is cut into. */
  readonly columns: number;
  /** Tokens from the start of the training text. */
  readonly tokens: number;
}

/**
 * Returns the statistics of an opened run's network, computing them where they are not kept or belong to something else.
 *
 * @param shapes  of the parameters, by name
 * @param compute computes them
 * @param onNote  called with a line when they cannot be kept, which is no failure
 */
export async function keptStatistics(
  opened: OpenedRun,
  windows: StatisticsWindows,
  shapes: ReadonlyMap<string, readonly number[]>,
  compute: () => Promise<ReadonlyMap<string, Float32Array>>,
  onNote: (line: string) => void = () => {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const { run, checkpoint, checkpointSha256, spec, corpus } = opened;
  const path = run.gradientStatistics(checkpoint);
  const { sha256: train } = corpus.manifest.splits.train;
  const key = checkpointSha256 && identityOf(spec, { checkpointSha256, train, ...windows });
  const kept = key ? await readStatistics(path, key, shapes) : null;
  if (kept) return kept;
  const statistics = await compute();
  if (!key) return statistics;
  const arrays = [...statistics].map(([name, data]) => ({
    name,
    shape: [...(shapes.get(name) ?? [])],
    data,
  }));
  try {
    await writeFileAtomically(path, encodeSafetensors(arrays, { [KEY]: key }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onNote(`The gradient statistics are not kept in the run's folder: ${error.message}`);
  }
  return statistics;
}

function identityOf(spec: Spec, facts: object): string {
  return sha256(JSON.stringify({ version: VERSION, spec: specIdentity(spec), ...facts }));
}

/** Reads statistics; null when there are none, they are damaged, or belong to something else. */
async function readStatistics(
  path: string,
  key: string,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<ReadonlyMap<string, Float32Array> | null> {
  const bytes = await readBytes(path).catch(() => null);
  if (!bytes) return null;
  try {
    const { tensors, metadata } = decodeSafetensors(bytes, path);
    if (metadata[KEY] !== key) return null;
    const statistics = new Map<string, Float32Array>();
    for (const [name, shape] of shapes) {
      const array = tensors.get(name);
      if (!(array?.data instanceof Float32Array) || array.shape.join() !== shape.join()) return null;
      statistics.set(name, array.data);
    }
    return statistics;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}
