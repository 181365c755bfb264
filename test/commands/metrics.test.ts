import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import rowSchema from '../../schemas/metrics.schema.json' with { type: 'json' };
import resultSchema from '../../schemas/output/metrics.schema.json' with { type: 'json' };
import { type MetricsResult, renderMetrics } from '../../src/cli/metrics-text.js';
import Metrics from '../../src/commands/metrics.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { runCommand } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
const isRow = ajv.compile(rowSchema);
const isResult = ajv.compile(resultSchema);

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('ngrams.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('ngrams.yaml', '--name', 'ngrams');
  await train('--resume', RUN, '--set', 'training.epochs=4');
});

afterAll(() => folder.remove());

async function metrics(...argv: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runCommand(Metrics, argv);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

function linesOf(name: string): Record<string, unknown>[] {
  const text = readFileSync(new RunFolder(join('runs', name)).metrics, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A CSV of plain numbers and words as objects of texts. */
function parseCsv(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const columns = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, index) => [columns[index] ?? 'too many', cell])),
  );
}

it.each([RUN, 'ngrams'])('every line of the metrics.jsonl of %s conforms to the schema', (name) => {
  const lines = linesOf(name);
  for (const line of lines) expect(isRow(line), JSON.stringify([line, isRow.errors])).toBe(true);
  expect(new Set(lines.map(({ kind }) => kind))).toEqual(
    new Set(name === RUN ? ['windows', 'epoch'] : ['ngram']),
  );
});

it('the schema refuses a row that lacks a figure or has one too many', () => {
  for (const line of [...linesOf(RUN), ...linesOf('ngrams')]) {
    for (const key of Object.keys(line)) expect(isRow({ ...line, [key]: undefined })).toBe(false);
    expect(isRow({ ...line, more: 1 })).toBe(false);
  }
});

it.each(['epochs', 'windows'])(
  'metrics --json prints the rows of %s as they are in the file',
  async (rows) => {
    const printed = JSON.parse(await metrics(RUN, '--rows', rows, '--json'));
    expect(isResult(printed), JSON.stringify(isResult.errors)).toBe(true);
    const kind = rows === 'epochs' ? 'epoch' : 'windows';
    expect(printed).toEqual({ run: RUN, rows: linesOf(RUN).filter((line) => line.kind === kind) });
    expect(printed.rows.length).toBeGreaterThanOrEqual(4);
  },
);

it.each(['epochs', 'windows'])('metrics --csv prints the rows of %s with all their digits', async (rows) => {
  const kind = rows === 'epochs' ? 'epoch' : 'windows';
  const expected = linesOf(RUN)
    .filter((line) => line.kind === kind)
    .map(({ kind: _kind, ...figures }) =>
      Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, String(value)])),
    );
  expect(parseCsv(await metrics(RUN, '--rows', rows, '--csv'))).toEqual(expected);
});

it('metrics --csv names the columns in a fixed order', async () => {
  const heads = [await metrics(RUN, '--csv'), await metrics(RUN, '--rows', 'windows', '--csv')];
  expect(heads.map((csv) => csv.split('\n')[0])).toEqual([
    'epoch,windows,learningRate,averaged,trainPerplexity,validPerplexity,validPredictions,isBest,seconds',
    'epoch,windows,perplexity,gradientNorm,learningRate,tokensPerSecond,seconds',
  ]);
});

it('metrics --csv of an n-gram model has a column for each length', async () => {
  const [row] = parseCsv(await metrics('ngrams', '--csv'));
  const [{ ngrams, discounts, validPerplexity }] = linesOf('ngrams') as [Record<string, unknown>];
  expect(row).toMatchObject({
    validPerplexity: String(validPerplexity),
    'ngrams.3': String((ngrams as number[])[2]),
    'discounts.2.1': String((discounts as number[][])[1]?.[0]),
  });
});

it('metrics prints tables for people', async () => {
  const parts = [await metrics(RUN), await metrics('ngrams')];
  expect(parts[0]).toMatch(
    /^epoch +windows +learning rate +train perplexity +valid perplexity +time\n {4}1 /,
  );
  expect(parts[0]?.trimEnd().split('\n')).toHaveLength(5);
  expect(parts[1]).toMatch(/^valid perplexity \d+\.\d\d over \d+ predictions\n/);
});

describe('a run whose metrics are not whole', () => {
  it('metrics shows a file without the line that a crash cut short', async () => {
    const before = await metrics(RUN, '--csv');
    appendFileSync(new RunFolder(join('runs', RUN)).metrics, '{"kind":"epoch","epoch":5');
    expect(await metrics(RUN, '--csv')).toBe(before);
  });

  it('metrics reports that there is no epoch yet', async () => {
    writeFileSync(new RunFolder(join('runs', 'ngrams')).metrics, '');
    expect(await metrics('ngrams')).toBe(
      'No epochs in the metrics of ngrams yet; `--rows windows` shows the windows so far\n',
    );
    expect(await metrics('ngrams', '--csv')).toMatch(/^epoch,windows,[a-zA-Z,]+\n$/);
  });
});

it('metrics shows a perplexity that was too large for a number, and figures of every size', () => {
  const row = { kind: 'windows', epoch: 1, windows: 1000, gradientNorm: 0, learningRate: 1e-7 } as const;
  const rest = { tokensPerSecond: 10_000, seconds: 1 };
  const rows = [null, 1e6].map((perplexity) => ({ ...row, ...rest, perplexity: perplexity as number }));
  const result: MetricsResult = { run: 'x', rows };
  const text = renderMetrics(result, 'windows');
  expect(text).not.toContain('NaN');
  expect(text.split('\n').slice(1)).toEqual([
    expect.stringContaining(' – '),
    expect.stringContaining('1.00M'),
  ]);
});
