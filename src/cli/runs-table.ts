/** The table of `zlm runs`. */
import ansis from 'ansis';
import type { RunSummary } from '../runs/list-runs.js';
import { formatDuration } from './format.js';
import { renderTable } from './table.js';

const COLUMNS = [
  { title: '' },
  { title: 'run' },
  { title: 'state' },
  { title: 'corpus' },
  { title: 'epoch', align: 'right' },
  { title: 'valid perplexity', align: 'right' },
  { title: 'time', align: 'right' },
] as const;

const STATE_COLORS: Record<RunSummary['state'], (text: string) => string> = {
  running: ansis.cyan,
  finished: ansis.green,
  interrupted: ansis.yellow,
  diverged: ansis.red,
  unreadable: ansis.red,
};

/**
 * The runs as a table in their given order, with the problems of those that cannot be read below it.
 *
 * @param folder where they were looked for
 */
export function renderRuns(runs: readonly RunSummary[], folder: string): string {
  if (runs.length === 0) return `no runs in ${folder} yet; \`zlm train configs/quickstart.yaml\` makes one`;
  const problems = runs
    .filter((run) => run.problem !== undefined)
    .map((run) => `${run.name}: ${run.problem}`);
  return [renderTable(COLUMNS, runs.map(row)), ...problems].join('\n');
}

function row(run: RunSummary): string[] {
  const marker = run.latest ? '*' : '';
  const state = STATE_COLORS[run.state](run.stoppedEarly ? `${run.state} early` : run.state);
  if (run.state === 'unreadable') return [marker, run.name, state, run.corpus || '–', '–', '–', '–'];
  return [
    marker,
    run.name,
    state,
    run.corpus,
    `${run.epoch} of ${run.epochs}`,
    run.bestValidPerplexity?.toFixed(2) ?? '–',
    formatDuration(run.seconds),
  ];
}
