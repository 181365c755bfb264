/** Checks among the keys of a spec whose task is speech, and between it and its corpus. */
import type { Fault } from './diagnostics.js';
import { type ForeignKey, foreignTo } from './foreign-key.js';
import type { Check } from './spec-checks.js';
import { type NetworkSpec, recognizesSpeech, speechOf } from './systems.js';

const FOREIGN: readonly ForeignKey[] = [
  {
    key: 'model.embedding',
    isGiven: ({ model }) => model.embedding !== undefined,
    why: 'the features of a frame are the input of the first layer, and no words are looked up',
    unset: undefined,
  },
  {
    key: 'model.tieEmbedding',
    isGiven: ({ model }) => model.tieEmbedding,
    why: 'there is no embedding to tie',
    unset: false,
  },
  {
    key: 'model.context',
    isGiven: ({ model }) => model.context !== null,
    why: 'topics belong to a text; task.speech.context has neighboring frames',
    unset: null,
  },
  {
    key: 'dropout.embedding.rate',
    isGiven: ({ dropout }) => dropout.embedding.rate > 0,
    why: 'it drops word types, and speech has none',
    unset: 0,
  },
  {
    key: 'training.sentences',
    isGiven: ({ training }) => training.sentences,
    why: 'every utterance is a sequence of its own anyhow',
    unset: false,
  },
  {
    key: 'training.randomBptt',
    isGiven: ({ training }) => training.randomBptt !== null,
    why: 'an utterance has its own length',
    unset: null,
  },
  {
    key: 'training.tokens',
    isGiven: ({ training }) => training.tokens !== null,
    why: 'it trains on utterances',
    unset: null,
  },
];

export const SPEECH_CHECKS: readonly Check[] = [
  ...FOREIGN.map((key) => foreignTo('speech', key)),
  delayOfBothDirections,
  delayOfCtc,
];

/** Finds an output delay of a network that reads the frames to come in any case. */
function delayOfBothDirections(spec: NetworkSpec): Fault | undefined {
  if (!recognizesSpeech(spec) || !speechOf(spec).bidirectional || speechOf(spec).delay === 0)
    return undefined;
  return {
    key: 'task.speech.delay',
    others: ['task.speech.bidirectional'],
    message:
      'task.speech.delay lets a network see the frames to come, which one with task.speech.bidirectional reads in any case; set it to 0',
  };
}

/** Finds an output delay beside CTC, which learns by itself when to name a label. */
function delayOfCtc(spec: NetworkSpec): Fault | undefined {
  if (!recognizesSpeech(spec) || speechOf(spec).loss !== 'ctc' || speechOf(spec).delay === 0)
    return undefined;
  return {
    key: 'task.speech.delay',
    others: ['task.speech.loss'],
    message:
      'task.speech.delay moves the phones of frames, but with task.speech.loss ctc a network may name a phone at any frame; set it to 0',
  };
}

/** Facts of a prepared speech corpus that the checks need. */
export interface SpeechFacts {
  readonly name: string;
  /** Whether every frame has a phone. */
  readonly isAligned: boolean;
}

/** Finds a framewise loss on a corpus that does not tell the phone of a frame. */
export function framesWithoutPhones(spec: NetworkSpec, { name, isAligned }: SpeechFacts): Fault | undefined {
  if (isAligned || speechOf(spec).loss !== 'framewise') return undefined;
  return {
    key: 'task.speech.loss',
    others: ['corpus'],
    message: `task.speech.loss framewise needs the phone of every frame, which corpus ${name} does not have; set it to ctc, or prepare the corpus from labels with times`,
  };
}
