/** The sections of a report: results, figures, differences of the specs, samples, environment. */
import { figureTable } from '../figures/data-table.js';
import type { Figure } from '../figures/figure.js';
import { renderFigures } from '../figures/render.js';
import { plainNumber } from '../plain-number.js';
import { commonValues, differingKeys, valueText } from '../runs/run-differences.js';
import { FileMemory } from '../storage/file-memory.js';
import { type Html, html, trusted } from './html.js';
import { MORE_FIGURES, PAPER_FIGURES, type PublishedFigure } from './published.js';
import type { GroupResult, Measured } from './results.js';
import type { RunGroup, RunRecord, Session } from './run-record.js';

/** Width of a drawing on a wide screen, and on a phone. */
const [WIDE, NARROW] = [640, 344];

/** Draws a figure for both widths, with its caption and the table of its values. */
export async function figureSection(figure: Figure): Promise<Html> {
  const [wide, narrow] = await Promise.all(
    [WIDE, NARROW].map((width) =>
      renderFigures([figure], { width, titled: false, plotHeight: width === WIDE ? 280 : 220 }),
    ),
  );
  const { columns, rows } = figureTable(figure);
  return html`<figure>
<h3>${figure.title}</h3>
<div class="wide">${trusted(wide)}</div>
<div class="narrow">${trusted(narrow)}</div>
<figcaption>${figure.caption}</figcaption>
<details><summary>Values</summary>${dataTable(columns, rows)}</details>
</figure>
`;
}

/** A table whose first column names the rows, and whose others are numbers. */
function dataTable(columns: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll"><table>
<thead><tr>${columns.map((column, index) => cell('th', column, index > 0))}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((value, index) => cell(index === 0 ? 'th' : 'td', value, index > 0))}</tr>
`,
  )}</tbody>
</table></div>`;
}

function cell(tag: 'th' | 'td', value: string | Html, isNumber: boolean): Html {
  const kind = isNumber ? html` class="number"` : '';
  return tag === 'th' ? html`<th${kind}>${value}</th>` : html`<td${kind}>${value}</td>`;
}

/** The table of results; beside published figures where these are of the same corpus. */
export function resultsSection(results: readonly GroupResult[]): Html {
  const corpora = new Set(results.map(({ group }) => group.records[0].spec.corpus));
  const [showsCorpus, showsSeeds] = [corpora.size > 1, results.some(({ group }) => group.records.length > 1)];
  // Published figures have their source where the measured ones have these columns.
  const between = 1 + Number(showsCorpus) + Number(showsSeeds);
  const isMixed = new Set(results.map(({ metric }) => metric)).size > 1;
  // Perplexities and phone error rates cannot be compared.
  const best = (pick: (result: GroupResult) => Measured | null) =>
    isMixed
      ? Number.NEGATIVE_INFINITY
      : Math.min(...results.map((result) => pick(result)?.spread.mean ?? Number.POSITIVE_INFINITY));
  const [bestValid, bestTest] = [best(({ valid }) => valid), best(({ test }) => test)];
  const showsBleu = results.some(({ bleu }) => bleu);
  const bestBleu = Math.max(...results.map(({ bleu }) => bleu?.spread.mean ?? Number.NEGATIVE_INFINITY));
  const protocols = results.flatMap(({ group, test }) =>
    test?.protocol ? [`${group.name}: ${test.protocol}`] : [],
  );
  const row = ({
    group: { name, records },
    metric,
    valid,
    test,
    bleu,
  }: GroupResult) => html`<tr><th>${name}</th>
${showsCorpus && html`<td>${records[0].spec.corpus}</td>`}<td class="number">${epochsText(records)}</td>
${showsSeeds && html`<td class="number">${records.length}</td>`}${measuredCell(valid, bestValid, results.length, metric)}${measuredCell(test, bestTest, results.length, metric)}${showsBleu && measuredCell(bleu, bestBleu, results.length, undefined)}</tr>
`;
  return html`<section>
<h2>Results</h2>
<div class="scroll"><table>
<thead><tr><th>model</th>${showsCorpus && html`<th>corpus</th>`}<th class="number">epochs</th>${showsSeeds && html`<th class="number">seeds</th>`}<th class="number">valid</th><th class="number">test</th>${showsBleu && html`<th class="number">test BLEU</th>`}</tr></thead>
<tbody>${results.map(row)}</tbody>
${corpora.has('ptb') && publishedRows('Published (Zaremba et al. 2014, and the systems that they compare with)', PAPER_FIGURES, between)}
</table></div>
<p class="soft">${metricsOf(results)}; lower is better${showsBleu && ', but of BLEU higher'}, and the best is marked. Valid is the best epoch in training. Test is measured by zlm eval, on the best checkpoint in one sequential pass unless noted${protocols.length > 0 && ` (${protocols.join('; ')})`}.${showsSeeds && ' With several seeds: the mean, then the lowest and the highest.'}</p>
${
  corpora.has('ptb') &&
  html`<details><summary>More published figures</summary><div class="scroll"><table>
<thead><tr><th>model</th><th>source</th><th class="number">valid</th><th class="number">test</th></tr></thead>
${publishedRows(null, MORE_FIGURES, 1)}</table></div></details>`
}
</section>
`;
}

function publishedRows(title: string | null, figures: readonly PublishedFigure[], between: number): Html {
  return html`<tbody>${
    title !== null &&
    html`<tr><th class="part" colspan="${between + 3}">${title}</th></tr>
`
  }${figures.map(
    ({
      model,
      valid,
      test,
      source,
    }) => html`<tr><td>${model}</td><td colspan="${between}"><small>${source}</small></td>
<td class="number">${valid === null ? '–' : valid.toFixed(1)}</td><td class="number">${test.toFixed(1)}</td></tr>
`,
  )}</tbody>`;
}

/** Names what is measured. */
function metricsOf(results: readonly GroupResult[]): string {
  const names = new Set(results.map(({ metric }) => (metric ? 'phone error rate' : 'perplexity')));
  const text = [...names].join(', or of speech the ');
  return text.replace(/^./, (letter) => letter.toUpperCase());
}

function measuredCell(
  measured: Measured | null,
  best: number,
  rows: number,
  metric: GroupResult['metric'],
): Html {
  if (measured === null) return html`<td class="number">–</td>`;
  const { spread, values } = measured;
  const range =
    values.length > 1 &&
    html` <small>${figureText(spread.low, metric)}–${figureText(spread.high, metric)}</small>`;
  const mark = rows > 1 && spread.mean === best ? html` best` : '';
  return html`<td class="number${mark}">${figureText(spread.mean, metric)}${range}</td>`;
}

/** Formats a perplexity with two decimals below a thousand, and a phone error rate in percent. */
export function figureText(value: number, metric?: GroupResult['metric']): string {
  if (metric) return `${(100 * value).toFixed(2)} %`;
  return value < 1000 ? value.toFixed(2) : plainNumber(value, 5, { grouping: true });
}

function epochsText(records: readonly RunRecord[]): string {
  const counts = records.map(({ epochs, counted, status }) => status?.epoch ?? (counted ? 1 : epochs.length));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(least) : `${least}–${most}`;
}

/**
 * The keys of the specs in which the groups of networks differ; null where there is nothing to compare. An n-gram model has other keys
 * altogether.
 */
export async function differencesSection(all: readonly RunGroup[]): Promise<Html | null> {
  const groups = all.filter(({ records }) => 'training' in records[0].spec);
  const runs = groups.map(({ records }) => records[0].run);
  const tables = (await differingKeys(runs, await FileMemory.load(null))).map((table) => table ?? {});
  const keys = [...new Set(tables.flatMap(Object.keys))].filter((key) => key !== 'training.seed');
  if (keys.length === 0) return null;
  const common = commonValues(tables);
  const valueCell = (key: string, value: unknown) => {
    const text = valueText(value);
    return key in common && valueText(common[key]) === text
      ? html`<td class="soft">${text}</td>`
      : html`<td><b>${text}</b></td>`;
  };
  return html`<section>
<h2>What sets the specs apart</h2>
<div class="scroll"><table class="keys">
<thead><tr><th>key</th>${groups.map(({ name }) => html`<th>${name}</th>`)}</tr></thead>
<tbody>${keys.map(
    (key) => html`<tr><th><code>${key}</code></th>${tables.map((table) => valueCell(key, table[key]))}</tr>
`,
  )}</tbody>
</table></div>
<p class="soft">Values that most specs do not have are in bold; all other keys are alike.</p>
</section>
`;
}

/** A text that a model has drawn. */
export interface DrawnText {
  readonly name: string;
  readonly text: string;
}

/** Sentences that a model has translated. */
export interface DrawnTranslations {
  readonly name: string;
  /** How they were chosen and translated, in a sentence. */
  readonly how: string;
  readonly translations: readonly {
    readonly source: string;
    readonly translation: string;
    readonly reference: string;
  }[];
}

export type DrawnSample = DrawnText | DrawnTranslations;

/** The samples. */
export function samplesSection(samples: readonly DrawnSample[], how: string): Html | null {
  if (samples.length === 0) return null;
  return html`<section>
<h2>Samples</h2>
${samples.some((sample) => 'text' in sample) && html`<p class="soft">${how}</p>`}
${samples.map(
  (sample) => html`<h3>${sample.name}</h3>
${'text' in sample ? html`<blockquote>${sample.text}</blockquote>` : translationsTable(sample)}
`,
)}</section>
`;
}

function translationsTable({ how, translations }: DrawnTranslations): Html {
  return html`<p class="soft">${how}</p>
<div class="scroll"><table>
<thead><tr><th>source</th><th>translation</th><th>reference</th></tr></thead>
<tbody>${translations.map(
    ({ source, translation, reference }) =>
      html`<tr><td>${source}</td><td>${translation}</td><td>${reference}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** Machines and commands of each run, and the command of the report. */
export function environmentSection(groups: readonly RunGroup[], command: string): Html {
  const rows = groups.flatMap(({ records }) =>
    records.flatMap(({ name, sessions }) => sessions.map((session) => ({ name, session }))),
  );
  return html`<section>
<h2>Environment and commands</h2>
<div class="scroll"><table>
<thead><tr><th>run</th><th>began</th><th>backend</th><th>machine</th><th>versions</th></tr></thead>
<tbody>${rows.map(
    ({
      name,
      session,
    }) => html`<tr><th>${name}</th><td>${fact(session, 'startedAt').replace(/\.\d+Z$/, 'Z')}</td><td>${fact(session, 'backend')}</td>
<td>${machineText(session)}</td><td>${versionsText(session)}</td></tr>
`,
  )}</tbody>
</table></div>
<pre>${[...new Set(rows.map(({ session }) => fact(session, 'command')))].filter((line) => line !== '').join('\n')}
${command}</pre>
</section>
`;
}

function machineText(session: Session): string {
  const cores = fact(session, 'cores');
  return [fact(session, 'cpu'), cores && `${cores} cores`, fact(session, 'platform')]
    .filter((part) => part !== '')
    .join(', ');
}

function versionsText(session: Session): string {
  const named = [
    ['zlm', fact(session, 'zlm')],
    ['Node', fact(session, 'node')],
    ['TensorFlow.js', fact(session, 'tensorflowJs')],
  ];
  return named.flatMap(([name, version]) => (version === '' ? [] : [`${name} ${version}`])).join(', ');
}

function fact(session: Session, key: string): string {
  const value = session[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
