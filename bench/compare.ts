/**
 * Compares zlm with PyTorch on this machine, in turn; with TensorFlow as a backend of zlm (`--backend native,tensorflow`):
 * `npx tsx bench/compare.ts --python .venv/bin/python`. See README.md beside this file.
 */
import { availableParallelism } from 'node:os';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadSpec } from '../src/spec/load.js';
import { compareTurns, comparisonMarkdown, type Turn } from './comparison.js';
import { fail } from './fail.js';
import { type Model, pytorchSizes, type TurnSettings, takeTurn } from './turns.js';

const USAGE = `usage: npx tsx bench/compare.ts [options] [SPEC.yaml …]      (default: small, medium, large)
  --python PATH     Python with PyTorch                          (python3)
  --device NAME     cpu, or cuda for PyTorch on the GPU; zlm's backend is then cuda    (cpu)
  --threads N       threads of each                              (all processors)
  --backend NAMES   backends of zlm, with commas between         (native, or cuda)
  --precision NAMES precisions of zlm, with commas between       (f32,mixed)
  --turns N         turns of each, A B C A B C …                   (3)
  --rounds N        rounds within a turn                         (3)
  --seconds S       time of a turn, for each model               (10)
  --vocab-size N    words in the vocabulary                      (10000)
  --cache FOLDER    zlm's cache folder
  --cc COMPILER     zlm's C compiler
  --json            print JSON instead of a table`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    device: { type: 'string', default: 'cpu' },
    backend: { type: 'string' },
    precision: { type: 'string', default: 'f32,mixed' },
    turns: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    'vocab-size': { type: 'string', default: '10000' },
    cache: { type: 'string' },
    cc: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (flags.help) console.log(USAGE);
else await compare().catch(fail);

async function compare(): Promise<void> {
  const settings: TurnSettings = {
    python: flags.python,
    threads: Number(flags.threads),
    device: flags.device,
    backends: flags.backend ?? (flags.device === 'cuda' ? 'cuda' : 'native'),
    precisions: flags.precision,
    ...{
      rounds: Number(flags.rounds),
      seconds: Number(flags.seconds),
      vocabulary: Number(flags['vocab-size']),
    },
    zlmArguments: [
      ...(flags.cache === undefined ? [] : ['--cache', flags.cache]),
      ...(flags.cc === undefined ? [] : ['--cc', flags.cc]),
    ],
  };
  const models = await Promise.all((positionals.length > 0 ? positionals : shippedSpecs()).map(loadModel));
  // Before anything is timed: refuses sizes that PyTorch's script does not support.
  models.forEach(pytorchSizes);
  const count = Number(flags.turns);
  if (!(count >= 1)) throw new Error(`--turns expects a whole number of at least 1, not "${flags.turns}"`);
  const results: Turn[][] = [];
  for (const [index, model] of models.entries()) {
    const turns: Turn[] = [];
    while (turns.length < count) {
      console.error(`${model.name}: turn ${turns.length + 1} of ${count}`);
      turns.push(await takeTurn(model, settings, index === 0));
    }
    results.push(turns);
  }
  const comparison = compareTurns(results);
  console.log(flags.json ? JSON.stringify(comparison, null, 2) : comparisonMarkdown(comparison));
}

function shippedSpecs(): string[] {
  const configs = fileURLToPath(new URL('../configs/', import.meta.url));
  return ['small', 'medium', 'large'].map((name) => `${configs}${name}.yaml`);
}

async function loadModel(path: string): Promise<Model> {
  const { spec } = await loadSpec(path);
  return { name: basename(path, extname(path)), path, spec };
}
