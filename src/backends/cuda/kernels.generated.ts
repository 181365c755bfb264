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
  readonly depth: number;
  readonly parts: number | null;
}

export interface CudaProductParts {
  readonly m: number;
  readonly n: number;
  readonly parts: number;
  readonly sums: number;
  readonly bias: number | null;
  readonly accumulate: number;
  readonly c: number;
  readonly cRow: number;
}

export interface CudaColumnSums {
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly a: number;
  readonly accumulate: number;
  readonly out: number;
}

export interface CudaSoftmaxRows {
  readonly classes: number;
  readonly logits: number;
  readonly targets: number;
  readonly nll: number;
  readonly logSumExp: number | null;
}

export interface CudaSoftmaxGradient {
  readonly classes: number;
  readonly logits: number;
  readonly targets: number;
  readonly logSumExp: number;
  readonly upstream: number;
}

export interface CudaGatherRows {
  readonly width: number;
  readonly table: number;
  readonly ids: number;
  readonly out: number;
}

export interface CudaScatterAddRows {
  readonly positions: number;
  readonly width: number;
  readonly ids: number;
  readonly rows: number;
  readonly out: number;
}

/** The argument of each kernel. Tensors are device addresses. */
export interface CudaKernels {
  readonly dropout: CudaDropout;
  readonly product128x128: CudaProduct;
  readonly product64x64: CudaProduct;
  readonly product32x128: CudaProduct;
  readonly productMixed128x128: CudaProduct;
  readonly productMixed64x64: CudaProduct;
  readonly productMixed32x128: CudaProduct;
  readonly productParts: CudaProductParts;
  readonly columnSums: CudaColumnSums;
  readonly softmaxRows: CudaSoftmaxRows;
  readonly softmaxGradient: CudaSoftmaxGradient;
  readonly gatherRows: CudaGatherRows;
  readonly scatterAddRows: CudaScatterAddRows;
}

/** Each kernel: its symbol, its argument's size in bytes, and each number in it: path, kind, offset. */
export const KERNELS = {
  dropout: {"symbol":"zlm_dropout","bytes":64,"scalars":[["perStep","int32",0],["x","uint64",8],["y","uint64",16],["noise.threshold","uint64",24],["noise.rate","float",32],["noise.scale","float",36],["noise.mask","int32",40],["noise.perGate","int32",44],["noise.seed","uint32",48],["noise.site","uint32",52],["noise.step","uint32",56]]},
  product128x128: {"symbol":"zlm_product_128x128","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  product64x64: {"symbol":"zlm_product_64x64","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  product32x128: {"symbol":"zlm_product_32x128","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  productMixed128x128: {"symbol":"zlm_product_mixed_128x128","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  productMixed64x64: {"symbol":"zlm_product_mixed_64x64","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  productMixed32x128: {"symbol":"zlm_product_mixed_32x128","bytes":88,"scalars":[["mixed","int32",0],["m","int32",4],["n","int32",8],["k","int32",12],["a.at","uint64",16],["a.row","int32",24],["a.column","int32",28],["b.at","uint64",32],["b.row","int32",40],["b.column","int32",44],["bias","uint64",48],["accumulate","int32",56],["c","uint64",64],["cRow","int32",72],["depth","int32",76],["parts","uint64",80]]},
  productParts: {"symbol":"zlm_product_parts","bytes":56,"scalars":[["m","int32",0],["n","int32",4],["parts","int32",8],["sums","uint64",16],["bias","uint64",24],["accumulate","int32",32],["c","uint64",40],["cRow","int32",48]]},
  columnSums: {"symbol":"zlm_column_sums","bytes":40,"scalars":[["rows","int32",0],["columns","int32",4],["row","int32",8],["a","uint64",16],["accumulate","int32",24],["out","uint64",32]]},
  softmaxRows: {"symbol":"zlm_softmax_rows","bytes":40,"scalars":[["classes","int32",0],["logits","uint64",8],["targets","uint64",16],["nll","uint64",24],["logSumExp","uint64",32]]},
  softmaxGradient: {"symbol":"zlm_softmax_gradient","bytes":40,"scalars":[["classes","int32",0],["logits","uint64",8],["targets","uint64",16],["logSumExp","uint64",24],["upstream","uint64",32]]},
  gatherRows: {"symbol":"zlm_gather_rows","bytes":32,"scalars":[["width","int32",0],["table","uint64",8],["ids","uint64",16],["out","uint64",24]]},
  scatterAddRows: {"symbol":"zlm_scatter_add_rows","bytes":32,"scalars":[["positions","int32",0],["width","int32",4],["ids","uint64",8],["rows","uint64",16],["out","uint64",24]]},
} as const;

/** Constants of the header. */
export const CONSTANTS = {
  "PRODUCT_DEPTH": 16,
  "PRODUCT_128X128_THREADS": 256,
  "PRODUCT_64X64_THREADS": 128,
  "PRODUCT_32X128_THREADS": 128,
  "PRODUCT_128X128_SHARED_BYTES": 33792,
  "PRODUCT_64X64_SHARED_BYTES": 17408,
  "PRODUCT_32X128_SHARED_BYTES": 21504,
  "PRODUCT_MIXED_THREADS": 128,
  "PRODUCT_MIXED_128X128_SHARED_BYTES": 81920,
  "PRODUCT_MIXED_64X64_SHARED_BYTES": 40960,
  "PRODUCT_MIXED_32X128_SHARED_BYTES": 51200,
  "COLUMN_SUMS_COLUMNS": 32,
  "COLUMN_SUMS_SHARED_BYTES": 1024,
  "SOFTMAX_SHARED_BYTES": 64,
  "SCATTER_ADD_SHARED_BYTES": 32,
  "THREADS": 256
} as const;

