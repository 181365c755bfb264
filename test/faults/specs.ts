/** Bad specs for `zlm train`; every rule of the schema has its test in `test/spec`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Fault } from './fault.js';

const MODEL = 'corpus: small\nmodel: { embedding: 8, layers: [{ lstm: 8 }] }\n';

/** A spec file with this text. */
function spec(text: string | Uint8Array): () => void {
  return () => writeFileSync('bad.yaml', text);
}

/** Ten anchors, each nine times the one before: a few hundred bytes that would be a billion values. */
const ALIAS_BOMB = Array.from({ length: 10 }, (_, level) => {
  const below =
    level === 0
      ? '1'
      : Array(9)
          .fill(`*a${level - 1}`)
          .join(', ');
  return `x${level}: &a${level} [${below}]\n`;
}).join('');

const TRAIN = 'train bad.yaml';
const EXPLAIN = 'zlm spec explain';

export const SPEC_FAULTS: readonly Fault[] = [
  {
    what: 'a missing spec beside one with a similar name',
    command: 'train tinny.yaml',
    exitCode: 3,
    says: 'Cannot read tinny.yaml',
    cure: 'did you mean tiny.yaml',
  },
  {
    what: 'a folder in place of a spec',
    make: () => mkdirSync('bad.yaml'),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml: it is a folder, not a file',
    cure: 'Name a file',
  },
  {
    what: 'an empty spec',
    make: spec(''),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml is empty',
    cure: 'zlm spec show quickstart',
  },
  {
    what: 'a spec of bytes that are not text',
    make: spec(Uint8Array.of(0x63, 0x6f, 0xff, 0xfe)),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml',
    cure: 'UTF-8',
  },
  {
    what: 'a tab for indentation',
    make: spec('corpus: small\nmodel:\n\tembedding: 8\n'),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:3:1',
    cure: 'use spaces',
  },
  {
    what: 'a bracket that is never closed',
    make: spec('corpus: small\nmodel: { embedding: 8, layers: [{ lstm: 8 }\n'),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:',
    cure: 'write "]"',
  },
  {
    what: 'a key that is given twice',
    make: spec(`${MODEL}corpus: other\n`),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:3:1  This key occurs twice',
    cure: 'keep one of them',
  },
  {
    what: 'a spec that is a list',
    make: spec('- corpus: small\n'),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:1:1',
    cure: 'a map of keys such as corpus, model and training',
  },
  {
    what: 'aliases that multiply to a billion values',
    make: spec(ALIAS_BOMB),
    command: TRAIN,
    exitCode: 3,
    says: 'The aliases of this spec expand to more than 10000 values',
    cure: 'write the values out',
  },
  {
    what: 'keys that are misspelt or misplaced, and a value out of range',
    make: spec(`${MODEL}training: { batchsize: 4, learningRate: 1, bptt: 0 }\n`),
    command: TRAIN,
    exitCode: 3,
    says: 'training.bptt must be a whole number from 1 to 65536, but is 0',
    cure: 'did you mean training.batchSize?',
  },
  {
    what: 'a dropout rate of 1',
    make: spec(`${MODEL}dropout: { output: { rate: 1 } }\n`),
    command: TRAIN,
    exitCode: 3,
    says: 'dropout.output.rate must be a number from 0 to 0.999, but is 1',
    cure: `${EXPLAIN} dropout.output.rate`,
  },
  {
    what: 'a model without layers',
    make: spec('corpus: small\nmodel: { embedding: 8, layers: [] }\n'),
    command: TRAIN,
    exitCode: 3,
    says: 'model.layers',
    cure: `${EXPLAIN} model.layers`,
  },
  {
    what: 'a corpus name that leads out of the data folder',
    make: spec(MODEL.replace('small', '../small')),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:1:9  corpus',
    cure: `${EXPLAIN} corpus`,
  },
  {
    what: 'specs that extend each other',
    make: () => {
      writeFileSync('bad.yaml', 'extends: ./worse.yaml\n');
      writeFileSync('worse.yaml', 'extends: ./bad.yaml\n');
    },
    command: TRAIN,
    exitCode: 3,
    says: 'The specs extend each other in a circle',
    cure: 'bad.yaml → worse.yaml → bad.yaml',
  },
  {
    what: 'a spec that extends a missing file',
    make: spec('extends: ./gone.yaml\n'),
    command: TRAIN,
    exitCode: 3,
    says: 'bad.yaml:1:10  Cannot read gone.yaml',
    cure: 'typing error',
  },
  {
    what: 'a learning rate that decays below float32',
    make: spec(`${MODEL}training: { epochs: 12, schedule: { decay: { factor: 1e-6, afterEpoch: 3 } } }\n`),
    command: TRAIN,
    exitCode: 3,
    says: 'The learning rate decays to 1.0e-54 by epoch 12',
    cure: 'raise training.schedule.decay.factor',
  },
  {
    what: 'a mask for each gate of a layer without gates',
    make: spec(
      'corpus: small\nmodel: { embedding: 8, layers: [{ rnn: 9 }] }\ndropout: { input: { rate: 0.5, perGate: true } }\n',
    ),
    command: TRAIN,
    exitCode: 3,
    says: 'dropout.input.perGate',
    cure: `${EXPLAIN} dropout`,
  },
  {
    what: 'a batch that is wider than the corpus',
    make: spec(`${MODEL}training: { batchSize: 400 }\n`),
    command: TRAIN,
    exitCode: 3,
    says: 'batchSize',
    cure: `${EXPLAIN} training.batchSize`,
  },
  {
    what: 'a learning rate with which training diverges',
    command: `train tiny.yaml --backend cpu --set training.optimizer.sgd.learningRate=1000 --set training.clipNorm=null`,
    exitCode: 6,
    says: 'Training diverged in epoch 1',
    cure: 'training.optimizer.sgd.learningRate',
  },
];
