/** A first spec for a corpus, with a comment at each line: something that trains in minutes, and that its user changes. */
import { stringify } from 'yaml';
import type { CorpusFacts } from './cross-field.js';
import type { SpeechFacts } from './speech-checks.js';
import { windowShapeFor } from './window-shape.js';

/** What a first spec depends on. */
export type CorpusSize =
  | (CorpusFacts & { readonly kind: 'text'; readonly unit: 'word' | 'character' })
  | { readonly kind: 'parallel'; readonly name: string; readonly pairs: number }
  | (SpeechFacts & { readonly kind: 'speech'; readonly utterances: number; readonly seconds: number });

/** Returns the text of the spec, which fits the corpus. */
export function firstSpec(corpus: CorpusSize): string {
  switch (corpus.kind) {
    case 'text':
      return Math.min(corpus.trainTokens, corpus.validTokens) < 2 ? ngramSpec(corpus) : textSpec(corpus);
    case 'parallel':
      return translationSpec(corpus);
    case 'speech':
      return speechSpec(corpus);
  }
}

type Text = CorpusSize & { kind: 'text' };

const HOW_TO_GO_ON =
  '# `zlm spec explain KEY` tells what a key means, `zlm spec explain` which there are; what is left out has its default.';

/** Counts need neither batch nor windows, and work with a split of one token. */
function ngramSpec({ name, trainTokens }: Text): string {
  return textOf([
    `# A first model of ${name}, whose text is too short for a network: ${count(trainTokens)} tokens to train on.`,
    HOW_TO_GO_ON,
    corpusLine(name),
    'model:',
    '  ngram: { order: 5, smoothing: modified-kneser-ney } # counted, not trained',
  ]);
}

/**
 * A network for a text, by its length: 2 × 100 units overfit a tenth of PTB, 2 × 300 reach 87 on PTB itself (results/).
 */
function sizeFor({ unit, trainTokens }: Text) {
  if (unit === 'character') return { units: 256, rate: trainTokens < 3e6 ? 0.2 : 0.1, bptt: 100 };
  if (trainTokens < 2e5) return { units: 100, rate: 0.3, bptt: 20 };
  return trainTokens < 3e6 ? { units: 200, rate: 0.2, bptt: 35 } : { units: 300, rate: 0.1, bptt: 35 };
}

/** Tokens that a first training reads, about; tokens of an epoch, at most; and epochs, at least and at most. */
const [TOKENS, TOKENS_PER_EPOCH, FEWEST_EPOCHS, MOST_EPOCHS] = [8e6, 1e6, 4, 12];

function textSpec(corpus: Text): string {
  const { name, unit, vocabulary, trainTokens } = corpus;
  const { units, rate, bptt } = sizeFor(corpus);
  const shape = windowShapeFor(corpus, { batchSize: 20, bptt });
  const perWindow = shape.batchSize * shape.bptt;
  const windows = trainTokens > 1.5 * TOKENS_PER_EPOCH ? Math.round(TOKENS_PER_EPOCH / perWindow) : null;
  const epochs = between(
    Math.round(TOKENS / Math.min(trainTokens, TOKENS_PER_EPOCH)),
    FEWEST_EPOCHS,
    MOST_EPOCHS,
  );
  const things = unit === 'character' ? 'characters' : 'words';
  return textOf([
    `# A first model of ${name}: ${count(trainTokens)} ${things} to train on, of ${count(vocabulary)} kinds.`,
    HOW_TO_GO_ON,
    corpusLine(name),
    'model:',
    `  embedding: ${units} # numbers that stand for ${unit === 'character' ? 'a character' : 'a word'}`,
    `  layers: [{ lstm: ${units} }, { lstm: ${units} }] # more units or layers learn more, more slowly`,
    '  tieEmbedding: true # one matrix for the embedding and the softmax',
    '  init: { uniform: 0.1 }',
    ...dropoutLines(rate, rate),
    'training:',
    `  batchSize: ${shape.batchSize} # columns of the text that are read side by side`,
    `  bptt: ${shape.bptt} # time steps that a gradient flows through`,
    `  epochs: ${epochs} # as long as the perplexity on valid falls, more are better`,
    ...(windows === null
      ? []
      : [`  windowsPerEpoch: ${windows} # of a long text, so that it is validated often`]),
    '  clipNorm: 5 # longer gradients are shortened to this',
    '  optimizer: { sgd: { learningRate: 1 } }',
    `  schedule: { decay: { factor: 0.5, afterEpoch: ${Math.ceil(epochs / 2)} } } # then halved each epoch`,
  ]);
}

function translationSpec({ name, pairs }: CorpusSize & { kind: 'parallel' }): string {
  const [units, rate] = pairs < 100_000 ? [256, 0.3] : [512, 0.2];
  const epochs = between(Math.round(2e5 / Math.max(1, pairs)), FEWEST_EPOCHS, MOST_EPOCHS);
  return textOf([
    `# A first translator for ${name}: ${count(pairs)} pairs of sentences to train on.`,
    HOW_TO_GO_ON,
    corpusLine(name),
    'task: { translation: { stack: separate, reverseSource: true, attention: general } } # an encoder and a decoder',
    'model:',
    `  embedding: ${units} # numbers that stand for a word`,
    `  layers: [{ lstm: ${units} }, { lstm: ${units} }] # more units or layers learn more, more slowly`,
    '  init: { uniform: 0.08 }',
    ...dropoutLines(rate, rate),
    'training:',
    `  batchSize: ${between(Math.floor(pairs / 10), 1, 32)} # pairs of similar length that are read side by side`,
    `  epochs: ${epochs} # as long as the perplexity on valid falls, more are better`,
    '  clipNorm: 5 # longer gradients are shortened to this',
    '  optimizer: { adam: { learningRate: 0.002 } }',
    `  schedule: { decay: { factor: 0.6, afterEpoch: ${Math.ceil(epochs / 2)} } } # then less each epoch`,
  ]);
}

function speechSpec({ name, isAligned, utterances, seconds }: CorpusSize & { kind: 'speech' }): string {
  const task = isAligned
    ? 'task: { speech: { loss: framewise, delay: 5 } } # a phone for each frame, predicted five frames later'
    : 'task: { speech: { loss: ctc, bidirectional: true } } # without the times of phones, in both directions';
  return textOf([
    `# A first recognizer of phones for ${name}: ${count(utterances)} utterances, ${count(Math.round(seconds / 60))} minutes, to train on.`,
    HOW_TO_GO_ON,
    corpusLine(name),
    task,
    'model:',
    `  layers: [{ lstm: 128 }, { lstm: 128 }${isAligned ? ', { lstm: 128 }' : ''}] # more units or layers learn more, more slowly`,
    '  init: { uniform: 0.1 }',
    ...dropoutLines(0.1, 0.2),
    'training:',
    `  batchSize: ${between(utterances, 1, 8)} # utterances of similar length that are read side by side`,
    `  epochs: ${isAligned ? 15 : 30} # as long as the phone error rate on valid falls, more are better`,
    '  loss: mean',
    '  clipNorm: 5 # longer gradients are shortened to this',
    '  optimizer: { adam: { learningRate: 0.003 } }',
    `  schedule: { decay: { factor: ${isAligned ? 0.7 : 0.85}, afterEpoch: ${isAligned ? 8 : 15} } } # then less each epoch`,
  ]);
}

/** Dropout at the vertical edges alone, which is the paper's rule. */
function dropoutLines(input: number, others: number): string[] {
  return [
    'dropout: # on the vertical edges alone, never from a step to the next: higher where a network overfits',
    `  input: { rate: ${input} }`,
    `  between: { rate: ${others} }`,
    `  output: { rate: ${others} }`,
  ];
}

/** The name is quoted where YAML would read it as something else, as it does with 2024. */
function corpusLine(name: string): string {
  return stringify({ corpus: name }).trimEnd();
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
