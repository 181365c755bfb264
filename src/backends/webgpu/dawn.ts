/** Loads Dawn, the implementation of WebGPU for Node in the optional package `webgpu`, and asks it for an adapter. */
import { readdir } from 'node:fs/promises';
import { capturingStderr } from './stderr.js';

/** The optional package and the version that zlm is tested with. */
export const PACKAGE = 'webgpu';
export const PACKAGE_VERSION = '0.6.2';

/** The part of the package that is used here. */
interface Dawn {
  /** Makes an instance. @param flags Dawn's options, such as `backend=null` */
  create(flags: readonly string[]): GPU;
  /** Classes and constants that browsers have as globals. */
  readonly globals: Record<string, unknown>;
}

/** What an adapter says of itself. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** With the driver and its version. */
  readonly description: string;
  /** True for one that runs on processors. */
  readonly isFallbackAdapter?: boolean;
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
}

/** An adapter, and the instance that it lives as long as. */
export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly info: AdapterInfo;
  /** Whether it is a renderer on processors. */
  readonly isSoftware: boolean;
}

/** Why there is no adapter. */
export interface DawnFault {
  /** One line. */
  readonly reason: string;
  /** True where the package or the hardware is not there, which is no fault. */
  readonly absent?: true;
  /** The loader's or Dawn's messages. */
  readonly details?: string;
}

/** Loads Dawn and asks for the fastest adapter. @param flags Dawn's options */
export async function findAdapter(flags: readonly string[]): Promise<FoundAdapter | DawnFault> {
  const dawn = await loadDawn();
  if ('reason' in dawn) return dawn;
  // tfjs and Dawn's own classes expect them, as in a browser.
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(flags);
  const request = () => gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { result, output } = await capturingStderr(request);
  const details = output.trim() === '' ? {} : { details: output.trim() };
  let adapter: GPUAdapter | null;
  try {
    adapter = await result;
  } catch (error) {
    return {
      reason: 'Dawn finds no adapter',
      details: [output.trim(), (error as Error).message].join('\n').trim(),
    };
  }
  if (!adapter) return { reason: await noAdapterReason(), absent: true, ...details };
  const { info } = adapter as GPUAdapter & { readonly info: AdapterInfo };
  return { gpu, adapter, info, isSoftware: isSoftware(info) };
}

/**
 * Returns whether this machine may have a GPU, without loading anything: loading Dawn and asking the drivers takes most of a
 * second. On systems other than Linux always true.
 */
export async function mayHaveGpu(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const isRendered = (await readdir('/dev/dri').catch(() => [])).some((name) => name.startsWith('renderD'));
  if (isRendered) return true;
  return (await readdir('/dev').catch(() => [])).some((name) => /^(nvidia\d|dxg$)/.test(name));
}

/** Names of renderers on processors: Mesa's, Google's and Microsoft's. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render/i;

function isSoftware({ isFallbackAdapter, architecture, device, description }: AdapterInfo): boolean {
  return (
    isFallbackAdapter === true || architecture === 'software' || SOFTWARE.test(`${device} ${description}`)
  );
}

async function loadDawn(): Promise<Dawn | DawnFault> {
  // A variable, so that the package may be absent and its types, of another version than tfjs's, are not read.
  const name: string = PACKAGE;
  try {
    return (await import(name)) as Dawn;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${PACKAGE}'`)) {
      const reason = `the package ${PACKAGE} is not installed; add it with \`npm install ${PACKAGE}@${PACKAGE_VERSION}\``;
      return { reason, absent: true };
    }
    const cure = `install it again with \`npm install ${PACKAGE}@${PACKAGE_VERSION}\``;
    const reason = message.includes('dawn.node')
      ? `the package ${PACKAGE} has no library for this system (${process.platform}, ${process.arch}), or it is damaged; ${cure}`
      : `the package ${PACKAGE} cannot be loaded; ${cure}`;
    return { reason, details: message };
  }
}

async function noAdapterReason(): Promise<string> {
  if (process.platform !== 'linux') return 'no adapter: this machine has no GPU that Dawn can use';
  const cure = 'install one, such as the package mesa-vulkan-drivers';
  if (await mayHaveGpu()) return `no adapter: there is a GPU, but no Vulkan driver for it; ${cure}`;
  return 'no adapter: there is no GPU here, and no Vulkan driver';
}
