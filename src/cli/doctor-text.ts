/** The text of `zlm doctor`. */
import ansis from 'ansis';
import { type Bf16Units, computesOnProcessor, type Roofline } from '../backends/backend.js';
import type { BackendReport, CorpusReport, DoctorReport } from './doctor-report.js';
import { formatBytes, formatCount } from './format.js';
import type { FolderReport } from './inspect-folder.js';
import { rooflineText, shareOfPeak } from './roofline-text.js';
import { renderTable } from './table.js';
import { wrapLine } from './text-width.js';

const BF16_UNITS: Readonly<Record<Bf16Units, string>> = {
  amx: 'AMX tiles',
  'avx512-bf16': 'AVX512-BF16',
  'arm-bf16': 'BF16 dot products',
  float32: 'float32 on bfloat16 operands',
};

/** Renders the report. @param width of the terminal, in columns; infinite without one */
export function renderDoctorReport(report: DoctorReport, width: number = Number.POSITIVE_INFINITY): string {
  const inside = width - INDENT.length;
  const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrapLine(line, inside));
  return [
    section('This machine', wrapped(machineLines(report))),
    section('Backends', backendLines(report, inside)),
    section('Folders', [folderTable(report.folders, inside)]),
    section('Prepared corpora', corpusLines(report.corpora, inside)),
    section('Optional packages', wrapped(packageLines(report.optionalPackages))),
  ].join('\n\n');
}

const INDENT = '  ';

function section(title: string, blocks: readonly string[]): string {
  const lines = blocks.join('\n').split('\n');
  return [ansis.bold(title), ...lines.map((line) => `${INDENT}${line}`)].join('\n');
}

function machineLines({ zlm, node, tensorflow, system, cpu, memory, roofline }: DoctorReport): string[] {
  const support = node.supported ? mark(true) : `${mark(false)} zlm needs Node ${node.required}`;
  return [
    `zlm ${zlm}, TensorFlow.js ${tensorflow ?? 'not installed'}`,
    `Node ${node.version} ${support}`,
    `${system.name} ${system.release}, ${system.architecture}`,
    `${cpu.model}, ${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`,
    `${formatBytes(memory.totalBytes)} of memory, ${formatBytes(memory.freeBytes)} free`,
    ...(roofline ? [`At most ${rooflineText(roofline)}`] : []),
  ];
}

function backendLines({ backends, roofline, auto, autoProblem }: DoctorReport, width: number): string[] {
  const choice = auto
    ? `--backend auto takes ${ansis.bold(auto.name)}: ${auto.reason}`
    : `${mark(false)} --backend auto: ${autoProblem}`;
  const columns = [
    { title: 'name' },
    { title: '' },
    { title: 'GFLOP/s', align: 'right', rank: 1 },
    { title: 'of peak', align: 'right', rank: 2 },
    { title: 'reason', wraps: true },
  ] as const;
  const table = renderTable(
    columns,
    backends.map((backend) => backendRow(backend, roofline)),
    width,
  );
  return [
    table,
    ...wrapLine(choice, width),
    ...backends.flatMap(backendDetails),
    ...backends.flatMap((backend) => recurrentFormLines(backend, width)),
    ...backends.flatMap((backend) => adapterLines(backend, width)),
  ];
}

function backendRow(
  { name, available, gflops, reason, bf16Units }: BackendReport,
  roofline: Roofline | null,
): string[] {
  const rate = gflops === null ? '–' : gflops.toFixed(gflops < 10 ? 2 : 0);
  const mixed = bf16Units === undefined ? '' : `; mixed precision by ${BF16_UNITS[bf16Units]}`;
  const isShare = gflops !== null && roofline !== null && computesOnProcessor(name);
  const share = shareOfPeak(isShare ? gflops / roofline.f32Gflops : null);
  return [name, mark(available), rate, share, `${reason}${mixed}`];
}

function backendDetails({ details = '' }: BackendReport): string[] {
  return details === '' ? [] : details.split('\n').map((line) => `  ${line}`);
}

/** Renders how a backend runs LSTM layers: a row for each size and precision. */
function recurrentFormLines({ name, recurrentForms = [] }: BackendReport, width: number): string[] {
  if (recurrentForms.length === 0) return [];
  const rows = recurrentForms.map(({ units, batch, precision, launches, reason }) => [
    `${units} units, batch ${batch}`,
    precision,
    launches === 'one' ? 'one launch for all steps' : `one launch for each step: ${reason}`,
  ]);
  const columns = [
    { title: `LSTM layers on ${name}` },
    { title: 'precision' },
    { title: 'form', wraps: true },
  ] as const;
  return ['', renderTable(columns, rows, width)];
}

/** Renders what the driver says of a GPU, and the rate of LSTM steps. */
function adapterLines({ name, adapter, lstmStepsPerSecond }: BackendReport, width: number): string[] {
  if (!adapter) return [];
  const limits = [
    `${formatBytes(adapter.tensorBytes)} in a tensor`,
    `${adapter.buffers} buffers in a kernel`,
    `${formatBytes(adapter.workgroupBytes)} and ${formatCount(adapter.workgroupThreads)} threads in a workgroup`,
  ];
  const rows = [
    ['name', adapter.name],
    ['driver', adapter.driver || 'unknown'],
    ['features', adapter.features.join(', ') || 'none'],
    ['limits', limits.join(', ')],
  ];
  if (lstmStepsPerSecond !== undefined)
    rows.push(['LSTM', `${formatCount(Math.round(lstmStepsPerSecond))} steps/s of 200 units, batch 20`]);
  const columns = [{ title: `GPU of ${name}` }, { title: '', wraps: true }] as const;
  return ['', renderTable(columns, rows, width)];
}

function folderTable(folders: DoctorReport['folders'], width: number): string {
  const columns = [
    { title: 'for' },
    { title: '' },
    { title: 'size', align: 'right', rank: 2 },
    { title: 'disk free', align: 'right', rank: 1 },
    { title: 'path', wraps: true },
  ] as const;
  return renderTable(
    columns,
    Object.entries(folders).map(([purpose, folder]) => folderRow(purpose, folder)),
    width,
  );
}

function folderRow(purpose: string, folder: FolderReport): string[] {
  const remark = folder.problem ?? (folder.exists ? '' : 'made when needed');
  return [
    purpose,
    mark(folder.problem === null),
    folder.exists ? formatBytes(folder.bytes) : '–',
    folder.freeBytes === null ? '–' : formatBytes(folder.freeBytes),
    placeText(folder.path, remark),
  ];
}

function placeText(path: string | null, remark: string): string {
  if (path === null) return remark;
  return remark === '' ? path : `${path} (${remark})`;
}

function corpusLines(corpora: readonly CorpusReport[], width: number): string[] {
  if (corpora.length === 0) return ['none yet; `zlm prepare sotu` makes one'];
  const columns = [
    { title: 'name' },
    { title: 'vocabulary', align: 'right', rank: 1 },
    { title: 'training tokens', align: 'right', rank: 2 },
    { title: 'unit', wraps: true },
  ] as const;
  return [renderTable(columns, corpora.map(corpusRow), width)];
}

function corpusRow({ name, vocabulary, trainTokens, unit, problem }: CorpusReport): string[] {
  if (vocabulary === null || trainTokens === null) return [name, '–', '–', `${mark(false)} ${problem}`];
  return [name, formatCount(vocabulary), formatCount(trainTokens), unit ?? ''];
}

function packageLines(packages: DoctorReport['optionalPackages']): string[] {
  return packages.map(({ name, version }) => {
    const state = version === null ? 'not installed' : `version ${version}`;
    const backend = name === 'webgpu' ? 'webgpu' : 'tensorflow';
    return `${name}: ${state}; for the backend ${backend}`;
  });
}

function mark(good: boolean): string {
  return good ? ansis.green('✔') : ansis.red('✖');
}
