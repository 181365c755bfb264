/** Recordings and their labels. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AudioFile } from '../../../src/corpus/speech/audio/audio-file.js';
import { KALDI_FORMAT } from '../../../src/corpus/speech/formats/kaldi.js';
import {
  masterEntries,
  parseHtkLine,
  readFestvoxLabels,
  readHtkLabels,
  readTimitLabels,
} from '../../../src/corpus/speech/labels/label-formats.js';
import { sphereBytes, wavBytes } from '../../corpus/speech/audio-files.js';
import { bundle, type FuzzTarget, fromFile, unbundle } from '../target.js';

const SAMPLES = [0, 1, -1, 32767, -32768, 1234, -4321, 8];

const audio: FuzzTarget = {
  name: 'audio',
  words: [
    'RIFF',
    'WAVE',
    'fmt ',
    'data',
    'LIST',
    'NIST_1A\n',
    'end_head\n',
    'sample_coding -s7 shorten\n',
    '-i -1\n',
  ],
  share: 80,
  async open(folder) {
    const path = join(folder, 'input.wav');
    return fromFile(
      path,
      [
        wavBytes(SAMPLES, { chunks: [['LIST', Buffer.from('odd')]] }),
        wavBytes(SAMPLES, { kind: 'float32' }),
        wavBytes(SAMPLES, { kind: 'extensible', channels: 2 }),
        sphereBytes(SAMPLES),
      ],
      async () => {
        const file = new AudioFile(path);
        try {
          const samples = file.read();
          if (!samples.every(Number.isFinite)) throw new Error('A sample is no number');
        } finally {
          file.close();
        }
      },
    );
  },
};

const LABELS = {
  timit: '0 400 h#\n400 900 ih\n900 2000 s\n',
  festvox: 'separator ;\nnfields 1\n#\n0.1 125 pau\n0.25 125 a\n0.5 125 b\n',
  htk: '0 1000000 sil -12.5\n1000000 2500000 a\n///\n0 1 b\n',
  names: 'sil\na\nb\n',
  master: '#!MLF!#\n"*/one.lab"\n0 1000000 sil\n1000000 2000000 a\n.\n"*/two.rec"\nsil\nb\n.\n',
} as const;

const labels: FuzzTarget = {
  name: 'labels',
  words: ['#\n', '.\n', '///\n', '#!MLF!#\n', '"*/x.lab"\n', '-1 ', '1e999 ', '\t', ' '],
  share: 80,
  async open(folder) {
    const path = join(folder, 'input.lab');
    const readers = [
      () => readTimitLabels(path),
      () => readFestvoxLabels(path, 16_000),
      () => readHtkLabels(path, 16_000),
      () => readMaster(path),
    ];
    return fromFile(
      path,
      Object.values(LABELS).map((text) => Buffer.from(text)),
      (chance) => chance.pick(readers)(),
    );
  },
};

async function readMaster(path: string): Promise<void> {
  for await (const { lines } of masterEntries(path))
    for (const line of lines) parseHtkLine(path, line, 16_000);
}

const LISTS = {
  'wav.scp': 'one one.wav\ntwo two.wav\n',
  segments: 'one-a one 0.0 0.5\none-b one 0.5 1.25\ntwo-a two 0 1\n',
  text: 'one-a sil a b\none-b sil b\ntwo-a a a\n',
  utt2spk: 'one-a anna\none-b anna\ntwo-a bert\n',
} as const;

const kaldi: FuzzTarget = {
  name: 'kaldi',
  words: ['cat x.wav |\n', 'x.ark:17\n', 'one-a ', '\n\n', '/', '../'],
  share: 40,
  async open(folder) {
    const scratch = join(folder, 'scratch');
    return {
      examples: [bundle(Object.values(LISTS))],
      read: async (input) => {
        rmSync(scratch, { recursive: true, force: true });
        mkdirSync(scratch);
        const files = unbundle(input);
        for (const [n, list] of Object.keys(LISTS).entries())
          writeFileSync(join(folder, list), files[n] ?? Buffer.alloc(0));
        await KALDI_FORMAT.files(folder);
        const opened = await KALDI_FORMAT.open(folder, scratch, 'train');
        try {
          for (const utterance of opened.utterances) await utterance.readLabels(16_000);
        } finally {
          opened.close?.();
        }
      },
    };
  },
};

export const SPEECH_TARGETS: readonly FuzzTarget[] = [audio, labels, kaldi];
