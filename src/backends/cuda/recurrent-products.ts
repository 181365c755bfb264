/**
 * The products of recurrent layers that take all steps of a window at once: those of the inputs, and the gradients of the
 * weights. With a mask for each gate, each of them is as many products side by side.
 */
import type { Noise } from '../../ops/noise.js';
import type { Allocated, CudaBackend } from './cuda-backend.js';
import { blocksOf, cudaNoise, type Tensors } from './cuda-kernel.js';
import { type DeviceMatrix, dense, launchProduct, transposed } from './product-launch.js';
import type { Layer } from './recurrent-steps.js';
import { launchColumnSums } from './sums.js';

/** Bytes of a float32. */
const BYTES = 4;

/** Computes (m ⊙ x)·W + b into the first columns of the rows at `gates`, which has four values a unit where there are gates. */
export function inputProduct(
  backend: CudaBackend,
  layer: Layer,
  { x, inputWeight, bias }: Tensors,
  gates: number,
): void {
  const { precision, inputs, units, noise } = layer;
  const parts = partsOf(layer, noise.input);
  const wide = layer.gates * units;
  const masked = noise.input ? maskedInputs(backend, layer, x, noise.input) : backend.address(x);
  const weight = dense(backend.address(inputWeight), wide);
  const n = wide / parts;
  for (let part = 0; part < parts; part++) {
    launchProduct(backend, {
      precision,
      m: layer.steps * layer.batch,
      n,
      k: inputs,
      a: columnsFrom(dense(masked, parts * inputs), part * inputs),
      b: columnsFrom(weight, part * n),
      bias: backend.address(bias) + part * n * BYTES,
      c: gates + part * n * BYTES,
      cRow: layer.gates === 1 ? units : 4 * units,
    });
  }
}

/** Computes the gradient of x from that of x·W + b. */
export function inputGradient(backend: CudaBackend, layer: Layer, tensors: Tensors, dz: number): Allocated {
  const { precision, inputs, batch, steps, noise } = layer;
  const parts = partsOf(layer, noise.input);
  const wide = layer.gates * layer.units;
  const dx = backend.allocate(tensors.x.shape);
  const from = noise.input ? backend.borrow(steps * batch * parts * inputs) : dx.address;
  const weight = dense(backend.address(tensors.inputWeight), wide);
  const k = wide / parts;
  for (let part = 0; part < parts; part++) {
    launchProduct(backend, {
      precision,
      m: steps * batch,
      n: inputs,
      k,
      a: columnsFrom(dense(dz, wide), part * k),
      b: transposed(columnsFrom(weight, part * k)),
      c: from + part * inputs * BYTES,
      cRow: parts * inputs,
    });
  }
  if (noise.input) {
    const argument = {
      batch,
      width: inputs,
      parts,
      from,
      out: dx.address,
      dropout: cudaNoise(noise.input, backend),
    };
    backend.device.launch('maskedSum', argument, [blocksOf(batch * inputs), steps]);
  }
  return dx;
}

/**
 * Computes the gradients of W and U.
 *
 * @param dz         gradient of x·W + b
 * @param dCandidate that of the last gate of the recurrent product, where it is another
 */
export function weightGradients(
  backend: CudaBackend,
  layer: Layer,
  { x, h0, output, inputWeight, recurrentWeight }: Tensors,
  dz: number,
  dCandidate?: number,
) {
  const { inputs, units, gates, noise } = layer;
  const dInputWeight = backend.allocate(inputWeight.shape);
  const dRecurrentWeight = backend.allocate(recurrentWeight.shape);
  const wide = gates * units;
  const ofGates = dense(dz, wide);

  const inputParts = partsOf(layer, noise.input);
  const masked = noise.input ? maskedInputs(backend, layer, x, noise.input) : backend.address(x);
  launchParts(backend, layer, masked, inputs, inputParts, ofGates, wide, dInputWeight.address);

  const parts = partsOf(layer, noise.recurrent);
  const before = maskedWindow(
    backend,
    layer,
    units,
    backend.address(h0),
    backend.address(output),
    noise.recurrent,
  );
  if (dCandidate === undefined) {
    launchParts(backend, layer, before, units, parts, ofGates, wide, dRecurrentWeight.address);
  } else {
    const others = wide - units;
    const last = dRecurrentWeight.address + others * BYTES;
    launchParts(backend, layer, before, units, parts, ofGates, others, dRecurrentWeight.address, wide);
    launchParts(backend, layer, before, units, parts, dense(dCandidate, units), units, last, wide);
  }
  return { dInputWeight, dRecurrentWeight };
}

/** Sums the gradient of x·W + b over steps and rows. */
export function biasGradient(backend: CudaBackend, layer: Layer, dz: number, gates: number): Allocated {
  const { steps, batch, units } = layer;
  const columns = gates * units;
  const sums = backend.allocate([columns]);
  launchColumnSums(backend, { rows: steps * batch, columns, x: dz, out: sums.address });
  return sums;
}

/** Computes leftᵀ·d [width, columns] into rows `cRow` apart, part by part. left is [T·B, parts·width]. */
function launchParts(
  backend: CudaBackend,
  { precision, steps, batch }: Layer,
  left: number,
  width: number,
  parts: number,
  d: DeviceMatrix,
  columns: number,
  c: number,
  cRow = columns,
): void {
  const n = columns / parts;
  for (let part = 0; part < parts; part++) {
    launchProduct(backend, {
      precision,
      m: width,
      n,
      k: steps * batch,
      a: transposed(columnsFrom(dense(left, parts * width), part * width)),
      b: columnsFrom(d, part * n),
      c: c + part * n * BYTES,
      cRow,
    });
  }
}

/** Returns the number of masks that noise has at each step. */
function partsOf({ gates }: Layer, noise: Noise | null): number {
  return noise?.perGate ? gates : 1;
}

/** Computes m ⊙ x with all masks of x side by side. */
function maskedInputs(backend: CudaBackend, layer: Layer, x: Tensors[string], noise: Noise | null): number {
  const { batch, inputs } = layer;
  const first = backend.address(x);
  return maskedWindow(backend, layer, inputs, first, first + batch * inputs * BYTES, noise);
}

/** Computes a window of which the first step is at one address and the others are at another, with its masks. */
function maskedWindow(
  backend: CudaBackend,
  layer: Layer,
  width: number,
  first: number,
  rest: number,
  noise: Noise | null,
): number {
  const { steps, batch, gates } = layer;
  const out = backend.borrow(steps * batch * partsOf(layer, noise) * width);
  const argument = { batch, width, parts: gates, first, rest, out, dropout: cudaNoise(noise, backend) };
  backend.device.launch('maskedWindow', argument, [blocksOf(batch * width), steps]);
  return out;
}

function columnsFrom({ at, row, column }: DeviceMatrix, first: number): DeviceMatrix {
  return { at: at + first * column * BYTES, row, column };
}
