/** The text of `zlm doctor`. */
import ansis from 'ansis';
import type { Bf16Units } from '../backends/backend.js';
import type { BackendReport, CorpusReport, DoctorReport } from './doctor-report.js';
import { formatBytes, formatCount } from './format.js';
import type { FolderReport } from './inspect-folder.js';
import { renderTable } from './table.js';

const BF16_UNITS: Readonly<Record<Bf16Units, string>> = {
  amx: 'AMX tiles',
  'avx512-bf16': 'AVX512-BF16',
  float32: 'float32 on bfloat16 operands',
};

/** Renders the report. */
export function renderDoctorReport(report: DoctorReport): string {
  return [
    section('This machine', machineLines(report)),
    section('Backends', backendLines(report)),
    section('Folders', [folderTable(report.folders)]),
    section('Prepared corpora', corpusLines(report.corpora)),
    section('Optional packages', packageLines(report.optionalPackages)),
  ].join('\n\n');
}

function section(title: string, blocks: readonly string[]): string {
  const lines = blocks.join('\n').split('\n');
  return [ansis.bold(title), ...lines.map((line) => `  ${line}`)].join('\n');
}

function machineLines({ zlm, node, tensorflow, system, cpu, memory }: DoctorReport): string[] {
  const support = node.supported ? mark(true) : `${mark(false)} zlm needs Node ${node.required}`;
  return [
    `zlm ${zlm}, TensorFlow.js ${tensorflow ?? 'not installed'}`,
    `Node ${node.version} ${support}`,
    `${system.name} ${system.release}, ${system.architecture}`,
    `${cpu.model}, ${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`,
    `${formatBytes(memory.totalBytes)} of memory, ${formatBytes(memory.freeBytes)} free`,
  ];
}

function backendLines({ backends, auto, autoProblem }: DoctorReport): string[] {
  const choice = auto
    ? `--backend auto takes ${ansis.bold(auto.name)}: ${auto.reason}`
    : `${mark(false)} --backend auto: ${autoProblem}`;
  const columns = [
    { title: 'name' },
    { title: '' },
    { title: 'GFLOP/s', align: 'right' },
    { title: 'reason' },
  ] as const;
  return [renderTable(columns, backends.map(backendRow)), choice, ...backends.flatMap(backendDetails)];
}

function backendRow({ name, available, gflops, reason, bf16Units }: BackendReport): string[] {
  const rate = gflops === null ? '–' : gflops.toFixed(gflops < 10 ? 2 : 0);
  const mixed = bf16Units === undefined ? '' : `; mixed precision by ${BF16_UNITS[bf16Units]}`;
  return [name, mark(available), rate, `${reason}${mixed}`];
}

function backendDetails({ details = '' }: BackendReport): string[] {
  return details === '' ? [] : details.split('\n').map((line) => `  ${line}`);
}

function folderTable(folders: DoctorReport['folders']): string {
  const columns = [
    { title: 'for' },
    { title: '' },
    { title: 'size', align: 'right' },
    { title: 'disk free', align: 'right' },
    { title: 'path' },
  ] as const;
  return renderTable(
    columns,
    Object.entries(folders).map(([purpose, folder]) => folderRow(purpose, folder)),
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

function corpusLines(corpora: readonly CorpusReport[]): string[] {
  if (corpora.length === 0) return ['none yet; `zlm prepare sotu` makes one'];
  const columns = [
    { title: 'name' },
    { title: 'vocabulary', align: 'right' },
    { title: 'training tokens', align: 'right' },
    { title: 'unit' },
  ] as const;
  return [renderTable(columns, corpora.map(corpusRow))];
}

function corpusRow({ name, vocabulary, trainTokens, unit, problem }: CorpusReport): string[] {
  if (vocabulary === null || trainTokens === null) return [name, '–', '–', `${mark(false)} ${problem}`];
  return [name, formatCount(vocabulary), formatCount(trainTokens), unit ?? ''];
}

function packageLines(packages: DoctorReport['optionalPackages']): string[] {
  return packages.map(({ name, version }) => {
    const state = version === null ? 'not installed' : `version ${version}`;
    return `${name}: ${state}; nothing needs it yet`;
  });
}

function mark(good: boolean): string {
  return good ? ansis.green('✔') : ansis.red('✖');
}
