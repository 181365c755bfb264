/** Generated from kernels/zlm-cuda.h by `npm run generate`. Do not edit. */
import type { ArgumentMemory } from './argument-memory.js';

export interface CudaNoise {
  readonly threshold: number;
  readonly rate: number;
  readonly scale: number;
  readonly mask: number;
  readonly perGate: number;
  readonly seed: number;
  readonly site: number;
  readonly step: number;
}

export interface CudaDropout {
  readonly perStep: number;
  readonly x: number;
  readonly y: number;
  readonly noise: CudaNoise;
}

export interface CudaMatrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

export interface CudaProduct {
  readonly mixed: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: CudaMatrix;
  readonly b: CudaMatrix;
  readonly bias: number | null;
  readonly accumulate: number;
  readonly c: number;
  readonly cRow: number;
}

/** The argument of each kernel. Tensors are device addresses. */
export interface CudaKernels {
  readonly dropout: CudaDropout;
  readonly product: CudaProduct;
}

function writeCudaNoise(to: ArgumentMemory, at: number, value: CudaNoise): void {
  to.uint64(at, value.threshold);
  to.float(at + 8, value.rate);
  to.float(at + 12, value.scale);
  to.int32(at + 16, value.mask);
  to.int32(at + 20, value.perGate);
  to.uint32(at + 24, value.seed);
  to.uint32(at + 28, value.site);
  to.uint32(at + 32, value.step);
}

function writeCudaDropout(to: ArgumentMemory, at: number, value: CudaDropout): void {
  to.int32(at, value.perStep);
  to.uint64(at + 8, value.x);
  to.uint64(at + 16, value.y);
  writeCudaNoise(to, at + 24, value.noise);
}

function writeCudaMatrix(to: ArgumentMemory, at: number, value: CudaMatrix): void {
  to.uint64(at, value.at);
  to.int32(at + 8, value.row);
  to.int32(at + 12, value.column);
}

function writeCudaProduct(to: ArgumentMemory, at: number, value: CudaProduct): void {
  to.int32(at, value.mixed);
  to.int32(at + 4, value.m);
  to.int32(at + 8, value.n);
  to.int32(at + 12, value.k);
  writeCudaMatrix(to, at + 16, value.a);
  writeCudaMatrix(to, at + 32, value.b);
  to.uint64(at + 48, value.bias ?? 0);
  to.int32(at + 56, value.accumulate);
  to.uint64(at + 64, value.c);
  to.int32(at + 72, value.cRow);
}

/** Each kernel: its symbol, its argument's size in bytes, and the function that writes the argument. */
export const KERNELS = {
  dropout: { symbol: 'zlm_dropout', bytes: 64, write: writeCudaDropout },
  product: { symbol: 'zlm_product', bytes: 80, write: writeCudaProduct },
} as const;

/** Constants of the header. */
export const CONSTANTS = {
  "THREADS": 256,
  "PRODUCT_TILE": 64,
  "PRODUCT_SHARED_BYTES": 8320
} as const;

