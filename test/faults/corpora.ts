/** Prepared corpora that are missing or damaged. */
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Fault } from './fault.js';

const CORPUS = 'data/small';
const MANIFEST = `${CORPUS}/manifest.json`;
const PREPARE = 'zlm prepare text small';

/** Writes another manifest. */
function manifest(text: string): () => void {
  return () => writeFileSync(MANIFEST, text);
}

function withoutSplits(): void {
  const { splits, ...rest } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  manifest(JSON.stringify({ ...rest, splits: { train: splits.train } }))();
}

function fileInPlaceOfFolder(): void {
  rmSync('data', { recursive: true });
  writeFileSync('data', '');
}

/** Makes one token of a split another word of the vocabulary. */
function otherToken(split: string): () => void {
  return () => {
    const bytes = readFileSync(`${CORPUS}/${split}.bin`);
    bytes.writeInt32LE(bytes.readInt32LE(4 * 50) ^ 1, 4 * 50);
    writeFileSync(`${CORPUS}/${split}.bin`, bytes);
  };
}

/** Changes the form of the text in the manifest. */
function otherForm(): void {
  const made = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  manifest(JSON.stringify({ ...made, normalization: { ...made.normalization, lowerCase: false } }))();
}

const FAULTS: readonly Omit<Fault, 'command' | 'exitCode'>[] = [
  {
    what: 'a corpus that is not prepared',
    make: () => rmSync('data', { recursive: true }),
    says: 'There is no prepared corpus "small" in data',
    cure: PREPARE,
  },
  {
    what: 'a file in place of the data folder',
    make: fileInPlaceOfFolder,
    says: 'Cannot read data/small/manifest.json: a part of the path is a file',
    cure: 'move the file',
  },
  {
    what: 'a corpus without a manifest, since its preparation did not end',
    make: () => rmSync(MANIFEST),
    says: 'There is no prepared corpus "small" in data',
    cure: PREPARE,
  },
  {
    what: 'a manifest that is cut off',
    make: () => truncateSync(MANIFEST, 100),
    says: `${MANIFEST} is damaged: it is cut off`,
    cure: 'zlm prepare',
  },
  {
    what: 'a manifest that is a list',
    make: manifest('[]'),
    says: `${MANIFEST} is damaged: it has no formatVersion`,
    cure: 'zlm prepare',
  },
  {
    what: 'a manifest without some of its splits',
    make: withoutSplits,
    says: 'splits.valid',
    cure: 'zlm prepare',
  },
  {
    what: 'a manifest of a later zlm',
    make: manifest('{"formatVersion": 2}'),
    says: 'has format version 2; this zlm reads version 1',
    cure: 'Prepare the corpus again',
  },
  {
    what: 'no vocabulary',
    make: () => rmSync(`${CORPUS}/vocabulary.txt`),
    says: 'vocabulary.txt is missing',
    cure: PREPARE,
  },
  {
    what: 'a vocabulary with one more word',
    make: () => appendFileSync(`${CORPUS}/vocabulary.txt`, 'otter\n'),
    says: 'vocabulary.txt is damaged: its words differ from those that the manifest records',
    cure: PREPARE,
  },
  {
    what: 'a vocabulary that is cut off',
    make: () => truncateSync(`${CORPUS}/vocabulary.txt`, 50),
    says: 'The last line of data/small/vocabulary.txt is cut off',
    cure: 'zlm prepare',
  },
  {
    what: 'no token ids',
    make: () => rmSync(`${CORPUS}/test.bin`),
    says: 'test.bin is missing',
    cure: PREPARE,
  },
  {
    what: 'token ids that are cut off',
    make: () => truncateSync(`${CORPUS}/train.bin`, 402),
    says: 'train.bin is damaged: it has 402 bytes',
    cure: PREPARE,
  },
  {
    what: 'another token in the split to read',
    make: otherToken('test'),
    says: 'test.bin is damaged: its SHA-256 is',
    cure: PREPARE,
  },
  {
    what: 'another token in a split that is not read',
    make: otherToken('valid'),
    says: 'valid.bin is damaged: its SHA-256 is',
    cure: PREPARE,
  },
  {
    what: 'a manifest that was changed',
    make: otherForm,
    says: `${MANIFEST} is damaged: its checksum shows that it was changed after it was written`,
    cure: 'zlm prepare',
  },
];

export const CORPUS_FAULTS: readonly Fault[] = [
  ...FAULTS.map((fault): Fault => ({ ...fault, command: 'eval', exitCode: 4 })),
  ...['train tiny.yaml', 'train tiny.yaml --dry-run', 'sample', 'prepare topics small'].map(
    (command): Fault => ({
      what: `another token in the text to train on, read by zlm ${command}`,
      make: otherToken('train'),
      command,
      exitCode: 4,
      says: 'train.bin is damaged: its SHA-256 is',
      cure: PREPARE,
    }),
  ),
];
