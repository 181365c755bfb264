/** Runs `zlm report` as a user does, and reads the page back. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/report.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import InspectMemory from '../../src/commands/inspect/memory.js';
import PrepareText from '../../src/commands/prepare/text.js';
import Report from '../../src/commands/report.js';
import { runCommand } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

/** Tokens, a title and a name that would do harm in a page. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=http://example.com/x onerror=alert(1)>',
  "'onmouseover='alert(1)",
  '</blockquote></style><style>@import"http://example.com/y"</style>',
  '\u001b[31mred',
  '\u202egnp',
];

beforeAll(async () => {
  folder = await TrainedFolder.make();
  await train('tiny.yaml', '--name', 'short-seed-1', '--set', 'training.bptt=4');
  await train('tiny.yaml', '--name', 'short-seed-2', '--set', 'training.bptt=4', '--set', 'training.seed=99');
  await runCommand(Eval, [RUN, '--backend', 'cpu']);
  await runCommand(InspectMemory, [RUN, '--lags', '4', '--positions', '6', '--backend', 'cpu']);
});

afterAll(() => folder.remove());

async function report(...argv: string[]) {
  const { exitCode, stdout, stderr } = await runCommand(Report, [...argv, '--backend', 'cpu']);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  return { stdout, stderr };
}

const page = (path: string) => readFileSync(path, 'utf8');
const parse = (path: string) => parseHTML(page(path)).document;

describe('a page about runs', () => {
  let document: ReturnType<typeof parse>;

  beforeAll(async () => {
    await report(RUN, 'short-seed-1', 'short-seed-2', '--out', 'page.html', '--title', 'Windows');
    document = parse('page.html');
  });

  it('has a section for each part', () => {
    expect(document.querySelector('h1')?.textContent).toBe('Windows');
    expect([...document.querySelectorAll('h2')].map(({ textContent }) => textContent)).toEqual([
      'Results',
      'Training',
      'What sets the specs apart',
      'How far back the networks remember',
      'Samples',
      'Environment and commands',
    ]);
  });

  it('has a row of results for each spec, with the figures of status and eval', () => {
    const rows = [...document.querySelectorAll('section')[0].querySelectorAll('tbody tr')];
    expect(rows.map((row) => row.querySelector('th')?.textContent)).toEqual([RUN, 'short']);
    const status = JSON.parse(readFileSync(`runs/${RUN}/status.json`, 'utf8'));
    const evaluation = JSON.parse(readFileSync(`runs/${RUN}/evaluations/test-best-batch1.json`, 'utf8'));
    expect(rows[0].textContent).toContain(status.best.perplexity.toFixed(2));
    expect(rows[0].textContent).toContain(evaluation.perplexity.toFixed(2));
    expect(rows[1].textContent).toMatch(/\d–\d/);
  });

  it('has a text alternative, a caption and a table of values for each figure, in two widths', () => {
    const figures = [...document.querySelectorAll('figure')];
    expect(figures.length).toBeGreaterThanOrEqual(6);
    for (const figure of figures) {
      expect(figure.querySelectorAll('svg[role=img][aria-label]')).toHaveLength(2);
      expect(figure.querySelector('figcaption')?.textContent).not.toBe('');
      expect(figure.querySelectorAll('details tbody tr').length).toBeGreaterThan(0);
    }
  });

  it('says what sets the specs apart, without the seed', () => {
    const keys = [...document.querySelectorAll('section')[2].querySelectorAll('th code')];
    expect(keys.map(({ textContent }) => textContent)).toEqual(['training.bptt']);
  });

  it('has a sample of each spec, the commands, and the machine', () => {
    expect(document.querySelectorAll('blockquote')).toHaveLength(2);
    const commands = document.querySelector('pre')?.textContent ?? '';
    expect(commands).toContain('zlm train tiny.yaml --name short-seed-1');
    expect(commands).toContain('zlm report tiny short-seed-1 short-seed-2');
  });

  it('is the same page when it is made again', async () => {
    await report(RUN, 'short-seed-1', 'short-seed-2', '--out', 'again.html', '--title', 'Windows');
    expect(page('again.html').replace('again.html', 'page.html')).toBe(page('page.html'));
  });

  it('loads nothing, and a policy forbids it', () => {
    expect(
      document.querySelector('meta[http-equiv=Content-Security-Policy]')?.getAttribute('content'),
    ).toContain("default-src 'none'");
    expectNothingLoaded('page.html');
  });
});

/** No element that fetches or runs, no address in an attribute or a style sheet. */
function expectNothingLoaded(path: string): void {
  const document = parse(path);
  expect(
    document.querySelectorAll(
      'script, img, link, iframe, object, embed, a, form, base, video, audio, use, image',
    ),
  ).toHaveLength(0);
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      expect(name).not.toMatch(/^on|^(?:src|href|xlink:href|action|background|poster|style)$/);
      if (name !== 'xmlns')
        expect(`${name}=${value}`).not.toMatch(/^(?!aria-label|content).*url\(|^xmlns.*http/);
    }
  }
  for (const style of document.querySelectorAll('style'))
    expect(style.textContent).not.toMatch(/@import|url\(|http/);
}

describe('a corpus of hostile tokens', () => {
  beforeAll(async () => {
    const line = (n: number) => `${HOSTILE.map((word) => word.replaceAll(' ', '_')).join(' ')} ${n % 7} word`;
    writeFileSync('hostile.txt', `${Array.from({ length: 400 }, (_, n) => line(n)).join('\n')}\n`);
    const prepared = await runCommand(PrepareText, ['hostile', '--text', 'hostile.txt']);
    expect(prepared.stderr).not.toContain('✖');
    await train('tiny.yaml', '--name', 'hostile', '--set', 'corpus=hostile');
    const path = 'runs/hostile/environment.json';
    const environment = JSON.parse(readFileSync(path, 'utf8'));
    const sessions = [
      { ...environment.sessions[0], command: HOSTILE[0], cpu: HOSTILE[1], backend: HOSTILE[3] },
    ];
    writeFileSync(path, JSON.stringify({ sessions }));
  });

  it('injects nothing, whether in samples, titles or records of the machine', async () => {
    await report('hostile', '--out', 'hostile.html', '--title', `${HOSTILE.join(' ')}`);
    const text = page('hostile.html');
    expectNothingLoaded('hostile.html');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    const document = parse('hostile.html');
    expect(document.querySelectorAll('style').length).toBe(
      1 + document.querySelectorAll('svg.zlm-figure').length,
    );
    expect(document.querySelector('h1')?.textContent).toContain('<script>alert(1)</script>');
    // The model has learned the tokens, so the sample shows them as text.
    expect(document.querySelector('blockquote')?.textContent).toContain('<script>alert(1)</script>');
  });
});

it('the page about a single run is in its folder', async () => {
  const { stdout } = await report(RUN, '--no-samples', '--json');
  const result = JSON.parse(stdout);
  const isResult = new Ajv({ strict: true }).compile(schema);
  expect(isResult(result), JSON.stringify(isResult.errors)).toBe(true);
  expect(result).toMatchObject({
    report: expect.stringMatching(/runs\/tiny\/report.html$/),
    title: RUN,
    samples: 0,
  });
  expect(page(`runs/${RUN}/report.html`)).not.toContain('<h2>Samples');
});

it('a run whose corpus is missing has a page without samples, and a note says why', async () => {
  const { exitCode, stderr } = await runCommand(Report, [
    RUN,
    '--data',
    'nowhere',
    '--out',
    'a.html',
    '--backend',
    'cpu',
  ]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('No sample of tiny: There is no prepared corpus "small" in nowhere');
});

it('a sweep is reported by its variants, with the runs that it compares', async () => {
  mkdirSync('comparisons/windows', { recursive: true });
  writeFileSync('comparisons/windows/sweep.yaml', 'base: tiny.yaml\n');
  const runs = [
    { run: RUN, variant: 'long', grid: {}, chosen: true },
    { run: 'short-seed-1', variant: 'short', grid: { rate: 0.5 }, chosen: true },
    { run: 'short-seed-2', variant: 'short', grid: { rate: 0.5 }, chosen: false },
    { run: 'not-begun', variant: 'later', grid: {}, chosen: true },
  ];
  const recall = [5, 10].map((lag) => ({ lag, nll: 1, accuracy: 1 / lag }));
  const groups = [
    { variant: 'long', grid: {}, recall },
    { variant: 'short', grid: { rate: 0.5 } },
    { variant: 'later', grid: {} },
  ];
  writeFileSync('comparisons/windows/table.json', JSON.stringify({ sweep: 'windows', groups, runs }));
  const { stdout } = await report('windows', '--sweeps', 'comparisons', '--no-samples', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    title: 'windows',
    report: 'comparisons/windows/report.html',
    groups: [
      { name: 'long', runs: [RUN] },
      { name: 'short, rate 0.5', runs: ['short-seed-1'] },
    ],
  });
  expect(page('comparisons/windows/report.html')).toContain('Recall of a word k steps later');
  writeFileSync('comparisons/windows/table.json', '{');
  const damaged = await runCommand(Report, ['windows', '--sweeps', 'comparisons']);
  expect(damaged.stderr).toContain('comparisons/windows/table.json is missing or damaged');
  expect(damaged.exitCode).toBe(4);
});

describe('faults', () => {
  it.each([
    [['nothing'], 4, 'There is no run "nothing"'],
    [[RUN, '--out', 'page.pdf'], 2, 'expects a file that ends in .html, not "page.pdf"'],
  ])('%j ends with exit code %i', async (argv, code, message) => {
    const { exitCode, stderr } = await runCommand(Report, argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(message) });
  });
});
