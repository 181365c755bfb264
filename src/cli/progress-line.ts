/** Lays a progress out on one line of a terminal: label, bar, figures. */
import { joinFigures, type ProgressText } from './progress-text.js';
import { clip, visibleWidth } from './text-width.js';

/** The bar takes the width that the figures leave, between these; on a very narrow terminal it gets shorter. */
const BAR_WIDTH = { least: 6, most: 24, narrow: 4 };

/** A line, and how many figures it does without. */
export interface ProgressLine {
  readonly line: string;
  readonly omitted: number;
}

/**
 * Fits a progress into a width. What does not fit is left out, the least important first: the amount, which the percentage
 * tells too, then the rate, then the figures from the last on, then the time left. At last the label is cut. The bar and
 * the percentage always stay.
 *
 * @param width        columns of the terminal that may be written
 * @param omitAtLeast  figures to leave out in any case: a caller that repeats the number of its last line keeps figures
 *                     from coming and going while their lengths change
 */
export function layOut(text: ProgressText, width: number, omitAtLeast = 0): ProgressLine {
  const byImportance = [text.timeLeft, ...text.figures, text.rate, text.amount];
  const present = byImportance.filter((figure) => figure !== undefined && figure !== '');
  for (let omitted = Math.min(omitAtLeast, present.length); ; omitted++) {
    const kept = new Set(present.slice(0, present.length - omitted));
    const shown = [text.amount, ...text.figures, text.rate, text.timeLeft].filter((figure) =>
      kept.has(figure),
    );
    const line = lineWith(text, joinFigures(text, shown), width, omitted === present.length);
    if (line !== undefined) return { line, omitted };
  }
}

/** One line with these figures; undefined where they do not fit, unless they must. */
function lineWith(text: ProgressText, figures: string, width: number, must: boolean): string | undefined {
  const { label, fraction } = text;
  const besides = visibleWidth(figures) + (fraction === undefined ? 1 : 2);
  const least = fraction === undefined ? 0 : BAR_WIDTH.least;
  const room = width - visibleWidth(label) - besides;
  if (room < least && !must) return undefined;
  if (fraction === undefined) return `${clip(label, width - besides)} ${figures}`.trimEnd();
  if (room >= least) return `${label} ${bar(fraction, Math.min(room, BAR_WIDTH.most))} ${figures}`;
  const shortLabel = clip(label, width - besides - BAR_WIDTH.narrow);
  const barWidth = Math.max(1, width - besides - visibleWidth(shortLabel));
  return `${shortLabel} ${bar(fraction, Math.min(barWidth, BAR_WIDTH.least))} ${figures}`;
}

function bar(fraction: number, width: number): string {
  const full = Math.floor(fraction * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
