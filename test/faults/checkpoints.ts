/** Checkpoints that are damaged, or belong to something else. */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../src/storage/safetensors.js';
import { train } from '../trained-folder.js';
import type { Fault } from './fault.js';

const CHECKPOINTS = 'runs/tiny/checkpoints';
const BEST = `${CHECKPOINTS}/best.safetensors`;
const LAST = `${CHECKPOINTS}/last.safetensors`;
const TAKE_LAST = '--checkpoint last';
const TAKE_BEST = 'To resume from the best epoch: `cp ';

/** Bytes of the best checkpoint's header, without the 8 that hold its length. */
function headerLength(): number {
  return Number(readFileSync(BEST).readBigUInt64LE());
}

function truncated(what: string, length: () => number, says: string): Fault {
  const make = () => truncateSync(BEST, length());
  return {
    what: `a checkpoint of which remains: ${what}`,
    make,
    command: 'eval',
    exitCode: 4,
    says,
    cure: TAKE_LAST,
  };
}

/** Flips a bit of a byte that is found in the file. */
function flipped(what: string, find: (bytes: Buffer) => number, bit: number, says: string): Fault {
  const make = () => {
    const bytes = readFileSync(BEST);
    bytes[find(bytes)] ^= 1 << bit;
    writeFileSync(BEST, bytes);
  };
  return { what: `a bit flipped in ${what}`, make, command: 'eval', exitCode: 4, says, cure: TAKE_LAST };
}

/** Makes an intact checkpoint, with a right checksum, of other content. */
function rewritten(
  change: (tensors: Map<string, NamedArray>, metadata: Record<string, string>) => void,
  path = BEST,
): () => void {
  return () => {
    const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
    change(tensors, metadata);
    writeFileSync(path, Buffer.concat(encodeSafetensors([...tensors.values()], metadata)));
  };
}

/** The checkpoint of another run in the place of this one's. */
function borrowed(set: string, name: 'best' | 'last'): () => Promise<void> {
  return async () => {
    await train('tiny.yaml', '--runs', 'others', '--name', 'other', '--set', set);
    cpSync(`others/other/checkpoints/${name}.safetensors`, `${CHECKPOINTS}/${name}.safetensors`);
  };
}

function change(tensors: Map<string, NamedArray>, name: string, values: Partial<NamedArray>): void {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no tensor ${name}`);
  tensors.set(name, { ...tensor, ...values });
}

export const CHECKPOINT_FAULTS: readonly Fault[] = [
  truncated('nothing', () => 0, 'it has only 0 bytes, but needs at least 8'),
  truncated('7 bytes', () => 7, 'it has only 7 bytes, but needs at least 8'),
  truncated('the length of the header', () => 8, 'its header claims'),
  truncated('a part of the header', () => 300, 'its header claims'),
  truncated('the header without its last byte', () => 8 + headerLength() - 1, 'its header claims'),
  truncated('the header', () => 8 + headerLength(), 'bytes too short'),
  truncated('the header and a part of the data', () => 8 + headerLength() + 1001, 'bytes too short'),
  truncated('all but the last byte', () => readFileSync(BEST).length - 1, 'it is 1 byte too short'),
  flipped('the low byte of the length', () => 0, 0, 'the header is not'),
  flipped('the high byte of the length', () => 7, 6, 'its header claims'),
  flipped('the first byte of the header', () => 8, 0, 'the header is not JSON'),
  flipped('the name of a tensor', (bytes) => bytes.indexOf('softmax.bias'), 0, 'does not match its checksum'),
  flipped('the type of a tensor', (bytes) => bytes.indexOf('F32'), 1, 'has the type "D32"'),
  flipped('the shape of a tensor', (bytes) => bytes.indexOf('"shape":[') + 9, 0, 'bytes for its shape'),
  flipped(
    'the place of a tensor',
    (bytes) => bytes.indexOf('data_offsets":[0') + 15,
    0,
    'bytes for its shape',
  ),
  flipped('the metadata', (bytes) => bytes.indexOf('zlm.position') + 20, 0, 'does not match its checksum'),
  flipped('the checksum', (bytes) => bytes.indexOf('zlm.sha256') + 20, 0, 'does not match its checksum'),
  flipped('the first byte of the data', () => 8 + headerLength(), 0, 'does not match its checksum'),
  flipped('the last byte of the data', (bytes) => bytes.length - 1, 7, 'does not match its checksum'),
  {
    what: 'a checkpoint of zeros, as after a crash of the machine',
    make: () => writeFileSync(BEST, Buffer.alloc(readFileSync(BEST).length)),
    command: 'sample',
    exitCode: 4,
    says: 'the header is not JSON',
    cure: TAKE_LAST,
  },
  {
    what: 'a text in place of a checkpoint',
    make: () => writeFileSync(BEST, 'version https://git-lfs.github.com/spec/v1\n'),
    command: 'eval',
    exitCode: 4,
    says: 'its header claims',
    cure: TAKE_LAST,
  },
  {
    what: 'a folder in place of a checkpoint',
    make: () => {
      rmSync(BEST);
      mkdirSync(BEST);
    },
    command: 'eval',
    exitCode: 4,
    says: 'best.safetensors: it is a folder',
    cure: 'move the folder of that name away',
  },
  {
    what: 'a last checkpoint that is cut off, resumed',
    make: () => truncateSync(LAST, 1000),
    command: 'train --resume tiny',
    exitCode: 4,
    says: 'last.safetensors',
    cure: TAKE_BEST,
  },
  {
    what: 'a safetensors file of another program',
    make: () => {
      const weight = { name: 'weight', shape: [2], data: Float32Array.of(1, 2) };
      writeFileSync(BEST, Buffer.concat(encodeSafetensors([weight], { format: 'pt' })));
    },
    command: 'eval',
    exitCode: 4,
    says: 'it has no zlm metadata',
    cure: TAKE_LAST,
  },
  {
    what: 'a checkpoint of a later zlm',
    make: rewritten((_, metadata) => {
      metadata['zlm.formatVersion'] = '3';
    }),
    command: 'eval',
    exitCode: 4,
    says: 'has format version 3; this zlm reads version 2',
    cure: 'Use a build of zlm that is as old as the run',
  },
  {
    what: 'a checkpoint without its place in the training',
    make: rewritten((_, metadata) => {
      metadata['zlm.position'] = '{"windows": -3}';
    }),
    command: 'eval',
    exitCode: 4,
    says: 'it does not tell its position in the run',
    cure: TAKE_LAST,
  },
  {
    what: 'a checkpoint that lacks a parameter',
    make: rewritten((tensors) => tensors.delete('layers.1.bias')),
    command: 'eval',
    exitCode: 4,
    says: 'it lacks the parameter layers.1.bias',
    cure: TAKE_LAST,
  },
  {
    what: 'a checkpoint with a parameter of another shape',
    make: rewritten((tensors) => change(tensors, 'layers.1.bias', { shape: [4, 8] })),
    command: 'eval',
    exitCode: 4,
    says: 'its layers.1.bias has shape [4,8] where the spec makes it [32]',
    cure: TAKE_LAST,
  },
  {
    what: 'a checkpoint with a parameter of whole numbers',
    make: rewritten((tensors) => change(tensors, 'layers.1.bias', { data: new Int32Array(32) })),
    command: 'eval',
    exitCode: 4,
    says: 'its layers.1.bias holds integers',
    cure: TAKE_LAST,
  },
  {
    what: 'a checkpoint with a parameter that is not a number',
    make: rewritten((tensors) =>
      change(tensors, 'layers.1.bias', { data: new Float32Array(32).fill(Number.NaN) }),
    ),
    command: 'eval',
    exitCode: 4,
    says: 'its layers.1.bias holds NaN or infinity',
    cure: TAKE_LAST,
  },
  {
    what: 'a last checkpoint without recurrent state, resumed',
    make: rewritten((tensors) => {
      for (const name of [...tensors.keys()].filter((key) => key.startsWith('state.'))) tensors.delete(name);
    }, LAST),
    command: 'train --resume tiny --set training.epochs=4',
    exitCode: 4,
    says: 'it lacks the recurrent state',
    cure: TAKE_BEST,
  },
  {
    what: 'the checkpoint of a run with wider layers',
    make: borrowed('model.layers=[{ lstm: 12 }, { lstm: 8 }]', 'best'),
    command: 'eval',
    exitCode: 4,
    says: 'where the spec makes it',
    cure: TAKE_LAST,
  },
  {
    what: 'the checkpoint of a run with more layers',
    make: borrowed('model.layers=[{ lstm: 8 }, { lstm: 8 }, { lstm: 8 }]', 'best'),
    command: 'sample',
    exitCode: 4,
    says: 'has no parameter layers.2.',
    cure: TAKE_LAST,
  },
  {
    what: 'the checkpoint of a run with another dropout, resumed',
    make: borrowed('dropout.output.rate=0.5', 'last'),
    command: 'train --resume tiny',
    exitCode: 4,
    says: 'it was trained with another spec',
    cure: TAKE_BEST,
  },
];
