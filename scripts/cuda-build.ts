/**
 * Compiles the CUDA kernels to the PTX that the package ships: `npm run cuda:build`. With `--nvrtc PATH`, the library of NVRTC;
 * otherwise that of ZLM_NVRTC or of a Python package.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CAPABILITIES } from '../src/backends/cuda/device.js';
import { findNvrtc, NVRTC_PACKAGE, Nvrtc, type Source } from './nvrtc.js';

const CUDA = fileURLToPath(new URL('../src/backends/cuda/', import.meta.url));
const KERNELS = join(CUDA, 'kernels');

/** Where the PTX is. */
export const PTX = join(CUDA, 'ptx');

/** The file, beside the PTX, of the hash of what it was compiled from. */
export const SOURCES_HASH = 'sources.sha256';

/** Includes all other sources. */
const MAIN = 'zlm.cu';

const OPTIONS = ['--std=c++17'];

/** Compiles the kernels for a compute capability, times ten. */
export function compilePtx(nvrtc: Nvrtc, capability: number): string {
  const [main, headers] = readSources();
  const architecture = `--gpu-architecture=compute_${capability}`;
  return nvrtc.compile(main, headers, [architecture, ...OPTIONS]);
}

/** Returns the hash of the sources and of how they are compiled. */
export function sourcesHash(): string {
  const [main, headers] = readSources();
  const parts = [NVRTC_PACKAGE, ...OPTIONS, ...CAPABILITIES.map(String)];
  for (const { name, text } of [main, ...headers]) parts.push(name, text);
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** Reads the main source, and the files that it includes. */
function readSources(): [Source, Source[]] {
  const names = readdirSync(KERNELS).filter((name) => /\.(?:cu|cuh|h)$/.test(name));
  const sources = names.sort().map((name) => ({ name, text: readFileSync(join(KERNELS, name), 'utf8') }));
  const main = sources.find(({ name }) => name === MAIN);
  if (!main) throw new Error(`there is no ${MAIN} among the kernels`);
  return [main, sources.filter((source) => source !== main)];
}

function build(library: string | null): void {
  if (library === null) {
    throw new Error(`NVRTC is not here: pip install ${NVRTC_PACKAGE}, or name its library with --nvrtc`);
  }
  const nvrtc = new Nvrtc(library);
  mkdirSync(PTX, { recursive: true });
  for (const capability of CAPABILITIES) {
    const text = compilePtx(nvrtc, capability);
    writeFileSync(join(PTX, `sm_${capability}.ptx`), text);
    console.log(`sm_${capability}.ptx: ${text.length} bytes`);
  }
  writeFileSync(join(PTX, SOURCES_HASH), `${sourcesHash()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { nvrtc: { type: 'string' } } });
  build(values.nvrtc ?? findNvrtc());
}
