/** Bad specs, each with exactly one fault at a known place. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { positionOf } from '../../src/spec/diagnostics.js';
import { loadSpec } from '../../src/spec/load.js';
import { MINIMAL, specErrorOf, specFolder } from './spec-files.js';

/** The minimal spec with lines below it, which start on line 3. */
function withLines(...lines: string[]): string {
  return MINIMAL + lines.join('\n');
}

/** A spec of a first line and the minimal rest. */
function model(text: string): string {
  return `corpus: ptb\nmodel: ${text}\n`;
}

interface BadSpec {
  readonly name: string;
  readonly yaml: string | Uint8Array;
  readonly message: string | RegExp;
  /** line:column; absent when the fault is about the file as a whole. */
  readonly at?: string;
}

const ALIAS_BOMB = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (level) =>
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
  ),
].join('\n');

const NO_SPACE = /a space is missing after the colon; write "corpus: ptb"$/i;

const NO_TEXT: BadSpec[] = [
  { name: 'an empty file', yaml: '', message: 'bad.yaml is empty' },
  { name: 'white space', yaml: ' \n\n', message: 'bad.yaml is empty' },
  { name: 'comments alone', yaml: '# corpus: ptb\n', message: 'bad.yaml contains only comments' },
  { name: 'Latin-1', yaml: Buffer.from('corpus: caf\xe9', 'latin1'), message: 'bad.yaml is not UTF-8 text' },
  { name: 'UTF-16', yaml: Buffer.from('\ufeffcorpus: ptb', 'utf16le'), message: 'bad.yaml is UTF-16 text' },
  { name: 'a binary file', yaml: new Uint8Array([1, 0, 2]), message: 'bad.yaml is a binary file' },
  { name: 'a large file', yaml: 'a'.repeat(65 * 1024), message: 'bad.yaml is larger than 64 KiB' },
];

const NOT_YAML: BadSpec[] = [
  {
    name: 'a tab',
    yaml: 'corpus: ptb\nmodel:\n\tembedding: 8',
    message: 'A tab cannot indent YAML',
    at: '3:1',
  },
  { name: 'a key twice', yaml: 'corpus: ptb\ncorpus: sotu', message: 'This key occurs twice', at: '2:1' },
  { name: 'two documents', yaml: `${MINIMAL}---\n${MINIMAL}`, message: 'A second YAML document', at: '3:1' },
  { name: 'an open list', yaml: 'corpus: [', message: 'A "[" before this is not closed', at: '1:10' },
  { name: 'an open quote', yaml: 'corpus: "ptb', message: 'A double quote is not closed', at: '1:13' },
  {
    name: 'too much indent',
    yaml: 'corpus: ptb\n  model: 3',
    message: 'This line is indented further than the one above it, which has its value already',
    at: '2:3',
  },
  { name: 'two colons', yaml: 'corpus: a: b', message: 'A line can have only one "key: value"', at: '1:9' },
  {
    name: 'brackets crossed',
    yaml: model('{ embedding: 8, layers: [{ lstm: 8 ]} }'),
    message: 'A "{" before this is not closed; write "}"',
    at: '2:43',
  },
  { name: 'no space after a colon', yaml: 'corpus:ptb\nmodel: {}', message: NO_SPACE, at: '1:1' },
  {
    name: 'the same further in',
    yaml: 'model:\n  embedding:8\n  layers: []',
    message: /^A space is missing.*8"$/,
    at: '2:3',
  },
  { name: 'no space after any colon', yaml: 'corpus:ptb\nmodel:x', message: NO_SPACE, at: '1:1' },
  {
    name: 'an equals sign',
    yaml: 'corpus = ptb\nmodel:\n  embedding: 8',
    message: /^"=" does not .*; write "corpus: ptb"$/,
    at: '1:1',
  },
  {
    name: 'no colon',
    yaml: 'corpus ptb\nmodel:\n  embedding: 8',
    message: /^A colon is missing .*; write "corpus: ptb"$/,
    at: '1:1',
  },
  {
    name: 'no colon after the only key',
    yaml: 'training:\n  seed\n  bptt: 3',
    message: 'write "seed: …"',
    at: '2:3',
  },
  {
    name: 'a comma too few',
    yaml: 'model: { embedding: 8 layers: [] }',
    message: 'a comma may be missing',
    at: '1:21',
  },
  {
    name: 'no-break spaces',
    yaml: 'corpus: ptb\nmodel:\n\u00a0 \u00a0 embedding: 8',
    message: 'The invisible character U+00A0, no-break space, is here',
    at: '3:1',
  },
  { name: "a no-break space at a line's end", yaml: 'corpus: ptb\u00a0\n', message: 'U+00A0', at: '1:12' },
  {
    name: 'an invisible character in a key',
    yaml: 'cor\u200bpus: ptb',
    message: 'U+200B, zero-width space,',
    at: '1:4',
  },
  { name: 'a bidirectional override', yaml: 'corpus: pt\u202eb', message: 'U+202E is here', at: '1:11' },
  { name: 'a bell', yaml: 'corpus: pt\u0007b', message: 'U+0007', at: '1:11' },
  {
    name: 'a wide colon',
    yaml: 'corpus：ptb',
    message: 'The character U+FF1A only looks like ":"',
    at: '1:7',
  },
  {
    name: 'a merge key of a number',
    yaml: withLines('training: { <<: 3 }'),
    message: 'A merge key needs a map',
    at: '3:13',
  },
  { name: 'a tag', yaml: 'corpus: !name ptb', message: 'A tag has no meaning', at: '1:9' },
  { name: 'a known tag', yaml: 'corpus: !!binary cHRi', message: 'A tag has no meaning', at: '1:18' },
  { name: 'an alias without anchor', yaml: 'corpus: *c', message: 'no anchor &c above', at: '1:9' },
  { name: 'an alias of itself', yaml: 'corpus: &a [*a]', message: 'contains an alias of itself', at: '1:12' },
  {
    name: 'an alias bomb',
    yaml: ALIAS_BOMB,
    message: 'The aliases of this spec expand to more than 10000',
    at: '1:1',
  },
  { name: 'a map as a key', yaml: '? { a: 1 }\n: 2', message: 'A key must be a word', at: '1:3' },
  {
    name: 'deep nesting',
    yaml: '['.repeat(20_000),
    message: 'This is nested too deeply',
    at: '1:\\d+',
  },
  { name: 'a list', yaml: '- corpus', message: 'A spec is a map of keys', at: '1:1' },
  { name: 'a word', yaml: 'ptb', message: 'A spec is a map of keys', at: '1:1' },
];

const WRONG_KEYS: BadSpec[] = [
  {
    name: 'no corpus',
    yaml: MINIMAL.replace(/^.*\n/, ''),
    message: 'corpus is missing; it must be a name',
    at: '1:1',
  },
  { name: 'no layers', yaml: model('{ embedding: 8 }'), message: 'model.layers is missing', at: '2:1' },
  {
    name: 'a misspelt key',
    yaml: withLines('droput: {}'),
    message: 'droput is not a key; did you mean dropout?',
    at: '3:1',
  },
  {
    name: 'another spelling',
    yaml: withLines('training: { batch_size: 20 }'),
    message: 'training.batch_size is not a key; did you mean training.batchSize?',
    at: '3:13',
  },
  {
    name: 'a key of another map',
    yaml: withLines('training:', '  learningRate: 1'),
    message: 'did you mean training.optimizer.sgd.learningRate?',
    at: '4:3',
  },
  {
    name: 'an unknown key',
    yaml: withLines('dropout: { vertical: {} }'),
    message:
      'dropout.vertical is not a key; dropout has embedding, input, between, output, recurrent, recurrentWeight and zoneout',
    at: '3:12',
  },
  {
    name: 'an entry in braces without its space',
    yaml: model('{ embedding: 8, layers: [{lstm:8}] }'),
    message: 'model.layers.0.lstm:8 is not a key; a space is missing after the colon; write "lstm: 8"',
    at: '2:34',
  },
  {
    name: 'an entry in braces with an equals sign',
    yaml: withLines('training: { seed = 8 }'),
    message: '"=" does not separate a key from its value; write "seed: 8"',
    at: '3:13',
  },
  {
    name: 'a decimal comma',
    yaml: withLines('dropout: { input: { rate: 0,5 } }'),
    message: 'dropout.input.5 is not a key; a number has a decimal point, not a comma',
    at: '3:29',
  },
  {
    name: 'a section that is a line without colon',
    yaml: withLines('training:', '  epochs 3', 'dropout: {}'),
    message: 'is the text "epochs 3"; a colon is missing after the key; write "epochs: 3"',
    at: '4:3',
  },
  {
    name: 'an unknown cell',
    yaml: model('{ embedding: 8, layers: [{ qrnn: 8 }] }'),
    message: 'model.layers.0.qrnn is not a key; did you mean model.layers.0.rnn?',
    at: '2:35',
  },
  {
    name: 'a key named __proto__',
    yaml: withLines('__proto__: { corpus: sotu }'),
    message: '__proto__ is not a key',
    at: '3:1',
  },
  {
    name: 'a deep transition without width',
    yaml: model('{ embedding: 8, layers: [{ deepTransition: { depth: 3 } }] }'),
    message: 'model.layers.0.deepTransition.units is missing; it must be a whole number',
    at: '2:35',
  },
  {
    name: 'gates at the softmax',
    yaml: withLines('dropout: { output: { rate: 0.5, perGate: true } }'),
    message: /^dropout\.output\.perGate is not a key/,
    at: '3:33',
  },
  {
    name: 'no epoch of decay',
    yaml: withLines('training:', '  schedule: { decay: { factor: 0.5 } }'),
    message: 'training.schedule.decay.afterEpoch is missing',
    at: '4:15',
  },
];

const WRONG_VALUES: BadSpec[] = [
  {
    name: 'a foreign corpus name',
    yaml: MINIMAL.replace('ptb', '../ptb'),
    message: /^corpus must be a name of lower/,
    at: '1:9',
  },
  {
    name: 'a fraction',
    yaml: withLines('training: { bptt: 0.5 }'),
    message: 'must be a whole number from 1 to 65536, but is 0.5',
    at: '3:19',
  },
  {
    name: 'a quoted number',
    yaml: withLines('training: { epochs: "13" }'),
    message: 'is the text "13"',
    at: '3:21',
  },
  {
    name: 'a number with commas',
    yaml: withLines('training:', '  seed: 1_000'),
    message: 'is the text "1_000"',
    at: '4:9',
  },
  {
    name: 'a negative seed',
    yaml: withLines('training: { seed: -1 }'),
    message: 'from 0 to 4294967295, but is -1',
    at: '3:19',
  },
  {
    name: 'infinity',
    yaml: withLines('training: { clipNorm: .inf }'),
    message: 'a number from 0.000001 to 1000000, or null, but is .inf',
    at: '3:23',
  },
  { name: 'not a number', yaml: withLines('training: { clipNorm: .nan }'), message: 'is .nan', at: '3:23' },
  {
    name: 'an epsilon that is zero in float32',
    yaml: withLines('training: { optimizer: { adam: { epsilon: 1e-46 } } }'),
    message: 'training.optimizer.adam.epsilon must be a number from 1e-16 to 1, but is 1e-46',
    at: '3:43',
  },
  {
    name: 'a learning rate that trains nothing',
    yaml: withLines('training: { optimizer: { sgd: { learningRate: 1e-300 } } }'),
    message: 'must be a number from 1e-8 to 1000000, but is 1e-300',
    at: '3:47',
  },
  {
    name: 'clipping to nothing',
    yaml: withLines('training: { clipNorm: 1e-300 }'),
    message: 'must be a number from 0.000001 to 1000000, or null, but is 1e-300',
    at: '3:23',
  },
  {
    name: 'a penalty that overflows',
    yaml: withLines('training: { activationRegularization: 1e39 }'),
    message: 'from 0 to 10000, but is 1e39',
    at: '3:39',
  },
  {
    name: 'a weight decay that is zero in float32',
    yaml: withLines('training: { weightDecay: 1e-40 }'),
    message: 'training.weightDecay must be 0 or representable in float32, but is 1e-40',
    at: '3:26',
  },
  {
    name: 'a bias of forget gates that overflows',
    yaml: model('{ embedding: 8, layers: [{ lstm: 8 }], forgetBias: -1e40 }'),
    message: 'a number from -100 to 100, or null, but is -1e40',
    at: '2:59',
  },
  {
    name: 'a rate of 1',
    yaml: withLines('dropout: { input: { rate: 1 } }'),
    message: 'from 0 to 0.999, but is 1',
    at: '3:27',
  },
  {
    name: 'the divisor as factor',
    yaml: withLines('training: { schedule: { decay: { factor: 1.15, afterEpoch: 14 } } }'),
    message: 'training.schedule.decay.factor must be a number from 0.000001 to 1, but is 1.15',
    at: '3:42',
  },
  {
    name: 'an unknown mask',
    yaml: withLines('dropout: { input: { mask: sequnce } }'),
    message: 'must be step or sequence, but is the text "sequnce"; did you mean sequence?',
    at: '3:27',
  },
  {
    name: 'yes',
    yaml: model('{ embedding: 8, layers: [{ lstm: 8 }], tieEmbedding: yes }'),
    message: 'must be true or false, but is the text "yes"',
    at: '2:61',
  },
  {
    name: 'a bare rate',
    yaml: withLines('dropout: 0.5'),
    message:
      'dropout must be a map of embedding, input, between, output, recurrent, recurrentWeight and zoneout, but is 0.5',
    at: '3:10',
  },
  {
    name: 'an empty section',
    yaml: withLines('training:'),
    message: /^training must be a map of batchSize.*, but is empty$/,
    at: '3:1',
  },
  {
    name: 'no layers at all',
    yaml: model('{ embedding: 8, layers: [] }'),
    message: 'a list of 1 to 64 items, but is an empty list',
    at: '2:32',
  },
  {
    name: 'too many layers',
    yaml: model(`{ embedding: 8, layers: [${'{ lstm: 8 },'.repeat(65)}] }`),
    message: 'is a list of 65',
    at: '2:32',
  },
  {
    name: 'a layer without cell',
    yaml: model('{ embedding: 8, layers: [8] }'),
    message: 'a map with exactly one of lstm, gru, rnn, deepTransition and feedForward, but is 8',
    at: '2:33',
  },
  {
    name: 'a cell without width',
    yaml: model('{ embedding: 8, layers: [{ lstm }] }'),
    message: 'model.layers.0.lstm must be a whole number from 1 to 65536, but is empty',
    at: '2:35',
  },
  {
    name: 'two schedules',
    yaml: withLines('training:', '  schedule: { constant: {}, decay: { factor: 0.5, afterEpoch: 4 } }'),
    message: 'a map with exactly one of constant, decay, plateau and cosine, but has constant and decay',
    at: '4:13',
  },
  {
    name: 'no optimizer',
    yaml: withLines('training: { optimizer: {} }'),
    message: 'a map with exactly one of sgd, averagedSgd, adam and rmsprop, but is an empty map',
    at: '3:24',
  },
  { name: 'a huge number', yaml: withLines('training: { epochs: 1e300 }'), message: 'is 1e300', at: '3:21' },
  {
    name: 'a long text',
    yaml: withLines(`training: { epochs: ${'x'.repeat(99)} }`),
    message: `is the text "${'x'.repeat(40)}…"`,
    at: '3:21',
  },
];

const CROSS_FIELD: BadSpec[] = [
  {
    name: 'a vanishing learning rate',
    yaml: withLines('training: { schedule: { decay: { factor: 0.001, afterEpoch: 4 } } }'),
    message: 'The learning rate decays to 1.0e-105 by epoch 39',
    at: '3:42',
  },
  {
    name: 'gates of a cell without gates',
    yaml: `${model('{ embedding: 8, layers: [{ rnn: 8 }] }')}dropout:\n  recurrent: { rate: 0.3, perGate: true }`,
    message: 'dropout.recurrent.perGate needs lstm layers at the end of the edge, but one is rnn',
    at: '4:36',
  },
  {
    name: 'two ways to clip',
    yaml: withLines('training: { clipValue: 1 }'),
    message: 'but training.clipNorm is 5; set it to null beside training.clipValue',
    at: '3:24',
  },
];

const NGRAM: BadSpec[] = [
  {
    name: 'a misspelt key of an n-gram model',
    yaml: model('{ ngram: { oder: 5 } }'),
    message: 'model.ngram.oder is not a key; did you mean model.ngram.order?',
    at: '2:19',
  },
  {
    name: 'a misspelt n-gram model',
    yaml: model('{ ngramm: { order: 5 } }'),
    message: 'model.ngramm is not a key; did you mean model.ngram?',
    at: '2:10',
  },
  {
    name: 'too long an order',
    yaml: model('{ ngram: { order: 10 } }'),
    message: 'model.ngram.order must be a whole number from 1 to 9, but is 10',
    at: '2:26',
  },
  {
    name: 'an unknown smoothing',
    yaml: model('{ ngram: { smoothing: kneser-ney } }'),
    message: 'model.ngram.smoothing must be modified-kneser-ney, but is the text "kneser-ney"',
    at: '2:30',
  },
  {
    name: 'an order alone',
    yaml: model('{ ngram: 5 }'),
    message: 'a map of order and smoothing',
    at: '2:17',
  },
  {
    name: 'layers beside an n-gram model',
    yaml: model('{ ngram: {}, embedding: 8, layers: [{ lstm: 8 }] }'),
    message:
      'model.ngram cannot be combined with other keys: remove model.embedding and model.layers, or model.ngram itself',
    at: '2:10',
  },
  {
    name: 'dropout and training beside an n-gram model',
    yaml: `${model('{ ngram: {} }')}dropout: {}\ntraining: { seed: 2 }\n`,
    message:
      'model.ngram cannot be combined with other keys: remove dropout and training, or model.ngram itself',
    at: '2:10',
  },
];

describe.each([
  ['files without text', NO_TEXT],
  ['files without YAML', NOT_YAML],
  ['wrong keys', WRONG_KEYS],
  ['wrong values', WRONG_VALUES],
  ['values that do not go together', CROSS_FIELD],
  ['n-gram models', NGRAM],
])('%s', (_group, specs) => {
  it.each(specs)('the fault of $name is shown at its place', async ({ yaml, message, at }) => {
    const folder = specFolder({ 'bad.yaml': yaml });
    const error = await specErrorOf(loadSpec(join(folder, 'bad.yaml')));
    expect(error.faults).toHaveLength(1);
    const fault = error.faults[0];
    expect(fault?.message).toMatch(message);
    const position = fault?.place && positionOf(fault.place);
    expect(position && `${position.line}:${position.column}`).toEqual(at && expect.stringMatching(`^${at}$`));
    expect(exitCodeOf(error)).toBe(3);
    expect(error.message).not.toMatch(/^\s+at /m);
  });
});

it('a missing file is shown with the most similar name in its folder', async () => {
  const folder = specFolder({ 'small.yaml': MINIMAL, 'small.txt': '' });
  const error = await specErrorOf(loadSpec(join(folder, 'smal.yaml')));
  expect(error.message).toBe(
    `Cannot read ${folder}/smal.yaml: no such file or folder; did you mean ${folder}/small.yaml?`,
  );
});

it('a folder is refused', async () => {
  const folder = specFolder({});
  const error = await specErrorOf(loadSpec(folder));
  expect(error.message).toBe(`Cannot read ${folder}: it is a folder, not a file`);
  expect(error.cures).not.toHaveLength(0);
});

it('all faults are shown at once, from top to bottom, those of overrides last', async () => {
  const yaml =
    'corpus: PTB\nmodel: { embedding: 0, layers: [{ lstm: 8 }] }\ntraining: { bptt: x, sede: 1 }\n';
  const folder = specFolder({ 'bad.yaml': yaml });
  const error = await specErrorOf(loadSpec(join(folder, 'bad.yaml'), ['training.epochs=x', 'y']));
  expect(error.faults.map(({ key }) => key)).toEqual([
    'corpus',
    'model.embedding',
    'training.bptt',
    'training.sede',
    'training.epochs',
    '',
  ]);
});

it('a misspelt key is reported once, and not also as missing', async () => {
  const folder = specFolder({ 'bad.yaml': MINIMAL.replace('corpus', 'corpos') });
  const error = await specErrorOf(loadSpec(join(folder, 'bad.yaml')));
  expect(error.faults.map(({ message }) => message)).toEqual(['corpos is not a key; did you mean corpus?']);
});
