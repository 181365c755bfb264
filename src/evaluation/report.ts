/** The reports of `zlm eval`: a union with the tag `system`. */
import type { SplitName } from '../corpus/prepared.js';
import type { BleuScore } from '../metrics/bleu.js';
import type { ChrfScore } from '../metrics/chrf.js';
import type { PhoneErrors } from '../metrics/phone-errors.js';
import type { CheckpointName } from '../runs/run-folder.js';
import type { Dynamic, McDropout, NeuralCache } from './method.js';
import type { PhoneDecoding } from './phone-decoder.js';
import type { RecallReport } from './recall.js';

/** Facts in every report. */
export interface EvaluationFacts {
  readonly run: string;
  readonly checkpoint: CheckpointName;
  /** Epochs that the checkpoint has behind it. */
  readonly epochs: number;
  readonly corpus: string;
  readonly split: SplitName;
  readonly batch: number;
  readonly predictions: number;
  readonly perplexity: number;
  /** Perplexity of the training split's word frequencies on the same split: what knowing no context gives. */
  readonly unigramPerplexity: number;
  readonly seconds: number;
  /** How well words are recalled after each lag; only of one model on a recall corpus. */
  readonly recall?: RecallReport;
}

/** One stream with carried state, or every line by itself from the zero state, as the network was trained. */
export type Protocol = 'stream' | 'sentences';

/** The report on a network. */
export interface NetworkEvaluation extends EvaluationFacts {
  readonly system: 'network';
  readonly protocol: Protocol;
  readonly backend: string;
}

/** The report on an n-gram model. */
export interface NgramEvaluation extends EvaluationFacts {
  readonly system: 'ngram';
  readonly ngramOrder: number;
  /** Lengths of n-grams whose discounts could not be estimated. */
  readonly fallbackOrders: readonly number[];
}

/** The report on one or more models with methods at test time. Run, checkpoint and epochs are those of the first. */
export interface CombinedEvaluation extends EvaluationFacts {
  readonly system: 'combined';
  readonly protocol: Protocol;
  /** The backend of the networks; null where there are none. */
  readonly backend: string | null;
  /** Names of the methods, as in "dynamic + neural-cache". */
  readonly method: string;
  /** The models whose probabilities are averaged, one or more. */
  readonly members: readonly MemberReport[];
  /** The n-gram model that they are interpolated with, or null. */
  readonly interpolation: InterpolationReport | null;
  /** Everything that was chosen on valid, in the order in which it was. */
  readonly tuning: readonly TuningReport[];
}

/** The report on a network that translates. */
export interface TranslationEvaluation extends Omit<EvaluationFacts, 'unigramPerplexity' | 'recall'> {
  readonly system: 'translation';
  readonly backend: string;
  readonly pairs: number;
  /** The translations of the split's sources, compared with its targets; absent where none were asked for. */
  readonly translations?: TranslationScores;
}

/** The report on a network that recognizes speech. Predictions are frames, and perplexity is per frame. */
export interface SpeechEvaluation extends Omit<EvaluationFacts, 'unigramPerplexity' | 'recall'> {
  readonly system: 'speech';
  readonly backend: string;
  readonly utterances: number;
  /** Errors per phone, from {@link errors}. */
  readonly phoneErrorRate: number;
  readonly errors: PhoneErrors;
  /** How phones were folded into the classes that were compared. */
  readonly folding: string;
  readonly loss: 'framewise' | 'ctc';
  /** How the phones were found. */
  readonly decoding: PhoneDecoding;
  /** Share of frames whose phone is the likeliest; null by CTC. */
  readonly frameAccuracy: number | null;
  /** Mean negative log-likelihood of a frame, in nats: of its phone, or by CTC a frame's share of that of its utterance. */
  readonly meanNll: number;
}

/** The scores of translations that a search has found. */
export interface TranslationScores {
  readonly beam: number;
  readonly lengthPenalty: number;
  readonly bleu: BleuScore;
  readonly chrf: ChrfScore;
  /** Translations that the longest length cut off. */
  readonly cutOff: number;
  /** Time of the search. */
  readonly seconds: number;
}

export type EvaluationReport =
  | NetworkEvaluation
  | NgramEvaluation
  | CombinedEvaluation
  | TranslationEvaluation
  | SpeechEvaluation;

/** One model of a combination. */
export interface MemberReport {
  readonly run: string;
  readonly system: 'network' | 'ngram';
  readonly checkpoint: CheckpointName;
  /** Of the checkpoint's content; null when its file does not say. */
  readonly checkpointSha256: string | null;
  /** Methods around it, from the inside out. */
  readonly methods: readonly MemberMethod[];
  /** With these methods, by itself. */
  readonly perplexity: number;
}

/** A method around one model, with the parameters that were used: a union with the tag `method`. */
export type MemberMethod =
  | ({ readonly method: 'mc-dropout' } & McDropout)
  | ({ readonly method: 'dynamic' } & Dynamic<number>)
  | ({ readonly method: 'neural-cache' } & NeuralCache<number>);

/** The n-gram model in an interpolation. */
export interface InterpolationReport {
  readonly run: string;
  readonly checkpointSha256: string | null;
  readonly weight: number;
  /** By itself, over the same predictions. */
  readonly perplexity: number;
}

/** What was tried on valid for one method, and what was chosen. */
export interface TuningReport {
  readonly method: MemberMethod['method'] | 'interpolation';
  /** The run of the model, or of the n-gram model. */
  readonly run: string;
  readonly split: 'valid';
  readonly predictions: number;
  /** The values that were tried of each parameter; `em` for one that expectation maximization finds. */
  readonly grid: Readonly<Record<string, readonly number[] | 'em'>>;
  /** Each combination with its perplexity on valid; null where it is not finite. */
  readonly candidates: readonly Candidate[];
  readonly chosen: Readonly<Record<string, number>>;
}

/** One combination of values. */
export interface Candidate {
  readonly values: Readonly<Record<string, number>>;
  readonly perplexity: number | null;
}

/** A combination as a result names it. */
export interface CombinationReport {
  /** Names of the methods, as in "dynamic + neural-cache". */
  readonly method: string;
  readonly members: readonly Omit<MemberReport, 'perplexity'>[];
  readonly interpolation: Omit<InterpolationReport, 'perplexity'> | null;
  readonly tuning: readonly TuningReport[];
}
