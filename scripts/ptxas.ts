/** ptxas, the assembler of PTX: says whether PTX is valid for an architecture, and what a kernel needs there. */
import { spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { inPythonPackage } from './nvrtc.js';

/** What to install. */
export const PTXAS_PACKAGE = 'nvidia-cuda-nvcc-cu12==12.9.86';

/** What a kernel needs on one architecture. */
export interface KernelResources {
  readonly kernel: string;
  /** Registers of a thread. */
  readonly registers: number;
  /** Bytes that a thread stores and loads because it has too few registers, counted once for each instruction. */
  readonly spilledBytes: number;
  /** Bytes of a thread's local variables in memory. */
  readonly stackBytes: number;
}

/** Returns the path of ptxas: the one of ZLM_PTXAS, or of a Python package. Null if there is none. */
export function findPtxas(): string | null {
  return process.env.ZLM_PTXAS ?? inPythonPackage('nvidia.cuda_nvcc', 'bin/ptxas');
}

/**
 * Assembles a file of PTX.
 *
 * @param architecture compute capability times ten: 90 for sm_90
 * @throws Error with the assembler's messages
 */
export function assemble(ptxas: string, path: string, architecture: number): KernelResources[] {
  const arguments_ = ['--verbose', `--gpu-name=sm_${architecture}`, path, '--output-file', devNull];
  const { status, stdout, stderr, error } = spawnSync(ptxas, arguments_, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`ptxas refuses ${path} for sm_${architecture}:\n${stdout}${stderr}`);
  const messages = `${stdout}${stderr}`.split(/Compiling entry function '/).slice(1);
  return messages.map(resourcesOf).sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
}

/** Reads the messages about one kernel. */
function resourcesOf(text: string): KernelResources {
  const number = (pattern: RegExp) => {
    const match = pattern.exec(text);
    if (!match) throw new Error(`ptxas does not say ${pattern}: ${text}`);
    return Number(match[1]);
  };
  return {
    kernel: text.slice(0, text.indexOf("'")),
    registers: number(/Used (\d+) registers/),
    spilledBytes: number(/(\d+) bytes spill stores/) + number(/(\d+) bytes spill loads/),
    stackBytes: number(/(\d+) bytes stack frame/),
  };
}
