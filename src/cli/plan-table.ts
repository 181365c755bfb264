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
      ['memory', memoryText(plan)],
      ['FLOP per token', formatCount(plan.trainingFlopPerToken)],
      ['windows per epoch', formatCount(plan.windowsPerEpoch)],
      ['tokens per epoch', formatCount(plan.tokensPerEpoch)],
      ...timingRows(plan),
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

/** One line about what is planned, before it is timed. */
export function planLine(plan: TrainingPlan): string {
  const fits = plan.memoryBytes <= plan.availableMemoryBytes;
  return `${formatCount(plan.parameters)} parameters, memory ${memoryText(plan)}; ${fits ? 'timing a few windows' : 'nothing is timed'}`;
}

function memoryText({ memoryBytes, availableMemoryBytes, backend }: TrainingPlan): string {
  const needed = `about ${formatBytes(memoryBytes)} on backend ${backend}`;
  if (memoryBytes <= availableMemoryBytes)
    return `${needed} of ${formatBytes(availableMemoryBytes)} available`;
  return `${needed}, but only ${formatBytes(availableMemoryBytes)} are available: lower training.batchSize or training.bptt`;
}

function timingRows({ timing, backend, epochsTrained }: TrainingPlan): string[][] {
  if (timing === null) return [['speed here', 'not timed: the memory does not suffice']];
  const { tokensPerSecond, gflops, secondsPerEpoch, seconds } = timing;
  return [
    [
      'speed here',
      `${formatRate(tokensPerSecond)} tokens/s, ${gflops.toFixed(1)} GFLOP/s on backend ${backend}`,
    ],
    ['time per epoch', `about ${formatDuration(secondsPerEpoch)}`],
    [epochsTrained === 0 ? 'time in all' : 'time that is left', `about ${formatDuration(seconds)}`],
  ];
}

function epochs({ firstEpoch, lastEpoch }: LearningRateSpan): string {
  return firstEpoch === lastEpoch ? String(firstEpoch) : `${firstEpoch}–${lastEpoch}`;
}
