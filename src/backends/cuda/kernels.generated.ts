/** Generated from kernels/zlm-cuda.h by `npm run generate`. Do not edit. */

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

/** Each kernel: its symbol, its argument's size in bytes, and each number in it: path, kind, offset. */
export const KERNELS = {
  dropout: {"symbol":"zlm_dropout","bytes":64,"scalars":[["perStep","int32",0],["x","uint64",8],["y","uint64",16],["noise.threshold","uint64",24],["noise.rate","float",32],["noise.scale","float",36],["noise.mask","int32",40],["noise.perGate","int32",44],["noise.seed","uint32",48],["noise.site","uint32",52],["noise.step","uint32",56]]},
  product: {"symbol":"zlm_product","bytes":80,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72]]},
} as const;

/** Constants of the header. */
export const CONSTANTS = {
  "THREADS": 256,
  "PRODUCT_TILE": 64,
  "PRODUCT_SHARED_BYTES": 8320
} as const;

