/** The tables of `zlm train --dry-run`. */
import type { LearningRateSpan, TrainingPlan } from '../training/plan.js';
import type { NgramPlan } from '../training/plan-ngram.js';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';
import { renderNgramPlan } from './ngram-text.js';
import { renderTable } from './table.js';

/** A plan as text. */
export function renderPlan(plan: TrainingPlan | NgramPlan): string {
  if ('ngrams' in plan) return renderNgramPlan(plan);
  const facts = renderTable(
    [{ title: 'training' }, { title: '' }],
    [
      ['parameters', formatCount(plan.parameters)],
      ['memory', `about ${formatBytes(plan.memoryBytes)}`],
      ['FLOP per token', formatCount(plan.trainingFlopPerToken)],
      ['windows per epoch', formatCount(plan.windowsPerEpoch)],
      ['tokens per epoch', formatCount(plan.tokensPerEpoch)],
      [
        'speed here',
        `${formatRate(plan.tokensPerSecond)} tokens/s, ${plan.gflops.toFixed(1)} GFLOP/s on backend ${plan.backend}`,
      ],
      ['time per epoch', `about ${formatDuration(plan.secondsPerEpoch)}`],
      [
        plan.epochsTrained === 0 ? 'time in all' : 'time that is left',
        `about ${formatDuration(plan.seconds)}`,
      ],
    ],
  );
  if (plan.learningRates.length === 0) return facts;
  const rates = renderTable(
    [{ title: 'epoch' }, { title: 'learning rate', align: 'right' }],
    plan.learningRates.map((span) => [epochs(span), String(Number(span.learningRate.toPrecision(4)))]),
  );
  const note = plan.learningRateFalls ? ['It falls further when the valid perplexity does not.'] : [];
  return [facts, '', rates, ...note].join('\n');
}

function epochs({ firstEpoch, lastEpoch }: LearningRateSpan): string {
  return firstEpoch === lastEpoch ? String(firstEpoch) : `${firstEpoch}–${lastEpoch}`;
}
