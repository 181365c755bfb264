/**
 * Prints what each CUDA kernel needs on each architecture, as a table in Markdown for docs/performance.md:
 * `npx tsx scripts/cuda-resources.ts`.
 */
import { join } from 'node:path';
import { CAPABILITIES } from '../src/backends/cuda/device.js';
import { CONSTANTS, KERNELS } from '../src/backends/cuda/kernels.generated.js';
import { PTX } from './cuda-build.js';
import { renderTable } from './markdown-table.js';
import { assemble, findPtxas, type KernelResources, PTXAS_PACKAGE } from './ptxas.js';

const ptxas = findPtxas();
if (ptxas === null) throw new Error(`ptxas is not here: pip install ${PTXAS_PACKAGE}`);

const resources = new Map(
  CAPABILITIES.map((capability) => [
    capability,
    assemble(ptxas, join(PTX, `sm_${capability}.ptx`), capability),
  ]),
);

/** Renders registers, and what is spilled if anything is: "64, 8 bytes spilled". */
function needs({ registers, spilledBytes }: KernelResources): string {
  return spilledBytes === 0 ? String(registers) : `${registers}, ${spilledBytes} bytes spilled`;
}

/** Returns the bytes of shared memory of a block: the constant of the header that is named after the kernel. */
function sharedBytes(symbol: string): string {
  const kernel = symbol.replace(/^zlm_/, '').toUpperCase();
  const named = Object.entries(CONSTANTS)
    .map(([name, bytes]) => ({ prefix: name.replace(/_SHARED_BYTES$/, ''), name, bytes }))
    .filter(({ name, prefix }) => name !== prefix && kernel.startsWith(prefix));
  const [closest] = named.sort((a, b) => b.prefix.length - a.prefix.length);
  return closest ? closest.bytes.toLocaleString('en-US') : '–';
}

const rows = Object.values(KERNELS).map(({ symbol }) => [
  `\`${symbol}\``,
  ...CAPABILITIES.map((capability) => {
    const found = resources.get(capability)?.find(({ kernel }) => kernel === symbol);
    return found ? needs(found) : '–';
  }),
  sharedBytes(symbol),
]);
const titles = [
  'kernel',
  ...CAPABILITIES.map((capability) => `registers, sm_${capability}`),
  'shared bytes of a block',
];
console.log(renderTable([titles, ...rows]));
