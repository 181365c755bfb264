/** The steps of a recurrent layer in time: one dispatch for each step forward, two for each backward, in one command buffer. */
import { GATES, type Layer, packWeights, partsOf } from './recurrent-layer.js';
import { maskStates } from './recurrent-products.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, wgslNoise } from './webgpu-kernel.js';

/** The buffers of a forward pass; those of one cell only are there for it alone. */
export interface ForwardBuffers {
  readonly recurrentWeight: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly h0: GPUBuffer;
  /** x·W [T,B,G·H]; for `lstm` and `tanhRnn` it becomes the activations. */
  readonly fromInput: GPUBuffer;
  readonly output: GPUBuffer;
  /** `lstm` only. */
  readonly c0?: GPUBuffer;
  readonly cells?: GPUBuffer;
  /** `gru` only. */
  readonly candidateBias?: GPUBuffer;
  readonly gates?: GPUBuffer;
}

/** Runs all steps forward. */
export function runForward(backend: WebgpuBackend, layer: Layer, buffers: ForwardBuffers): void {
  const { steps, batch, units, noise } = layer;
  const { h0, bias, output, fromInput } = buffers;
  const weights = packWeights(backend, layer, buffers.recurrentWeight, 'forward');
  const readStates = backend.borrow(steps * batch * units);
  maskStates(backend, layer, h0, h0, readStates, 1);
  const constants = { ROW_VECTORS: weights.rowVectors };
  const shared = {
    recurrent: wgslNoise(noise.recurrent),
    hiddenZoneout: wgslNoise(noise.zoneoutHidden),
    steps,
    batch,
    units,
    kPadded: weights.kPadded,
  };
  const workgroups = [weights.tiles, weights.rowTiles] as const;
  const common = { weights: weights.buffer, bias, h0, readStates, output };
  if (layer.cell === 'lstm') {
    const { c0, cells } = buffers as Required<ForwardBuffers>;
    const step = backend.prepare('lstmStep', { ...common, c0, cells, gates: fromInput }, constants);
    const cellZoneout = wgslNoise(noise.zoneoutCell);
    for (let t = 0; t < steps; t++) step.dispatch({ ...shared, cellZoneout, t }, workgroups);
  } else if (layer.cell === 'gru') {
    const { candidateBias, gates } = buffers as Required<ForwardBuffers>;
    const step = backend.prepare('gruStep', { ...common, candidateBias, fromInput, gates }, constants);
    for (let t = 0; t < steps; t++) step.dispatch({ ...shared, t }, workgroups);
  } else {
    const step = backend.prepare('tanhRnnStep', { ...common, activations: fromInput }, constants);
    for (let t = 0; t < steps; t++) step.dispatch({ ...shared, t }, workgroups);
  }
}

/** The buffers of a backward pass; those of one cell only are there for it alone. */
export interface BackwardBuffers {
  readonly recurrentWeight: GPUBuffer;
  /** What the forward pass saved: the gates, or the activations of `tanhRnn`. */
  readonly saved: GPUBuffer;
  readonly dOutput: GPUBuffer;
  /** Receives the gradient of the recurrent product, [T,B,G·H]. */
  readonly dz: GPUBuffer;
  /** The gradient of the last state; becomes that of h0. */
  readonly carry: GPUBuffer;
  /** `lstm` only: cells and c0, and the gradient of the last c, which becomes that of c0. */
  readonly cells?: GPUBuffer;
  readonly c0?: GPUBuffer;
  readonly dc?: GPUBuffer;
  /** `gru` only: the states, and the gradient of x·W + b, [T,B,G·H]. */
  readonly output?: GPUBuffer;
  readonly h0?: GPUBuffer;
  readonly dInput?: GPUBuffer;
}

/** Runs all steps backward. */
export function runBackward(backend: WebgpuBackend, layer: Layer, buffers: BackwardBuffers): void {
  const { steps, batch, units, cell, noise } = layer;
  const { saved, dOutput, dz, carry } = buffers;
  const weights = packWeights(backend, layer, buffers.recurrentWeight, 'backward');
  const cut = partsOf(weights);
  const parts = backend.borrow(cut.count * batch * units);
  const product = backend.prepare(
    'recurrentGradientProduct',
    { weights: weights.buffer, dz, parts },
    { ROW_VECTORS: weights.rowVectors },
  );
  const step = prepareStep();
  const shared = { batch, units };
  const width = GATES[cell] * units;
  for (let t = steps - 1; t >= -1; t--) {
    const isLast = t === steps - 1;
    if (!isLast) {
      const uniforms = { ...shared, t: t + 1, width, kPadded: weights.kPadded, kPart: cut.length };
      product.dispatch(uniforms, [weights.tiles, weights.rowTiles, cut.count]);
    }
    step(t, isLast ? 0 : cut.count);
  }

  /** Prepares the kernel of the cell; the function that is returned dispatches it. */
  function prepareStep(): (t: number, parts: number) => void {
    const [recurrent, hiddenZoneout] = [wgslNoise(noise.recurrent), wgslNoise(noise.zoneoutHidden)];
    const workgroups = [groupsOf(batch * units)] as const;
    const common = { parts, dOutput, dz, carry };
    const noises = { recurrent, hiddenZoneout, batch, units };
    if (cell === 'lstm') {
      const { cells, c0, dc } = buffers as Required<BackwardBuffers>;
      const launch = backend.prepare('lstmStepGradient', { ...common, gates: saved, cells, c0, dc });
      const cellZoneout = wgslNoise(noise.zoneoutCell);
      return (t, count) => launch.dispatch({ ...noises, cellZoneout, t, parts: count }, workgroups);
    }
    if (cell === 'gru') {
      const { output, h0, dInput } = buffers as Required<BackwardBuffers>;
      const launch = backend.prepare('gruStepGradient', { ...common, gates: saved, output, h0, dInput });
      return (t, count) => launch.dispatch({ ...noises, t, parts: count }, workgroups);
    }
    const launch = backend.prepare('tanhRnnStepGradient', { ...common, activations: saved });
    return (t, count) => launch.dispatch({ ...noises, t, parts: count }, workgroups);
  }
}
