/** The tables of `zlm train --dry-run`. */

import { plainNumber } from '../plain-number.js';
import type { NgramPlan, Plan } from '../systems/system.js';
import type { LearningRateSpan, NetworkPlan } from '../training/plan.js';
import { formatBytes, formatCount, formatDuration, formatExactly, formatRate } from './format.js';
import { ordersText } from './outcome-text.js';
import { renderTable } from './table.js';

/** Renders a plan as text. @param width of the terminal, in columns; infinite without one */
export function renderPlan(plan: Plan, width?: number): string {
  switch (plan.system) {
    case 'network':
      return renderNetworkPlan(plan, width);
    case 'ngram':
      return renderNgramPlan(plan, width);
  }
}

function renderNetworkPlan(plan: NetworkPlan, width?: number): string {
  const { unit = 'tokens' } = plan;
  const facts = renderTable(
    [{ title: 'training' }, { title: '', wraps: true }],
    [
      ['parameters', formatCount(plan.parameters)],
      ['memory', memoryText(plan)],
      [`FLOP per ${unit.replace(/s$/, '')}`, formatCount(plan.trainingFlopPerToken)],
      [plan.sentences ? 'batches per epoch' : 'windows per epoch', formatCount(plan.windowsPerEpoch)],
      [`${unit} per epoch`, formatCount(plan.tokensPerEpoch)],
      ...timingRows(plan),
    ],
    width,
  );
  if (plan.learningRates.length === 0) return facts;
  const rates = renderTable(
    [{ title: 'epoch' }, { title: 'learning rate', align: 'right' }],
    plan.learningRates.map((span) => [epochs(span), plainNumber(span.learningRate, 4)]),
  );
  const metric = plan.unit === 'frames' ? 'phone error rate' : 'perplexity';
  const note = plan.learningRateFalls ? [`It falls further when the valid ${metric} does not.`] : [];
  return [facts, '', rates, ...note].join('\n');
}

/** Renders one line about the plan of a network, before it is timed. */
export function planLine(plan: NetworkPlan): string {
  const fits = plan.memoryBytes <= plan.availableMemoryBytes;
  return `${formatCount(plan.parameters)} parameters, memory ${memoryText(plan)}; ${fits ? 'timing a few windows' : 'nothing is timed'}`;
}

function renderNgramPlan(plan: NgramPlan, width?: number): string {
  const facts = renderTable(
    [{ title: 'counting' }, { title: '', wraps: true }],
    [
      ['tokens in train', formatExactly(plan.trainTokens)],
      ['memory', `about ${formatBytes(plan.memoryBytes)}`],
      ['checkpoint', `about ${formatBytes(plan.checkpointBytes)}`],
      ['backend', 'none: nothing is multiplied'],
      ['discounts', discountsText(plan)],
    ],
    width,
  );
  const sizes = renderTable(
    [{ title: 'tokens' }, { title: 'different n-grams', align: 'right' }],
    plan.ngrams.map((count, index) => [String(index + 1), formatExactly(count)]),
  );
  return [facts, '', sizes].join('\n');
}

function discountsText({ fallbackOrders, ngrams }: NgramPlan): string {
  if (fallbackOrders.length === 0) return 'estimated from the text';
  const which = fallbackOrders.length === ngrams.length ? 'fixed' : `fixed for ${ordersText(fallbackOrders)}`;
  return `${which}: too few n-grams to estimate them`;
}

function memoryText({
  memoryBytes,
  availableMemoryBytes,
  backend,
  sentences,
  stepsPerWindow,
  unit,
}: NetworkPlan): string {
  const needed = `about ${formatBytes(memoryBytes)} on backend ${backend}`;
  if (memoryBytes <= availableMemoryBytes)
    return `${needed} of ${formatBytes(availableMemoryBytes)} available`;
  const cure = sentences
    ? `lower training.batchSize, or prepare the corpus with ${unit ? 'utterances' : 'lines'} shorter than ${stepsPerWindow} ${unit ?? 'tokens'}`
    : 'lower training.batchSize or training.bptt';
  return `${needed}, but only ${formatBytes(availableMemoryBytes)} are available: ${cure}`;
}

function timingRows({ timing, backend, epochsTrained, unit }: NetworkPlan): string[][] {
  if (timing === null) return [['speed here', 'not timed: the memory does not suffice']];
  const { tokensPerSecond, gflops, secondsPerEpoch, seconds } = timing;
  return [
    [
      'speed here',
      `${formatRate(tokensPerSecond)} ${unit ?? 'tokens'}/s, ${gflops.toFixed(1)} GFLOP/s on backend ${backend}`,
    ],
    ['time per epoch', `about ${formatDuration(secondsPerEpoch)}`],
    [epochsTrained === 0 ? 'time in all' : 'time that is left', `about ${formatDuration(seconds)}`],
  ];
}

function epochs({ firstEpoch, lastEpoch }: LearningRateSpan): string {
  return firstEpoch === lastEpoch ? String(firstEpoch) : `${firstEpoch}–${lastEpoch}`;
}
