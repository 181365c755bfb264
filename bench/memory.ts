/**
 * Compares the estimate of a training's memory on the native backend with what its store has at most, and with the resident memory
 * of the process, as Linux counts it. `npx tsx bench/memory.ts`. See README.md beside this file.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { activateBackend, rehearse } from '../src/backends/select.js';
import { PreparedCorpus } from '../src/corpus/prepared.js';
import { prepareText } from '../src/corpus/user-text.js';
import { loadSpec } from '../src/spec/load.js';
import { isNgram } from '../src/spec/systems.js';
import { userCacheFolder } from '../src/storage/user-cache.js';
import { batchSizes } from '../src/tasks/batch-sizes.js';
import { trainingMemory } from '../src/training/capacity.js';
import { trainingRehearsal } from '../src/training/rehearsal.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/memory.ts [options]
  --only TEXT   only the trainings whose names contain it; may be repeated
  --json        a JSON object for each training instead of a table`;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** A training to measure: a spec that comes with zlm, overrides, and the size of the vocabulary. */
interface Shape {
  readonly spec: string;
  readonly vocabulary: number;
  readonly set?: readonly string[];
}

const VOCABULARY = 10_000;
const SQUARE = ['training.batchSize=100', 'training.bptt=100'];
const ADAM = 'training.optimizer={ adam: {} }';

const SHAPES: readonly Shape[] = [
  { spec: 'small', vocabulary: VOCABULARY },
  { spec: 'small', vocabulary: VOCABULARY, set: SQUARE },
  { spec: 'small', vocabulary: 50_000 },
  { spec: 'small', vocabulary: 50_000, set: [ADAM] },
  { spec: 'small', vocabulary: VOCABULARY, set: ['training.sentences=true'] },
  { spec: 'medium', vocabulary: VOCABULARY },
  { spec: 'medium', vocabulary: VOCABULARY, set: ['training.batchSize=50', 'training.bptt=50'] },
  { spec: 'medium', vocabulary: VOCABULARY, set: ['training.precision=mixed', ADAM] },
  { spec: 'medium', vocabulary: 50_000 },
  { spec: 'large', vocabulary: VOCABULARY },
  { spec: 'variational-medium', vocabulary: VOCABULARY },
  { spec: 'gru', vocabulary: VOCABULARY },
  { spec: 'rnn', vocabulary: VOCABULARY, set: SQUARE },
  { spec: 'deep-rnn', vocabulary: VOCABULARY },
  { spec: 'deep-rnn', vocabulary: VOCABULARY, set: ['training.batchSize=100', 'training.bptt=50'] },
  {
    spec: 'awd-lstm',
    vocabulary: VOCABULARY,
    set: ['training.optimizer={ averagedSgd: { learningRate: 1, startEpoch: 2 } }'],
  },
];

/** Tokens that a measured training trains on in an epoch, and the bounds of its number of windows. */
const TOKENS = 3000;
const WINDOWS = { least: 2, most: 8 };
/** The number of windows where they differ in size. */
const DIFFERENT_WINDOWS = 24;

if (flags.help) console.log(USAGE);
else await main().catch(fail);

async function main(): Promise<void> {
  const cacheFolder = process.env.ZLM_CACHE ?? userCacheFolder(process.env) ?? undefined;
  await activateBackend('native', { cacheFolder });
  const folder = mkdtempSync(join(tmpdir(), 'zlm-memory-'));
  try {
    if (!flags.json)
      console.log(
        '| training | estimate | resident | ratio | store, rehearsed | store |\n|---|---|---|---|---|---|',
      );
    for (const shape of SHAPES.filter((shape) => flags.only.some((text) => nameOf(shape).includes(text)))) {
      const measured = await measure(shape, folder);
      console.log(flags.json ? JSON.stringify(measured) : rowOf(measured));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a training needs, in bytes. */
interface Measured {
  readonly name: string;
  readonly estimate: number;
  /** The most of the process. */
  readonly resident: number;
  /** What the store has at most, in the rehearsal and in the training. */
  readonly rehearsed: number;
  readonly use: object | null;
  readonly store: number;
}

async function measure(shape: Shape, folder: string): Promise<Measured> {
  const corpusName = await wordsCorpus(folder, shape.vocabulary);
  const overrides = [`corpus=${corpusName}`, 'training.epochs=2', ...(shape.set ?? [])];
  const { spec } = await loadSpec(specFile(shape), overrides);
  if (isNgram(spec)) throw new Error(`${shape.spec} is no network`);
  const corpus = await PreparedCorpus.open(join(folder, 'data'), corpusName);
  const sizes = batchSizes(spec, corpus);
  corpus.close();
  const { steps, batch } = sizes.largest;
  const ofOneSize = Math.min(WINDOWS.most, Math.max(WINDOWS.least, Math.round(TOKENS / (steps * batch))));
  const windows = sizes.first.length > 0 ? DIFFERENT_WINDOWS : ofOneSize;
  const { size } = corpus.vocabulary;
  const use = rehearse('native', trainingRehearsal(spec, size, sizes));
  const peakFile = join(folder, 'peak.json');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const command = ['--require', join(root, 'bench', 'peak-memory.cjs'), join(root, 'bin', 'run.js'), 'train'];
  const sets = [...overrides, `training.windowsPerEpoch=${windows}`].flatMap((text) => ['--set', text]);
  const places = ['--data', join(folder, 'data'), '--runs', join(folder, 'runs'), '--backend', 'native'];
  execFileSync(process.execPath, [...command, specFile(shape), ...sets, ...places], {
    env: { ...process.env, ZLM_PEAK_FILE: peakFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  rmSync(join(folder, 'runs'), { recursive: true });
  const peak = JSON.parse(readFileSync(peakFile, 'utf8'));
  return {
    name: nameOf(shape),
    estimate: trainingMemory(spec, { vocabularySizes: size, backend: 'native', sizes }),
    resident: peak.residentBytes,
    rehearsed: use?.heldBytes ?? 0,
    use,
    store: peak.heldBytes,
  };
}

/** Prepares a text in which every word of the vocabulary occurs, in lines of 5 to 60 words; the validation split is short. */
async function wordsCorpus(folder: string, vocabulary: number): Promise<string> {
  const name = `words-${vocabulary}`;
  const sources = join(folder, name);
  mkdirSync(sources, { recursive: true });
  const write = (split: string, tokens: number): string => {
    const lines: string[] = [];
    for (let word = 0; word < tokens; ) {
      const length = 5 + ((lines.length * 37) % 56);
      lines.push(Array.from({ length }, (_, i) => `w${(word + i) % (vocabulary - 2)}`).join(' '));
      word += length;
    }
    writeFileSync(join(sources, split), `${lines.join('\n')}\n`);
    return join(sources, split);
  };
  const files = {
    train: write('train', Math.max(250_000, 2 * vocabulary)),
    valid: write('valid', 3000),
    test: write('test', 600),
  };
  const normalization = { lowerCase: true, numbers: 'keep', punctuation: 'keep' } as const;
  const form = { unit: 'word', normalization, vocabularySize: null, minCount: 1, unknown: 'unk' } as const;
  await prepareText({ name, input: { files }, ...form, dataFolder: join(folder, 'data'), force: true });
  return name;
}

function specFile({ spec }: Shape): string {
  return fileURLToPath(new URL(`../configs/${spec}.yaml`, import.meta.url));
}

function nameOf({ spec, vocabulary, set = [] }: Shape): string {
  const changes = set.map((text) => text.replace('training.', ''));
  return [spec, `V ${vocabulary}`, ...changes].join(', ');
}

function rowOf({ name, estimate, resident, rehearsed, store }: Measured): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const ratio = (estimate / resident).toFixed(2);
  return `| ${name} | ${megabytes(estimate)} | ${megabytes(resident)} | ${ratio} | ${megabytes(rehearsed)} | ${megabytes(store)} |`;
}
