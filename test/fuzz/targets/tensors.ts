/** Binary files of zlm: checkpoints, topics, token ids. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TokenFile } from '../../../src/corpus/token-file.js';
import { encodeArrays, readCheckpoint } from '../../../src/runs/checkpoint.js';
import type { TrainingProgress } from '../../../src/runs/training-progress.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../../src/storage/safetensors.js';
import { readTopicFile, topicsPath, writeTopicFile } from '../../../src/topics/topic-file.js';
import { assertSame, type FuzzTarget, fromFile } from '../target.js';

const ARRAYS: readonly NamedArray[] = [
  { name: 'embedding.weight', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: 'softmax.bias', shape: [3], data: Float32Array.of(0, -1, 1) },
  { name: 'counts', shape: [2, 1], data: Int32Array.of(7, 8) },
  { name: 'nothing', shape: [0, 4], data: new Float32Array() },
];

/** Words of a header. */
const HEADER_WORDS = [
  '"F32"',
  '"I32"',
  '"BF16"',
  '"shape"',
  '"data_offsets"',
  '[0,0]',
  '[-1]',
  '[1e9,1e9]',
  '{}',
].concat([
  'null',
  '"__metadata__":{"a":"b"},',
  '"__proto__":',
  '"embedding.weight":',
  '[4294967296,4294967296]',
]);

/** Takes the checksum out of a file, so that damage behind it is met. */
function withoutChecksum(file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.subarray(8, 8 + length).toString());
  delete header.__metadata__['zlm.sha256'];
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, file.subarray(8 + length)]);
}

function bothWays(pieces: readonly Uint8Array[]): Buffer[] {
  const file = Buffer.concat(pieces);
  return [withoutChecksum(file), withoutChecksum(file), file];
}

const safetensors: FuzzTarget = {
  name: 'safetensors',
  words: HEADER_WORDS,
  share: 100,
  async open(folder) {
    const path = join(folder, 'input.safetensors');
    return {
      examples: bothWays(encodeSafetensors(ARRAYS, { note: 'x' })),
      read: async (input) => {
        const { tensors, metadata } = decodeSafetensors(input, path);
        // Arrays are 32 bits wide when they are written, so the file can be written again and is the same.
        const again = decodeSafetensors(
          Buffer.concat(encodeSafetensors([...tensors.values()], metadata)),
          path,
        );
        assertSame('A tensor', [...tensors.values()].map(facts), [...again.tensors.values()].map(facts));
        assertSame('The metadata', metadata, again.metadata);
      },
    };
  },
};

function facts({ name, shape, data }: NamedArray): object {
  const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  return { name, shape, kind: data.constructor.name, hex };
}

const PROGRESS: TrainingProgress = {
  windows: 10,
  steps: 60,
  pass: 1,
  windowInPass: 3,
  epochs: 1,
  epochWindows: 3,
  epochNll: 30.5,
  epochPredictions: 12,
  seconds: 2.5,
  best: { epoch: 1, perplexity: 3.5 },
  validation: [3.5],
  averagedSince: null,
  row: null,
};

const checkpoint: FuzzTarget = {
  name: 'checkpoint',
  words: [...HEADER_WORDS, '"zlm.position":"{}",', '"zlm.formatVersion":"2",', '\\"windows\\":-1'],
  share: 100,
  async open(folder) {
    const path = join(folder, 'best.safetensors');
    const provenance = { specHash: 'a', vocabularyHash: 'b', trainHash: 'c', validHash: 'd' };
    return fromFile(path, bothWays(encodeArrays(ARRAYS, PROGRESS, provenance)), () => readCheckpoint(path));
  },
};

const topics: FuzzTarget = {
  name: 'topics',
  words: HEADER_WORDS,
  share: 30,
  async open(folder) {
    const place = { dataFolder: folder, corpus: 'odd', topics: 2 };
    const path = topicsPath(place);
    mkdirSync(dirname(path), { recursive: true });
    const table = { topics: 2, vocabularySize: 3, logProbability: new Float32Array(6).fill(-1) };
    const recipe = {
      topics: 2,
      iterations: 1,
      sentences: 1,
      seed: 1,
      alpha: 25,
      beta: 0.1,
      vocabularyHash: 'a',
      trainHash: 'b',
    };
    await writeTopicFile(place, { recipe, table, perplexity: Float32Array.of(5, 4) });
    return fromFile(path, bothWays([readFileSync(path)]), () => readTopicFile(place));
  },
};

const tokens: FuzzTarget = {
  name: 'tokens',
  share: 30,
  async open(folder) {
    const path = join(folder, 'train.bin');
    return fromFile(
      path,
      [Buffer.from(Int32Array.from({ length: 300 }, (_, n) => n % 50).buffer)],
      async () => {
        const file = new TokenFile(path, 50);
        try {
          for (const ids of file.chunks(64))
            if (ids.some((id) => id < 0 || id > 49)) throw new Error('bad id');
        } finally {
          file.close();
        }
      },
    );
  },
};

export const TENSOR_TARGETS: readonly FuzzTarget[] = [safetensors, checkpoint, topics, tokens];
