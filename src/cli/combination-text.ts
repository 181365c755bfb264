/** Renders what `zlm eval` and `zlm score` combined: members, their methods, and what was chosen on valid. */
import type {
  CombinationReport,
  CombinedEvaluation,
  InterpolationReport,
  MemberMethod,
  MemberReport,
  TuningReport,
} from '../evaluation/report.js';
import { formatPerplexity } from './format.js';

/** Words for the parameters of methods. */
const WORDS: Readonly<Record<string, string>> = {
  learningRate: 'learning rate',
  epsilon: 'epsilon',
  decay: 'decay',
  length: 'segments of',
  statisticsTokens: 'statistics of the first',
  flatness: 'flatness',
  weight: 'weight',
  window: 'window',
  passes: 'passes',
  seed: 'seed',
};

/** A combination as lines. */
export function combinationLines({
  members,
  interpolation,
  tuning,
}: CombinationReport | CombinedEvaluation): string[] {
  return [
    ...members.flatMap((member) => memberLines(member)),
    ...(interpolation ? [interpolationLine(interpolation)] : []),
    ...tuning.flatMap(tuningLines),
  ];
}

/** A member as lines: its run with its own perplexity where that is known, then a line for each method. */
function memberLines({
  run,
  methods,
  perplexity,
}: Omit<MemberReport, 'perplexity'> & { readonly perplexity?: number }): string[] {
  const figure = perplexity === undefined ? '' : `: perplexity ${formatPerplexity(perplexity)} by itself`;
  return [`member ${run}${figure}`, ...methods.map((method) => `  ${methodLine(method)}`)];
}

/** The n-gram model of an interpolation as a line. */
function interpolationLine({
  run,
  weight,
  perplexity,
}: Omit<InterpolationReport, 'perplexity'> & { readonly perplexity?: number }): string {
  const figure = perplexity === undefined ? '' : `: perplexity ${formatPerplexity(perplexity)} by itself`;
  return `interpolated with ${run}, weight ${shortNumber(weight)}${figure}`;
}

/** What was chosen on valid as lines: the choice, then how many were tried, and the best and worst perplexity. */
function tuningLines({ method, run, predictions, grid, candidates, chosen }: TuningReport): string[] {
  const values = valuesText(chosen);
  const figures = candidates.flatMap(({ perplexity }) => (perplexity === null ? [] : [perplexity]));
  const range =
    figures.length > 1
      ? `${formatPerplexity(Math.min(...figures))} to ${formatPerplexity(Math.max(...figures))} on valid`
      : figures.map((figure) => `${formatPerplexity(figure)} on valid`).join('');
  const tried = Object.entries(grid).map(([name, tries]) =>
    tries === 'em'
      ? `${wordOf(name)} by expectation maximization`
      : `${wordOf(name)} ${tries.map(shortNumber).join(' ')}`,
  );
  return [
    `tuned on valid, ${predictions.toLocaleString('en-US')} predictions: ${method} of ${run}: ${values}`,
    `  of ${tried.join(', ')}: perplexity ${range}`,
  ];
}

function methodLine({ method, ...values }: MemberMethod): string {
  return `${method}: ${valuesText(values)}`;
}

function valuesText(values: Readonly<Record<string, number | null>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, number] => entry[1] !== null)
    .map(([name, value]) => `${wordOf(name)} ${shortNumber(value)}`)
    .join(', ');
}

function wordOf(parameter: string): string {
  return WORDS[parameter] ?? parameter;
}

/** Formats a number with at most four significant digits. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
