/** Renders the report of `zlm eval`. */
import type { PhoneDecoding } from '../evaluation/phone-decoder.js';
import type { RecallReport } from '../evaluation/recall.js';
import type {
  CombinedEvaluation,
  EvaluationFacts,
  EvaluationReport,
  NetworkEvaluation,
  NgramEvaluation,
  SpeechEvaluation,
  TranslationEvaluation,
  TranslationScores,
} from '../evaluation/report.js';
import { combinationLines } from './combination-text.js';
import { formatDuration, formatPercent, formatPerplexity } from './format.js';
import { fallbackLines } from './outcome-text.js';
import { renderTable } from './table.js';
import { wrapLine } from './text-width.js';

/**
 * Renders a report: the figure first, then the protocol it was measured under.
 *
 * @param width of the terminal, in columns; infinite without one
 */
export function renderEvaluation(report: EvaluationReport, width: number = Number.POSITIVE_INFINITY): string {
  const { split, perplexity, predictions, corpus, run } = report;
  const facts = factsOf(report);
  const isSpeech = report.system === 'speech';
  return [
    ...facts.scores,
    ...(isSpeech ? [] : [`${split} perplexity ${formatPerplexity(perplexity)}`]),
    `  corpus ${corpus}, ${predictions.toLocaleString('en-US')} ${isSpeech ? 'frames' : 'predictions'}, ${facts.protocol}`,
    `  run ${run}, ${facts.model}`,
    ...facts.notes.map((line) => `  ${line}`),
    ...('unigramPerplexity' in report ? unigramLine(report) : []),
    `  ${facts.time}`,
    ...('recall' in report && report.recall ? recallTable(report.recall).split('\n') : []),
  ]
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

function unigramLine({ unigramPerplexity }: EvaluationFacts): string[] {
  return [`  unigram perplexity of the same split ${formatPerplexity(unigramPerplexity)}`];
}

/** Renders NLL and accuracy at the recalled words for each lag, and those of chance below. */
function recallTable({ lags, chance }: RecallReport): string {
  const row = (label: string, { nll, accuracy }: RecallReport['chance'], predictions: string) => [
    label,
    nll.toFixed(3),
    `${(100 * accuracy).toFixed(1)} %`,
    predictions,
  ];
  return renderTable(
    [
      { title: 'lag', align: 'right' },
      { title: 'NLL', align: 'right' },
      { title: 'accuracy', align: 'right' },
      { title: 'recalled words', align: 'right' },
    ],
    [
      ...lags.map((lag) => row(`${lag.lag}`, lag, lag.predictions.toLocaleString('en-US'))),
      row('chance', chance, ''),
    ],
  );
}

/** Protocol, model, time and remarks of a report, as text. */
interface Facts {
  /** Figures above the perplexity. */
  readonly scores: readonly string[];
  readonly protocol: string;
  readonly model: string;
  readonly notes: readonly string[];
  readonly time: string;
}

function factsOf(report: EvaluationReport): Facts {
  switch (report.system) {
    case 'network':
      return networkFacts(report);
    case 'ngram':
      return ngramFacts(report);
    case 'combined':
      return combinedFacts(report);
    case 'translation':
      return translationFacts(report);
    case 'speech':
      return speechFacts(report);
  }
}

function networkFacts({ batch, checkpoint, epochs, protocol, seconds, backend }: NetworkEvaluation): Facts {
  return {
    scores: [],
    protocol: protocolText(protocol, batch),
    model: checkpointText(checkpoint, epochs),
    notes: [],
    time: `${formatDuration(seconds)} on backend ${backend}`,
  };
}

function ngramFacts({ ngramOrder, fallbackOrders, seconds }: NgramEvaluation): Facts {
  return {
    scores: [],
    protocol: 'every token of each line',
    model: `n-gram model of order ${ngramOrder}, which reads sentence by sentence: no line is context to another`,
    notes: fallbackLines(fallbackOrders),
    time: formatDuration(seconds),
  };
}

function combinedFacts(report: CombinedEvaluation): Facts {
  const { batch, protocol, checkpoint, epochs, seconds, backend, method } = report;
  const withMethod = method === '' ? '' : `, with ${method}`;
  return {
    scores: [],
    protocol: protocolText(protocol, batch),
    model: `${checkpointText(checkpoint, epochs)}${withMethod}`,
    notes: combinationLines(report),
    time: backend ? `${formatDuration(seconds)} on backend ${backend}` : formatDuration(seconds),
  };
}

function translationFacts(report: TranslationEvaluation): Facts {
  const { checkpoint, epochs, seconds, backend, pairs, translations } = report;
  return {
    scores: translations ? scoreLines(translations, report.split) : [],
    protocol: `every word of ${pairs.toLocaleString('en-US')} targets and its <eos>, after its source`,
    model: checkpointText(checkpoint, epochs),
    notes: [],
    time: `${formatDuration(seconds)} on backend ${backend}`,
  };
}

function speechFacts(report: SpeechEvaluation): Facts {
  const { split, errors, folding, decoding, frameAccuracy, meanNll, utterances } = report;
  const { checkpoint, epochs, seconds, backend } = report;
  const { substitutions, deletions, insertions, phones } = errors;
  return {
    scores: [
      `${split} phone error rate ${formatPercent(report.phoneErrorRate)}`,
      `  ${countOf(substitutions, 'substitution')}, ${countOf(deletions, 'deletion')}, ${countOf(insertions, 'insertion')}; ${countOf(phones, 'phone')}`,
      `  ${folding === 'none' ? 'phones as they are' : `phones folded by ${folding}`}; ${decodingText(decoding)}`,
      ...(frameAccuracy === null ? [] : [`${split} frame accuracy ${formatPercent(frameAccuracy)}`]),
      `${split} mean nll ${meanNll.toFixed(4)} nats a frame`,
    ],
    protocol: countOf(utterances, 'utterance'),
    model: checkpointText(checkpoint, epochs),
    notes: [],
    time: `${formatDuration(seconds)} on backend ${backend}`,
  };
}

/** Says how phones were found, as in "CTC, beam 5". */
export function decodingText(decoding: PhoneDecoding): string {
  switch (decoding.decoder) {
    case 'viterbi': {
      const { priorScale, bigramScale, minFrames } = decoding;
      return `Viterbi path, prior scale ${priorScale}, bigram scale ${bigramScale}, ${countOf(minFrames, 'frame')} at least`;
    }
    case 'frames':
      return 'the likeliest phone of each frame';
    case 'beam':
      return `CTC, ${decoding.beam === 1 ? 'best path' : `beam ${decoding.beam}`}`;
  }
}

function countOf(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

function scoreLines(scores: TranslationScores, split: string): string[] {
  const { beam, lengthPenalty, bleu, chrf, cutOff, seconds } = scores;
  const { brevityPenalty, hypothesisLength, referenceLength } = bleu;
  const precisions = bleu.precisions.map((precision) => precision.toFixed(1)).join('/');
  return [
    `${split} BLEU ${bleu.score.toFixed(2)}, chrF2 ${chrf.score.toFixed(2)}`,
    `  beam ${beam}, length penalty ${lengthPenalty}, ${formatDuration(seconds)}`,
    `  BLEU ${bleu.signature}`,
    `  precisions ${precisions}, brevity penalty ${brevityPenalty.toFixed(3)}, ${hypothesisLength.toLocaleString('en-US')} words for ${referenceLength.toLocaleString('en-US')}`,
    `  chrF2 ${chrf.signature}`,
    ...(cutOff > 0
      ? [`  ${cutOff.toLocaleString('en-US')} translations reached the longest length and were cut off`]
      : []),
  ];
}

function protocolText(protocol: NetworkEvaluation['protocol'], batch: number): string {
  const streamed = batch === 1 ? 'batch 1, sequential' : `batch ${batch}`;
  return protocol === 'sentences' ? 'every line from the zero state' : streamed;
}

function checkpointText(checkpoint: string, epochs: number): string {
  return `${checkpoint} checkpoint after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}
