/** The words and numbers beside a progress bar. */
import type { Progress } from '../progress.js';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';

/** What has been done since the work was first seen, for the rate. */
export interface Pace {
  /** Units finished in that time. */
  readonly done: number;
  readonly seconds: number;
}

/** A progress in words. */
export interface ProgressText {
  readonly label: string;
  /** "45% 1,045/2,323 windows, perplexity 181.2, 12/s, 1 min 45 s left" */
  readonly figures: string;
  /** Between 0 and 1; undefined when the total is unknown. */
  readonly fraction: number | undefined;
}

/** Puts a progress into words, with a rate once there is one and the time left once it can be told. */
export function formatProgress(progress: Progress, pace: Pace): ProgressText {
  const { label, done, total, unit, detail } = progress;
  const fraction = total ? Math.min(1, done / total) : undefined;
  const perSecond = pace.done > 0 && pace.seconds > 0 ? pace.done / pace.seconds : undefined;
  const secondsLeft = total && perSecond ? (total - done) / perSecond : undefined;
  const figures = [
    fraction === undefined ? amount(progress) : `${Math.floor(fraction * 100)}% ${amount(progress)}`,
    detail,
    perSecond && `${unit === 'bytes' ? formatBytes(perSecond) : formatRate(perSecond)}/s`,
    secondsLeft && secondsLeft > 0 && `${formatDuration(secondsLeft)} left`,
  ];
  return { label, figures: figures.filter(Boolean).join(', '), fraction };
}

function amount({ done, total, unit }: Progress): string {
  const [format, suffix] = unit === 'bytes' ? [formatBytes, ''] : [formatCount, ` ${unit}`];
  return total === undefined ? `${format(done)}${suffix}` : `${format(done)}/${format(total)}${suffix}`;
}
