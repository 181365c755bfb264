/** Why TensorFlow cannot be loaded, or finds no GPU, with what is wanted, what is found, and the command that repairs it. */
import * as loading from '../libraries/loading.js';
import type { CudaVersions } from './build-record.js';
import type { Installation } from './installation.js';

/** One line, and the loader's message. */
interface Fault {
  readonly reason: string;
  readonly details: string;
}

/** Explains the loader's message about a binding or TensorFlow's library. */
export async function explainLoadFailure(installation: Installation, message: string): Promise<Fault> {
  const { title, binding, repair } = installation;
  const cure = `repair it with \`${repair}\``;
  const missing = /(\S+): cannot open shared object file/.exec(message)?.[1];
  const symbol = /undefined symbol: (\w+)/.exec(message)?.[1];
  const damaged = /(\S+): (?:file too short|invalid ELF header|ELF file's phentsize)/.exec(message)?.[1];
  const reason = ((): string | null => {
    if (missing !== undefined) return `${title}: the library ${missing} is missing; ${cure}`;
    if (symbol !== undefined)
      return `${title}: its library is of another version, which lacks the function ${symbol}; ${cure}`;
    if (damaged !== undefined) return `${title}: ${damaged} is damaged; ${cure}`;
    if (message.startsWith('Module did not self-register'))
      return `${title}: ${binding} is not a binding; ${cure}`;
    return null;
  })();
  if (reason !== null) return { reason, details: message };
  const { failure, details } = await loading.explainLoadFailure(binding, message);
  return { reason: `${title}: ${failure}; ${cure}`, details };
}

/** The part of koffi that is used here. */
interface Loader {
  load(path: string): { unload(): void };
}

/** The driver's library. */
const DRIVER = 'libcuda.so.1';

/** The ends of the names of CUDA's runtime and of cuDNN, by version: CUDA 11 has one for all of its minor versions. */
const RUNTIMES = ['10.0', '10.1', '10.2', '11.0', '12', '13', '14'];
const CUDNNS = ['7', '8', '9', '10'];

/** Explains why a library that was built for CUDA found no GPU. */
export async function explainGpu(wanted: CudaVersions): Promise<string> {
  const { default: koffi } = await import('koffi');
  if (!canLoad(koffi, DRIVER)) return `there is no NVIDIA driver (${DRIVER}) here`;
  const problems: string[] = [];
  for (const [what, version, library, versions] of [
    ['CUDA', wanted.cuda, 'libcudart.so', RUNTIMES],
    ['cuDNN', wanted.cudnn, 'libcudnn.so', CUDNNS],
  ] as const) {
    const found = versions.filter((end) => canLoad(koffi, `${library}.${end}`));
    const isOfVersion = (end: string) => major(end) === major(version);
    if (found.some(isOfVersion)) continue;
    const names = found.map((end) => `${library}.${end}`).join(', ');
    problems.push(`it wants ${what} ${version}, and the system has ${names || 'none'}`);
  }
  return problems.length > 0 ? problems.join('; ') : 'the driver has no device for it';
}

function major(version: string): string {
  return version.split('.')[0];
}

function canLoad(koffi: Loader, library: string): boolean {
  try {
    koffi.load(library).unload();
    return true;
  } catch {
    return false;
  }
}
