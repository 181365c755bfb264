/** What the kernels of recurrent layers have in common: the masks that they are given, and the last state. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { DropoutMask, RecurrentAttributes, Zoneout } from '../fused.js';
import { outOfMemory } from './array-store.js';
import { drawDropout, drawRetained } from './dropout-kernel.js';
import { type Allocated, mixedFlag, type Tensors } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** T, B and the width of what is masked. */
type Shape = readonly [steps: number, batch: number, width: number];

/** Masks as the C functions take them: those of every step, or of one that serves all; no values where there are none. */
interface MaskSeries {
  readonly values: Float32Array | null;
  readonly steps: number;
}

/** Masks in memory that is lent while a C function runs. */
export class LentMasks {
  private readonly infos: TensorInfo[] = [];

  constructor(private readonly backend: NativeBackend) {}

  /** Masks of dropout. */
  dropout(mask: DropoutMask | null, [steps, batch, width]: Shape): MaskSeries {
    if (mask === null) return { values: null, steps: 0 };
    const shape = [mask.lifetime === 'step' ? steps : 1, batch, width];
    const { values } = this.lend(shape);
    drawDropout(this.backend, mask, shape, values);
    return { values, steps: shape[0] };
  }

  /** How much of h, or of c, zoneout retains: 0 or 1 in training, and the same everywhere at test time. */
  zoneout(zoneout: Zoneout | null, part: 'hidden' | 'cell', [steps, batch, width]: Shape): MaskSeries {
    const probability = zoneout?.[part] ?? 0;
    if (zoneout === null || probability === 0) return { values: null, steps: 0 };
    const { masks } = zoneout;
    const shape = [masks ? steps : 1, batch, width];
    const { values } = this.lend(shape);
    if (masks === null) values.fill(probability);
    else {
      const { seed, step, [`${part}Site` as const]: site } = masks;
      drawRetained(this.backend, { probability, seed, site, step }, shape, values);
    }
    return { values, steps: shape[0] };
  }

  /**
   * Gives the memory back, once the C function has returned.
   *
   * @param failed what it returned
   * @throws UserError('backend') when it ran out of memory
   */
  giveBack(failed: number): void {
    for (const { dataId } of this.infos) this.backend.disposeData(dataId);
    if (failed) throw outOfMemory();
  }

  private lend(shape: readonly number[]): Allocated {
    const allocated = this.backend.allocate(shape);
    this.infos.push(allocated.info);
    return allocated;
  }
}

/** A copy of the last step of [T,B,H]: [B,H]. */
export function lastStep(
  backend: NativeBackend,
  sequence: Float32Array,
  batch: number,
  units: number,
): TensorInfo {
  const { info, values } = backend.allocate([batch, units]);
  values.set(sequence.subarray(sequence.length - batch * units));
  return info;
}

/** The arguments that both passes of cells without c share. */
export function cellFreeArguments(
  { x, h0, inputWeight, recurrentWeight }: Tensors,
  { recurrentDropout, zoneout, precision }: RecurrentAttributes,
  backend: NativeBackend,
  masks: LentMasks,
) {
  const [steps, batch, width] = x.shape;
  const units = h0.shape[1];
  const dropped = masks.dropout(recurrentDropout, [steps, batch, units]);
  const retained = masks.zoneout(zoneout, 'hidden', [steps, batch, units]);
  return {
    ...{ mixed: mixedFlag(precision), steps, batch, inputs: width, units },
    ...{ x: backend.floats(x), h0: backend.floats(h0) },
    ...{ w: backend.floats(inputWeight), u: backend.floats(recurrentWeight) },
    ...{ masks: dropped.values, maskSteps: dropped.steps },
    ...{ zoneout: retained.values, zoneoutSteps: retained.steps },
  };
}
