/**
 * Checks and times the kernels of the CUDA backend one by one beside PyTorch's: matrix products of the family's shapes, and an
 * LSTM layer over a window, forward and backward. `npx tsx bench/cuda-kernels.ts --python .venv/bin/python`; see README.md.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../src/backends/backend.js';
import type { CudaBackend } from '../src/backends/cuda/cuda-backend.js';
import type { Handle } from '../src/backends/cuda/driver.js';
import { activateBackend } from '../src/backends/select.js';
import { median } from '../src/benchmark/rounds.js';
import { scatteredValues } from '../src/benchmark/trial.js';
import { lstm } from '../src/ops/lstm.js';
import { tidy } from '../src/ops/memory.js';
import type { Precision } from '../src/ops/op.js';
import { product, productWithTransposedLeft, productWithTransposedRight } from '../src/ops/products.js';
import { ROUNDINGS } from '../test/backends/cuda/in-doubles.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/cuda-kernels.ts [options]
  --python PATH     Python with PyTorch on this GPU; without it, only zlm is timed
  --driver PATH     library of the NVIDIA driver
  --check-only      checks small shapes and times nothing, for compute-sanitizer
  --json            print JSON instead of a table`;

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    driver: { type: 'string' },
    'check-only': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** A product of m × k and k × n matrices, as stored or with an operand transposed, as in the backward pass. */
interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transpose: 'none' | 'left' | 'right';
}

/** Batch and width of a layer, whose input is as wide. */
interface LayerShape {
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
}

/** The products of a training step of the paper's models: input, softmax, and the gradients of weight and input. */
const PRODUCTS: readonly ProductShape[] = [200, 650, 1500].flatMap((units) => {
  const rows = units === 200 ? 400 : 700;
  return [
    { m: rows, n: 4 * units, k: units, transpose: 'none' },
    { m: units, n: 4 * units, k: rows, transpose: 'left' },
    { m: rows, n: units, k: 4 * units, transpose: 'right' },
    { m: rows, n: 10_000, k: units, transpose: 'none' },
    { m: units, n: 10_000, k: rows, transpose: 'left' },
    { m: rows, n: units, k: 10_000, transpose: 'right' },
  ] as const;
});
const LAYERS: readonly LayerShape[] = [
  { steps: 20, batch: 20, units: 200 },
  { steps: 35, batch: 20, units: 650 },
  { steps: 35, batch: 20, units: 1500 },
];
/** Odd sizes around the edges of tiles, few enough for a tool that runs a hundred times slower. */
const CHECKED_PRODUCTS: readonly ProductShape[] = [
  { m: 33, n: 65, k: 17, transpose: 'none' },
  { m: 129, n: 70, k: 40, transpose: 'left' },
  { m: 20, n: 130, k: 300, transpose: 'right' },
];
const CHECKED_LAYERS: readonly LayerShape[] = [
  { steps: 3, batch: 5, units: 19 },
  { steps: 2, batch: 33, units: 40 },
];
const PRECISIONS: readonly Precision[] = ['f32', 'tf32', 'mixed'];

/** Largest allowed distance from the reference, relative to its largest value. */
const TOLERANCE: Readonly<Record<Precision, number>> = { f32: 1e-4, tf32: 2e-3, mixed: 1e-2 };

/** One timed kernel. */
interface Row {
  readonly name: string;
  readonly precision: Precision;
  readonly deviation: number;
  /** Median of one run; null when nothing was timed. */
  readonly microseconds: number | null;
  readonly tflops: number | null;
  /** PyTorch's times of the same work, by precision. */
  readonly pytorch: Readonly<Record<string, number>>;
}

if (flags.help) console.log(USAGE);
else await main().catch(fail);

async function main(): Promise<void> {
  await activateBackend('cuda', { cudaDriver: flags.driver });
  const products = flags['check-only'] ? CHECKED_PRODUCTS : PRODUCTS;
  const layers = flags['check-only'] ? CHECKED_LAYERS : LAYERS;
  const peer = flags.python === undefined || flags['check-only'] ? {} : pytorchTimes(products, layers);
  const rows: Row[] = [];
  for (const shape of products)
    for (const precision of PRECISIONS) rows.push(await productRow(shape, precision, peer));
  for (const shape of layers)
    for (const precision of PRECISIONS) rows.push(...(await layerRows(shape, precision, peer)));
  console.log(flags.json ? JSON.stringify(rows, null, 2) : markdown(rows));
  const wrong = rows.filter(({ deviation, precision }) => !(deviation <= TOLERANCE[precision]));
  if (wrong.length > 0) throw new Error(`wrong results: ${wrong.map(({ name }) => name).join('; ')}`);
}

/** PyTorch's microseconds, by name and precision. */
type PeerTimes = Readonly<Record<string, Readonly<Record<string, number>>>>;

function pytorchTimes(products: readonly ProductShape[], layers: readonly LayerShape[]): PeerTimes {
  const script = fileURLToPath(new URL('pytorch_kernels.py', import.meta.url));
  const shapes = JSON.stringify({
    products: products.map((shape) => ({ name: productName(shape), ...shape })),
    layers: layers.map((shape) => ({ name: layerName(shape), ...shape })),
  });
  const { stdout, status } = spawnSync(flags.python ?? '', [script, shapes], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ended with code ${status}`);
  return JSON.parse(stdout);
}

function productName({ m, n, k, transpose }: ProductShape): string {
  const marks = { none: '', left: ', left transposed', right: ', right transposed' };
  return `${m}×${k}×${n}${marks[transpose]}`;
}

function layerName({ steps, batch, units }: LayerShape): string {
  return `LSTM T=${steps} B=${batch} H=${units}`;
}

async function productRow(shape: ProductShape, precision: Precision, peer: PeerTimes): Promise<Row> {
  const { m, n, k, transpose } = shape;
  const a = tf.tensor2d(scatteredValues(m * k), transpose === 'left' ? [k, m] : [m, k]);
  const b = tf.tensor2d(scatteredValues(k * n), transpose === 'right' ? [n, k] : [k, n]);
  const multiply = { none: product, left: productWithTransposedLeft, right: productWithTransposedRight }[
    transpose
  ];
  const run = () => tf.dispose(multiply(a, b, precision));
  const name = productName(shape);
  try {
    const deviation = await productDeviation(multiply(a, b, precision), shape, precision);
    return rowOf(name, precision, deviation, timed(run), 2 * m * n * k, peer);
  } finally {
    tf.dispose([a, b]);
  }
}

/** Checks entries of a product, spread over it, against sums in doubles. */
async function productDeviation(
  result: tf.Tensor2D,
  { m, n, k, transpose }: ProductShape,
  precision: Precision,
) {
  const values = await result.data();
  result.dispose();
  const operand = (count: number) => {
    return scatteredValues(count).map(ROUNDINGS[precision]);
  };
  const [a, b] = [operand(m * k), operand(k * n)];
  let [difference, size] = [0, 0];
  const ENTRIES = 997;
  for (let entry = 0; entry < ENTRIES; entry++) {
    const at = Math.floor((entry * (m * n - 1)) / (ENTRIES - 1));
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let p = 0; p < k; p++) {
      sum +=
        a[transpose === 'left' ? p * m + i : i * k + p] * b[transpose === 'right' ? j * k + p : p * n + j];
    }
    difference = Math.max(difference, Math.abs(values[at] - sum));
    size = Math.max(size, Math.abs(sum));
  }
  return difference / size;
}

/** Times a layer forward alone, and forward and backward together. */
async function layerRows(shape: LayerShape, precision: Precision, peer: PeerTimes): Promise<Row[]> {
  const { steps, batch, units } = shape;
  const flop = 2 * steps * batch * 8 * units * units;
  const found = await layerGradients('cuda', shape, precision);
  const expected = await layerGradients('wasm', shape, precision);
  const deviation = Math.max(...found.map((values, i) => distance(values, expected[i])));
  await tf.setBackend('cuda');
  const inputs = layerInputs(shape);
  const forward = timed(() => tidy(() => void layerLoss(inputs, precision)));
  const both = timed(() => tidy(() => void gradientsOf(inputs, precision)));
  tf.dispose(Object.values(inputs));
  const name = layerName(shape);
  return [
    rowOf(`${name} forward`, precision, deviation, forward, flop, peer),
    rowOf(`${name} forward and backward`, precision, deviation, both, 3 * flop, peer),
  ];
}

type LayerInputs = Record<'x' | 'h0' | 'c0' | 'inputWeight' | 'recurrentWeight' | 'bias', tf.Tensor>;

function layerInputs({ steps, batch, units }: LayerShape): LayerInputs {
  const scaled = (shape: number[], scale: number) => {
    const values = scatteredValues(tf.util.sizeFromShape(shape)).map((value) => scale * value);
    return tf.tensor(values, shape);
  };
  return {
    x: scaled([steps, batch, units], 1),
    h0: scaled([batch, units], 0.5),
    c0: scaled([batch, units], 0.5),
    inputWeight: scaled([units, 4 * units], 0.05),
    recurrentWeight: scaled([units, 4 * units], 0.05),
    bias: scaled([4 * units], 0.1),
  };
}

function layerLoss(
  { x, h0, c0, inputWeight, recurrentWeight, bias }: LayerInputs,
  precision: Precision,
): tf.Scalar {
  const state = { h: h0 as tf.Tensor2D, c: c0 as tf.Tensor2D };
  const parameters = {
    inputWeight: inputWeight as tf.Tensor2D,
    recurrentWeight: recurrentWeight as tf.Tensor2D,
    bias: bias as tf.Tensor1D,
  };
  return tf.sum(lstm(x as tf.Tensor3D, state, parameters, { precision }).output) as tf.Scalar;
}

function gradientsOf(inputs: LayerInputs, precision: Precision): tf.Tensor[] {
  const names = Object.keys(inputs) as (keyof LayerInputs)[];
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as LayerInputs;
    return layerLoss(given, precision);
  });
  return gradients(names.map((name) => inputs[name]));
}

async function layerGradients(
  backend: BackendName,
  shape: LayerShape,
  precision: Precision,
): Promise<Float32Array[]> {
  await activateBackend(backend, { cudaDriver: flags.driver });
  const inputs = layerInputs(shape);
  const gradients = tidy(() => gradientsOf(inputs, precision));
  const values = await Promise.all(gradients.map((gradient) => gradient.data()));
  tf.dispose([...gradients, ...Object.values(inputs)]);
  return values as Float32Array[];
}

/** Largest difference relative to the largest value. */
function distance(values: Float32Array, reference: Float32Array): number {
  let [difference, size] = [0, 0];
  values.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - reference[i]));
    size = Math.max(size, Math.abs(reference[i]));
  });
  return difference / size;
}

/** Runs in a batch, and batches: the median batch counts. */
const [RUNS, BATCHES] = [20, 7];

/** Returns the microseconds of one run on the device; null where nothing is timed. */
function timed(run: () => void): number | null {
  if (flags['check-only']) return null;
  const { device } = tf.backend() as CudaBackend;
  const { driver, stream } = device;
  const [begin, end] = [driver.get<Handle>('createEvent', 0), driver.get<Handle>('createEvent', 0)];
  const batches: number[] = [];
  for (let batch = 0; batch <= BATCHES; batch++) {
    driver.call('recordEvent', begin, stream);
    for (let i = 0; i < RUNS; i++) run();
    driver.call('recordEvent', end, stream);
    driver.call('waitForEvent', end);
    // The first batch is a warm-up.
    if (batch > 0) batches.push((1000 * driver.get<number>('elapsed', begin, end)) / RUNS);
  }
  return median(batches);
}

function rowOf(
  name: string,
  precision: Precision,
  deviation: number,
  microseconds: number | null,
  flop: number,
  peer: PeerTimes,
): Row {
  const tflops = microseconds === null ? null : flop / microseconds / 1e6;
  return { name, precision, deviation, microseconds, tflops, pytorch: peer[name] ?? {} };
}

function markdown(rows: readonly Row[]): string {
  const peers = [...new Set(rows.flatMap(({ pytorch }) => Object.keys(pytorch)))];
  const head = ['', 'precision', 'deviation', 'µs', 'TFLOP/s', ...peers.map((name) => `PyTorch ${name} µs`)];
  const cells = rows.map(({ name, precision, deviation, microseconds, tflops, pytorch }) => [
    name,
    precision,
    deviation.toExponential(1),
    microseconds?.toFixed(1) ?? '–',
    tflops?.toFixed(1) ?? '–',
    ...peers.map((peer) => pytorch[peer]?.toFixed(1) ?? '–'),
  ]);
  const rule = head.map((_, i) => (i < 2 ? '---' : '---:'));
  return [head, rule, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
