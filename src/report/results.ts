/** The results of a group of runs: one figure a split, over its seeds. */
import { type Spread, spreadOf } from '../figures/figure.js';
import { chosenEvaluation, type Evaluation } from '../runs/evaluations.js';
import { comparedValue } from '../runs/training-progress.js';
import { recognizesSpeech } from '../spec/systems.js';
import type { RunGroup, RunRecord } from './run-record.js';

/** A perplexity, or a phone error rate, over the seeds of a group. */
export interface Measured {
  readonly values: readonly number[];
  readonly spread: Spread;
  /** How it was measured, where that differs from the default; empty otherwise. */
  readonly protocol: string;
}

/** Results of a group. */
export interface GroupResult {
  readonly group: RunGroup;
  /** What the figures are where they are no perplexities: shares. */
  readonly metric?: 'phoneErrorRate';
  /** Best on valid in training. */
  readonly valid: Measured | null;
  /** By `zlm eval`. */
  readonly test: Measured | null;
  /** BLEU of the same, of runs that translate. */
  readonly bleu: Measured | null;
}

/** Collects the results of a group. */
export function resultOfGroup(group: RunGroup): GroupResult {
  const valid = group.records.flatMap((record) => bestValid(record) ?? []);
  const tests = group.records.flatMap(({ evaluations }) => chosenEvaluation(evaluations, 'test') ?? []);
  const protocols = [...new Set(tests.map(protocolOf))];
  const isSpeech = group.records.some(({ spec }) => recognizesSpeech(spec));
  return {
    group,
    ...(isSpeech && { metric: 'phoneErrorRate' as const }),
    valid: measured(valid, ''),
    test: measured(
      tests.map(({ perplexity, phoneErrorRate = perplexity }) => phoneErrorRate),
      protocols.filter((protocol) => protocol !== '').join('; '),
    ),
    bleu: measured(
      tests.flatMap(({ bleu }) => bleu ?? []),
      '',
    ),
  };
}

/** Returns the best perplexity on valid of a run, or its phone error rate, from its status or its epochs. */
export function bestValid({ status, epochs, counted }: RunRecord): number | null {
  const found = status?.best ? comparedValue(status.best) : counted?.validPerplexity;
  const all =
    found === undefined
      ? epochs.map(({ validPerplexity, validPhoneErrorRate = validPerplexity }) => validPhoneErrorRate)
      : [found];
  const finite = all.filter(Number.isFinite);
  return finite.length === 0 ? null : Math.min(...finite);
}

function protocolOf({ checkpoint, batch, method = '', stale }: Evaluation): string {
  const words = [
    checkpoint === 'best' ? '' : `${checkpoint} checkpoint`,
    batch === 1 ? '' : `batch ${batch}`,
    method,
    stale ? 'stale' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

function measured(values: readonly number[], protocol: string): Measured | null {
  return values.length === 0 ? null : { values, spread: spreadOf(values), protocol };
}
