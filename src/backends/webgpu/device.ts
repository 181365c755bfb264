/** A device of WebGPU with the limits of its adapter, and the errors that it reports beside its results. */
import { UserError } from '../../errors.js';
import { type AdapterInfo, type DawnFault, type FoundAdapter, findAdapter } from './dawn.js';

/** Features that kernels use where the adapter has them. */
const WANTED_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** Limits that are asked of the adapter; without that, a device has the least that WebGPU guarantees. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** Limits by name. */
export type DeviceLimits = Readonly<Record<(typeof WANTED_LIMITS)[number], number>>;

/** A device that is open. */
export interface OpenDevice {
  /** Dawn's instance, which the device needs as long as it lives. */
  readonly gpu: GPU;
  readonly device: GPUDevice;
  readonly info: AdapterInfo;
  readonly isSoftware: boolean;
  readonly features: readonly string[];
  readonly limits: DeviceLimits;
  readonly errors: DeviceErrors;
}

/** Opens the fastest adapter. @param dawnFlags Dawn's options */
export async function openDevice(dawnFlags: readonly string[] = []): Promise<OpenDevice | DawnFault> {
  const found = await findAdapter(dawnFlags);
  if ('reason' in found) return found;
  const { gpu, adapter, info, isSoftware } = found;
  const features = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  const limits = Object.fromEntries(
    WANTED_LIMITS.map((name) => [name, adapter.limits[name]]),
  ) as unknown as DeviceLimits;
  try {
    const device = await adapter.requestDevice({
      requiredFeatures: features as GPUFeatureName[],
      requiredLimits: { ...limits },
    });
    return { gpu, device, info, isSoftware, features, limits, errors: new DeviceErrors(device) };
  } catch (error) {
    return { reason: `${nameOf(found)} gives no device`, details: (error as Error).message };
  }
}

/** Returns the name of an adapter, marked when it runs on processors. */
export function nameOf({ info, isSoftware }: Pick<FoundAdapter, 'info' | 'isSoftware'>): string {
  const name = info.device || info.description || info.vendor || 'an adapter without a name';
  return isSoftware ? `${name}, a software renderer on processors` : name;
}

/** Kinds of errors that a device reports. */
const SCOPES = ['validation', 'out-of-memory', 'internal'] as const;

/**
 * The errors of a device. WebGPU does not throw: a faulty command is dropped, and what it should have written keeps its old value.
 * So all commands are in error scopes, and each read asks for their errors. After the first one, every read fails.
 */
export class DeviceErrors {
  private failure: UserError | null = null;

  constructor(private readonly device: GPUDevice) {
    this.openScopes();
    device.lost.then(({ reason, message }) => {
      this.failure ??= lost(reason, message);
    });
  }

  /**
   * Waits until the errors of all commands so far are known.
   *
   * @throws UserError('backend') if there was one, then or before
   */
  async check(): Promise<void> {
    const popped = SCOPES.map(() => this.device.popErrorScope());
    this.openScopes();
    for (const [i, result] of (await Promise.allSettled(popped)).entries()) {
      // The scope that was opened last is closed first.
      if (result.status === 'fulfilled') this.report(SCOPES[SCOPES.length - 1 - i], result.value);
      else this.failure ??= lost('unknown', (result.reason as Error).message);
    }
    this.throwIfFailed();
  }

  /** @throws UserError('backend') if an error is known */
  throwIfFailed(): void {
    if (this.failure) throw this.failure;
  }

  /** Turns the failure of a wait into that of the device: it is lost. */
  onFailedWait(error: unknown): UserError {
    this.failure ??= lost('unknown', (error as Error).message);
    return this.failure;
  }

  private openScopes(): void {
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
  }

  private report(scope: (typeof SCOPES)[number], error: GPUError | null): void {
    if (!error || this.failure) return;
    const said = firstLine(error.message);
    this.failure =
      scope === 'out-of-memory'
        ? new UserError('backend', `The GPU has no memory left: ${said}`, [
            'Lower training.batchSize or training.bptt: most memory grows with both.',
            'Take another backend: `--backend native`.',
          ])
        : new UserError('backend', `The GPU refused a command, so its results are not valid: ${said}`, [
            'Take another backend: `--backend native`. This is a fault of zlm or of the driver; please report it.',
          ]);
  }
}

function lost(reason: string, message: string): UserError {
  const why = firstLine(message) || reason;
  return new UserError('backend', `The GPU was lost: ${why}`, [
    'Resume from the last checkpoint: `zlm train --resume`.',
    'See whether the GPU works: `zlm doctor`.',
  ]);
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0];
}
