/** What `zlm eval` prints. */
import type { EvaluationReport } from '../evaluation/evaluate-run.js';
import { formatDuration, formatPerplexity } from './format.js';
import { fallbackLines } from './outcome-text.js';

/** A report as text: the figure first, then the protocol it was measured under. */
export function renderEvaluation(report: EvaluationReport): string {
  const { split, perplexity, unigramPerplexity, predictions, corpus, run, seconds, backend } = report;
  const { protocol, model } = report.ngramOrder ? ngramFacts(report.ngramOrder) : networkFacts(report);
  return [
    `${split} perplexity ${formatPerplexity(perplexity)}`,
    `  corpus ${corpus}, ${predictions.toLocaleString('en-US')} predictions, ${protocol}`,
    `  run ${run}, ${model}`,
    ...fallbackLines(report.fallbackOrders ?? []).map((line) => `  ${line}`),
    `  unigram perplexity of the same split ${formatPerplexity(unigramPerplexity)}`,
    `  ${formatDuration(seconds)}${backend === null ? '' : ` on backend ${backend}`}`,
  ].join('\n');
}

/** How it was read, and what read it. */
interface Facts {
  readonly protocol: string;
  readonly model: string;
}

function networkFacts({ batch, checkpoint, epochs }: EvaluationReport): Facts {
  return {
    protocol: batch === 1 ? 'batch 1, sequential' : `batch ${batch}`,
    model: `${checkpoint} checkpoint after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
  };
}

function ngramFacts(order: number): Facts {
  return {
    protocol: 'every token of each line',
    model: `n-gram model of order ${order}, which reads sentence by sentence: no line is context to another`,
  };
}
