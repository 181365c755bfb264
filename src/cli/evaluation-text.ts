/** What `zlm eval` prints. */
import type { EvaluationReport } from '../evaluation/evaluate-run.js';
import { formatDuration } from './format.js';

/** A report as text: the figure first, then the protocol it was measured under. */
export function renderEvaluation(report: EvaluationReport): string {
  const { split, perplexity, unigramPerplexity, predictions, batch, run, checkpoint, epochs, seconds } =
    report;
  const protocol = batch === 1 ? 'batch 1, sequential' : `batch ${batch}`;
  return [
    `${split} perplexity ${perplexity.toFixed(2)}`,
    `  corpus ${report.corpus}, ${predictions.toLocaleString('en-US')} predictions, ${protocol}`,
    `  run ${run}, ${checkpoint} checkpoint after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    `  unigram perplexity of the same split ${unigramPerplexity.toFixed(2)}`,
    `  ${formatDuration(seconds)} on backend ${report.backend}`,
  ].join('\n');
}
