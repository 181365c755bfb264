/** Runs `zlm bench` and the programs that it is compared with on the same model, each in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchmarkReport } from '../src/benchmark/report.js';
import type { Spec } from '../src/spec/systems.js';
import type { PytorchReport, Turn } from './comparison.js';
import { paperModel } from './paper-model.js';

const ZLM = fileURLToPath(new URL('../bin/dev.js', import.meta.url));
const PYTORCH = fileURLToPath(new URL('pytorch.py', import.meta.url));

/** Settings of the programs. */
export interface TurnSettings {
  /** Python with PyTorch. */
  readonly python: string;
  /** `cpu`, or `cuda` for PyTorch on the GPU. */
  readonly device: string;
  readonly threads: number;
  /** Backends of zlm, separated by commas. */
  readonly backends: string;
  /** Precisions of zlm, separated by commas. */
  readonly precisions: string;
  /** Rounds in a turn. */
  readonly rounds: number;
  /** Time of a turn, for each program. */
  readonly seconds: number;
  readonly vocabulary: number;
  /** Further arguments of `zlm bench`. */
  readonly zlmArguments: readonly string[];
}

/** A model and the arguments with which `zlm bench` finds it. */
export interface Model {
  readonly name: string;
  readonly path: string;
  readonly spec: Spec;
}

/**
 * Runs one turn of each program.
 *
 * @param product also time the product
 * @throws Error when one of them fails
 */
export async function takeTurn(model: Model, settings: TurnSettings, product: boolean): Promise<Turn> {
  const { python, device, threads, backends, precisions, rounds, seconds, vocabulary, zlmArguments } =
    settings;
  const shared = [
    '--threads',
    threads,
    '--rounds',
    rounds,
    '--seconds',
    seconds,
    '--vocab-size',
    vocabulary,
  ].map(String);
  const zlm = await outputOf<BenchmarkReport>(process.execPath, [
    ...[ZLM, 'bench', model.path, '--json', '--backend', backends, '--precision', precisions, ...shared],
    ...[product ? '--product' : '--no-product', ...zlmArguments],
  ]);
  const flags = [...shared, ...(product ? ['--product'] : [])];
  const pytorch = await outputOf<PytorchReport>(python, [
    PYTORCH,
    '--device',
    device,
    ...flags,
    ...pytorchSizes(model),
  ]);
  return { zlm, pytorch };
}

/**
 * Returns a spec's sizes as arguments of `bench/pytorch.py`.
 *
 * @throws Error for a spec that nn.LSTM cannot express
 */
export function pytorchSizes({ name, spec }: Pick<Model, 'name' | 'spec'>): string[] {
  const { units: widths, init, learningRate, spec: paper } = paperModel(name, spec);
  const { model, dropout, training } = paper;
  const [units] = widths;
  if (widths.some((width) => width !== units))
    throw new Error(`${name}: bench/pytorch.py supports layers of equal width only`);
  const sizes = {
    model: name,
    units,
    embedding: model.embedding,
    layers: widths.length,
    init,
    batch: training.batchSize,
    steps: training.bptt,
    rate: learningRate,
    clip: training.clipNorm ?? 0,
    'dropout-input': dropout.input.rate,
    'dropout-between': dropout.between.rate,
    'dropout-output': dropout.output.rate,
  };
  return Object.entries(sizes).flatMap(([key, value]) => [`--${key}`, String(value)]);
}

/** Runs a program whose standard output is JSON; shows its standard error. */
async function outputOf<T>(command: string, args: readonly string[]): Promise<T> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  try {
    const output = JSON.parse(text);
    // zlm bench ends with a special exit code when a backend is wrong, and its report says which.
    if (output.error === undefined) return output;
    throw new Error(output.error.message);
  } catch (error) {
    const why =
      error instanceof SyntaxError ? `it printed no JSON and ended with code ${code}` : String(error);
    throw new Error(`${[command, ...args].join(' ')}: ${why}`, { cause: error });
  }
}
