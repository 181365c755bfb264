/** The shipped PTX is that of the sources, every GPU that it is for accepts it, and no kernel lacks registers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePtx, PTX, SOURCES_HASH, sourcesHash } from '../../../scripts/cuda-build.js';
import { findNvrtc, NVRTC_PACKAGE, Nvrtc } from '../../../scripts/nvrtc.js';
import { assemble, findPtxas, PTXAS_PACKAGE } from '../../../scripts/ptxas.js';
import { CAPABILITIES } from '../../../src/backends/cuda/device.js';
import { KERNELS } from '../../../src/backends/cuda/kernels.generated.js';

const STALE = 'the PTX is not that of the kernels: run `npm run cuda:build`';

const NVRTC = findNvrtc();
const NEEDS_NVRTC = NVRTC === null ? `, skipped: no NVRTC (${NVRTC_PACKAGE})` : '';

const PTXAS = findPtxas();
const NEEDS_PTXAS = PTXAS === null ? `, skipped: no ptxas (${PTXAS_PACKAGE})` : '';

/** Architectures, times ten; each takes the last PTX that is not for a newer one. */
const ARCHITECTURES = [75, 80, 86, 89, 90, 100, 120];

const SYMBOLS = Object.values(KERNELS)
  .map(({ symbol }) => symbol)
  .sort();

function pathOf(capability: number): string {
  return join(PTX, `sm_${capability}.ptx`);
}

function shipped(capability: number): string {
  return readFileSync(pathOf(capability), 'utf8');
}

it('the PTX has been compiled from the present sources (else run `npm run cuda:build`)', () => {
  expect(readFileSync(join(PTX, SOURCES_HASH), 'utf8').trim(), STALE).toBe(sourcesHash());
});

describe.each(CAPABILITIES)('the PTX for compute capability %d / 10', (capability) => {
  it('has every kernel of the header, with an argument of the size that is passed to it', () => {
    const entries = shipped(capability).matchAll(/\.entry (\w+)\(\s*\.param [^[]*\[(\d+)\]\s*\)/g);
    const bytes = [...entries].map(([, symbol, size]) => [symbol, Number(size)]);
    expect(Object.fromEntries(bytes)).toEqual(
      Object.fromEntries(Object.values(KERNELS).map(({ symbol, bytes }) => [symbol, bytes])),
    );
  });

  it('has no path, no date and no comment', () => {
    expect(shipped(capability)).not.toMatch(/\/\/|\/\*|\.file|\.loc|\d\d:\d\d/);
  });

  it.skipIf(NVRTC === null)(`is what NVRTC compiles now${NEEDS_NVRTC}`, () => {
    expect(compilePtx(new Nvrtc(NVRTC as string), capability) === shipped(capability), STALE).toBe(true);
  });
});

it.skipIf(PTXAS === null).each(ARCHITECTURES)(
  `ptxas accepts the PTX for architecture %d / 10, and finds registers for all kernels${NEEDS_PTXAS}`,
  (architecture) => {
    const capability = CAPABILITIES.findLast((candidate) => candidate <= architecture) as number;
    const resources = assemble(PTXAS as string, pathOf(capability), architecture);
    expect(resources.map(({ kernel }) => kernel)).toEqual(SYMBOLS);
    expect(resources.filter(({ spilledBytes, stackBytes }) => spilledBytes > 0 || stackBytes > 0)).toEqual(
      [],
    );
  },
);
