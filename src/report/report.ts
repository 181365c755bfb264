/**
 * The service behind `zlm report`: one HTML page about runs that needs nothing else. It makes no request, which a content security policy also
 * forbids, has no script, and can be read without its figures. Every text from runs, specs and corpora is escaped.
 */
import type { Figure } from '../figures/figure.js';
import { learningCurves, perplexityBars } from '../figures/learning-curves.js';
import { memoryFigures } from '../inspect/memory-figures.js';
import { type Html, html, trusted } from './html.js';
import { PAGE_STYLE } from './page-style.js';
import { type GroupResult, resultOfGroup } from './results.js';
import { curvesOf, type RunGroup } from './run-record.js';
import {
  type DrawnSample,
  differencesSection,
  environmentSection,
  figureSection,
  figureText,
  resultsSection,
  samplesSection,
} from './sections.js';

/** What a report is about. */
export interface ReportContent {
  readonly title: string;
  /** One or more. */
  readonly groups: readonly RunGroup[];
  readonly samples: readonly DrawnSample[];
  /** How the samples were drawn, in a sentence. */
  readonly sampling: string;
  /** Further figures, such as those of a sweep. */
  readonly figures?: readonly Figure[];
  /** The command that makes this report. */
  readonly command: string;
  /** zlm's version. */
  readonly version: string;
}

/** Renders the page. The same content gives the same bytes. */
export async function renderReport(content: ReportContent): Promise<string> {
  const { title, groups, samples, sampling, command, version } = content;
  const results = groups.map(resultOfGroup);
  const memory = memoryFiguresOf(groups);
  const sections = [
    resultsSection(results),
    await figuresSection('Training', [...trainingFigures(groups, results), ...(content.figures ?? [])]),
    await differencesSection(groups),
    await figuresSection('How far back the networks remember', memory),
    samplesSection(samples, sampling),
    environmentSection(groups, command),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="soft">${summaryOf(groups)}</p>
${cards(results)}
</header>
${sections}
<footer>Made by zlm ${version}. The page is complete in itself: it has no script and loads nothing.</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

function summaryOf(groups: readonly RunGroup[]): string {
  const records = groups.flatMap((group) => group.records);
  const corpora = [...new Set(records.map(({ spec }) => spec.corpus))].join(', ');
  const runs = `${records.length} ${records.length === 1 ? 'run' : 'runs'}`;
  const specs = groups.length === 1 ? 'one spec' : `${groups.length} specs`;
  return records.length === 1 ? `One run on corpus ${corpora}` : `${runs} of ${specs} on corpus ${corpora}`;
}

function cards(results: readonly GroupResult[]): Html {
  const best = (pick: (result: GroupResult) => GroupResult['valid']) =>
    results
      .flatMap((result) => {
        const measured = pick(result);
        const { metric } = result;
        return measured ? [{ name: result.group.name, metric, mean: measured.spread.mean }] : [];
      })
      .toSorted((a, b) => a.mean - b.mean)[0];
  const [valid, test] = [best((result) => result.valid), best((result) => result.test)];
  const records = results.flatMap(({ group }) => group.records);
  const seconds = records.reduce((sum, { status, epochs, counted }) => {
    return sum + (status?.seconds ?? epochs.at(-1)?.seconds ?? counted?.seconds ?? 0);
  }, 0);
  return html`<ul class="cards">
${test && html`<li><b>${figureText(test.mean, test.metric)}</b><span>best test ${nameOf(test)}${results.length > 1 && `: ${test.name}`}</span></li>`}
${valid && html`<li><b>${figureText(valid.mean, valid.metric)}</b><span>best valid ${nameOf(valid)}${results.length > 1 && `: ${valid.name}`}</span></li>`}
<li><b>${durationText(seconds)}</b><span>of training in all</span></li>
</ul>`;
}

function nameOf({ metric }: Pick<GroupResult, 'metric'>): string {
  return metric ? 'phone error rate' : 'perplexity';
}

function durationText(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  return seconds < 6000 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function trainingFigures(groups: readonly RunGroup[], results: readonly GroupResult[]): Figure[] {
  const curves = curvesOf(groups);
  const bars = (['test', 'valid'] as const).flatMap((split) => {
    const measured = results.flatMap((result, color) => {
      const values = result[split]?.values;
      return values ? [{ name: result.group.name, values, color }] : [];
    });
    const metrics = new Set(results.map(({ metric }) => metric));
    // Perplexities and phone error rates have no axis in common.
    if (measured.length < 2 || metrics.size > 1) return [];
    return [perplexityBars(measured, split, results[0].metric)];
  });
  return [...(curves.length > 0 ? [learningCurves(curves)] : []), ...bars];
}

/** Returns the figures of the newest inspection of each group. */
function memoryFiguresOf(groups: readonly RunGroup[]): Figure[] {
  const reports = groups.flatMap(({ name, records }) => {
    const memory = records.find((record) => record.memory !== null)?.memory;
    return memory ? [{ ...memory, name }] : [];
  });
  return reports.length === 0 ? [] : memoryFigures(reports);
}

async function figuresSection(title: string, figures: readonly Figure[]): Promise<Html | null> {
  if (figures.length === 0) return null;
  const drawn: Html[] = [];
  for (const figure of figures) drawn.push(await figureSection(figure));
  return html`<section>
<h2>${title}</h2>
<div class="figures">
${drawn}</div>
</section>
`;
}
