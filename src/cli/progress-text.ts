/** The words and numbers of a progress bar. */
import type { Progress } from '../progress.js';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';

/** Amount done since the first report, for the rate. */
export interface Pace {
  /** Units finished in that time. */
  readonly done: number;
  readonly seconds: number;
}

/** A progress in words, each figure by itself so that a narrow terminal can do without some. */
export interface ProgressText {
  readonly label: string;
  /** Between 0 and 1; undefined when the total is unknown. */
  readonly fraction: number | undefined;
  /** "1,045/2,323 windows" */
  readonly amount: string;
  /** Figures of the computation, the most important first: "perplexity 181.2". */
  readonly figures: readonly string[];
  /** "2,704 tokens/s" */
  readonly rate: string | undefined;
  /** "1 min 45 s left" */
  readonly timeLeft: string | undefined;
}

/** Units that differ so much in size that a rate of them would tell nothing about the time left. */
const UNEQUAL_UNITS: readonly Progress['unit'][] = ['files', 'turns'];

/** Renders a progress as text, with a rate once there is one and the time left once it is known. */
export function formatProgress(progress: Progress, pace: Pace): ProgressText {
  const { label, done, total, unit, figures = [] } = progress;
  const isSteady = pace.done > 0 && pace.seconds > 0 && !UNEQUAL_UNITS.includes(unit);
  const perSecond = isSteady ? pace.done / pace.seconds : undefined;
  const secondsLeft = total && perSecond ? (total - done) / perSecond : 0;
  return {
    label,
    fraction: total ? Math.min(1, done / total) : undefined,
    amount: amountOf(progress),
    figures,
    rate: rateOf(progress, perSecond),
    timeLeft: secondsLeft > 0 ? `${formatDuration(secondsLeft)} left` : undefined,
  };
}

/** All figures in the order in which they are shown: "45% 1,045/2,323 windows, perplexity 181.2, 1 min 45 s left". */
export function allFigures(text: ProgressText): string {
  return joinFigures(text, [text.amount, ...text.figures, text.rate, text.timeLeft]);
}

/** Figures behind the percentage, which has no comma between it and the amount that it is of. */
export function joinFigures(text: ProgressText, figures: readonly (string | undefined)[]): string {
  const rest = figures.filter((figure) => figure !== undefined && figure !== '').join(', ');
  const { fraction, amount } = text;
  if (fraction === undefined) return rest;
  const percent = `${Math.floor(fraction * 100)}%`;
  if (rest === '') return percent;
  return `${percent}${figures[0] === amount ? '' : ','} ${rest}`;
}

function amountOf({ done, total, unit }: Progress): string {
  const [format, suffix] = unit === 'bytes' ? [formatBytes, ''] : [formatCount, ` ${unit}`];
  return total === undefined ? `${format(done)}${suffix}` : `${format(done)}/${format(total)}${suffix}`;
}

function rateOf({ rate, unit }: Progress, perSecond: number | undefined): string | undefined {
  if (rate) return `${formatRate(rate.perSecond)} ${rate.unit}/s`;
  if (perSecond === undefined) return undefined;
  return unit === 'bytes' ? `${formatBytes(perSecond)}/s` : `${formatRate(perSecond)} ${unit}/s`;
}
