/** Generated from kernels/zlm-cuda.h by `npm run generate`. Do not edit. */
import type { ArgumentMemory } from './argument-memory.js';

export interface CudaNoise {
  readonly threshold: number;
  readonly clock: number | null;
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
  readonly gradient: number;
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

export interface CudaRecurrentPack {
  readonly gates: number;
  readonly units: number;
  readonly rounding: number;
  readonly u: number;
  readonly weight: number;
  readonly batch: number;
  readonly h0: number | null;
  readonly left: number | null;
  readonly recurrentDropout: CudaNoise;
}

export interface CudaRecurrentForward {
  readonly t: number;
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
  readonly rounding: number;
  readonly weight: number;
  readonly left: number;
  readonly h0: number;
  readonly c0: number | null;
  readonly candidateBias: number | null;
  readonly gates: number;
  readonly cells: number | null;
  readonly y: number;
  readonly lastH: number;
  readonly lastC: number | null;
  readonly recurrentDropout: CudaNoise;
  readonly hiddenZoneout: CudaNoise;
  readonly cellZoneout: CudaNoise;
}

export interface CudaPersistentForward {
  readonly layer: CudaRecurrentForward;
  readonly arrived: number;
}

export interface CudaRecurrentBackward {
  readonly t: number;
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
  readonly rounding: number;
  readonly weight: number;
  readonly left: number;
  readonly h0: number;
  readonly c0: number | null;
  readonly gates: number;
  readonly cells: number | null;
  readonly y: number;
  readonly dy: number;
  readonly lastDh: number;
  readonly lastDc: number | null;
  readonly dh: number;
  readonly dc: number | null;
  readonly dz: number;
  readonly dCandidate: number | null;
  readonly recurrentDropout: CudaNoise;
  readonly hiddenZoneout: CudaNoise;
  readonly cellZoneout: CudaNoise;
}

export interface CudaPersistentBackward {
  readonly layer: CudaRecurrentBackward;
  readonly arrived: number;
  readonly sums: number;
}

export interface CudaMaskedWindow {
  readonly batch: number;
  readonly width: number;
  readonly parts: number;
  readonly first: number;
  readonly rest: number;
  readonly out: number;
  readonly dropout: CudaNoise;
}

export interface CudaMaskedSum {
  readonly batch: number;
  readonly width: number;
  readonly parts: number;
  readonly from: number;
  readonly out: number;
  readonly dropout: CudaNoise;
}

export interface CudaSpan {
  readonly at: number;
  readonly count: number;
  readonly firstBlock: number;
}

export interface CudaSumOfSquares {
  readonly spans: number;
  readonly span: readonly CudaSpan[];
  readonly partial: number;
}

export interface CudaNorm {
  readonly count: number;
  readonly partial: number;
  readonly norm: number;
}

export interface CudaRowSums {
  readonly columns: number;
  readonly n: number;
  readonly x: number;
  readonly factor: number;
  readonly out: number;
}

export interface CudaColumnSums {
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly x: number;
  readonly factor: number;
  readonly accumulate: number;
  readonly out: number;
}

export interface CudaFactor {
  readonly at: number | null;
  readonly value: number;
}

export interface CudaClipScale {
  readonly most: number;
  readonly norm: number;
  readonly scale: number;
}

export interface CudaGradientRule {
  readonly gradient: number;
  readonly scale: CudaFactor;
  readonly rate: CudaFactor;
  readonly decay: CudaFactor;
  readonly clip: number;
}

export interface CudaSgdUpdate {
  readonly n: number;
  readonly parameter: number;
  readonly rule: CudaGradientRule;
}

export interface CudaAdamUpdate {
  readonly n: number;
  readonly parameter: number;
  readonly firstMoment: number;
  readonly secondMoment: number;
  readonly beta1: number;
  readonly oneLessBeta1: number;
  readonly beta2: number;
  readonly oneLessBeta2: number;
  readonly epsilon: number;
  readonly rate: CudaFactor;
  readonly correction: CudaFactor;
  readonly rule: CudaGradientRule;
}

export interface CudaRmspropUpdate {
  readonly n: number;
  readonly parameter: number;
  readonly meanSquare: number;
  readonly keep: number;
  readonly oneLessKeep: number;
  readonly epsilon: number;
  readonly rate: CudaFactor;
  readonly rule: CudaGradientRule;
}

export interface CudaAverageUpdate {
  readonly n: number;
  readonly average: number;
  readonly parameter: number;
  readonly weight: CudaFactor;
}

export interface CudaDimensions {
  readonly n: number;
  readonly count: number;
  readonly size: readonly number[];
}

export interface CudaOperand {
  readonly at: number | null;
  readonly value: number;
  readonly stride: readonly number[];
}

export interface CudaBinary {
  readonly operation: number;
  readonly dimensions: CudaDimensions;
  readonly a: CudaOperand;
  readonly b: CudaOperand;
  readonly out: number;
}

export interface CudaUnary {
  readonly function: number;
  readonly n: number;
  readonly x: number;
  readonly out: number;
}

export interface CudaCopy {
  readonly dimensions: CudaDimensions;
  readonly from: number;
  readonly to: number;
  readonly fromStride: readonly number[];
  readonly toStride: readonly number[];
}

export interface CudaRun {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly firstBlock: number;
}

export interface CudaCopyRuns {
  readonly runs: number;
  readonly run: readonly CudaRun[];
}

export interface CudaSoftmax {
  readonly columns: number;
  readonly x: number;
  readonly y: number;
}

/** The argument of each kernel. Tensors are device addresses. */
export interface CudaKernels {
  readonly dropout: CudaDropout;
  readonly product128x128: CudaProduct;
  readonly product64x64: CudaProduct;
  readonly product32x128: CudaProduct;
  readonly productMixed256x128: CudaProduct;
  readonly productMixed128x128: CudaProduct;
  readonly productMixed64x64: CudaProduct;
  readonly productMixed32x128: CudaProduct;
  readonly productTf32256x128: CudaProduct;
  readonly productTf32128x128: CudaProduct;
  readonly productTf3264x64: CudaProduct;
  readonly productTf3232x128: CudaProduct;
  readonly productParts: CudaProductParts;
  readonly softmaxRows: CudaSoftmaxRows;
  readonly softmaxGradient: CudaSoftmaxGradient;
  readonly gatherRows: CudaGatherRows;
  readonly scatterAddRows: CudaScatterAddRows;
  readonly recurrentPackF32: CudaRecurrentPack;
  readonly recurrentPackBf16: CudaRecurrentPack;
  readonly lstmForwardF32: CudaRecurrentForward;
  readonly lstmForwardBf16: CudaRecurrentForward;
  readonly gruForwardF32: CudaRecurrentForward;
  readonly gruForwardBf16: CudaRecurrentForward;
  readonly tanhRnnForwardF32: CudaRecurrentForward;
  readonly tanhRnnForwardBf16: CudaRecurrentForward;
  readonly lstmPersistentForward: CudaPersistentForward;
  readonly gruPersistentForward: CudaPersistentForward;
  readonly lstmBackwardF32: CudaRecurrentBackward;
  readonly lstmBackwardBf16: CudaRecurrentBackward;
  readonly gruBackwardF32: CudaRecurrentBackward;
  readonly gruBackwardBf16: CudaRecurrentBackward;
  readonly tanhRnnBackwardF32: CudaRecurrentBackward;
  readonly tanhRnnBackwardBf16: CudaRecurrentBackward;
  readonly lstmPersistentBackward: CudaPersistentBackward;
  readonly gruPersistentBackward: CudaPersistentBackward;
  readonly maskedWindow: CudaMaskedWindow;
  readonly maskedSum: CudaMaskedSum;
  readonly sumOfSquares: CudaSumOfSquares;
  readonly norm: CudaNorm;
  readonly rowSums: CudaRowSums;
  readonly columnSums: CudaColumnSums;
  readonly clipScale: CudaClipScale;
  readonly sgdUpdate: CudaSgdUpdate;
  readonly adamUpdate: CudaAdamUpdate;
  readonly rmspropUpdate: CudaRmspropUpdate;
  readonly averageUpdate: CudaAverageUpdate;
  readonly binary: CudaBinary;
  readonly unary: CudaUnary;
  readonly copy: CudaCopy;
  readonly copyRuns: CudaCopyRuns;
  readonly softmax: CudaSoftmax;
}

function writeCudaNoise(to: ArgumentMemory, at: number, value: CudaNoise): void {
  to.uint64(at, value.threshold);
  to.uint64(at + 8, value.clock ?? 0);
  to.float(at + 16, value.rate);
  to.float(at + 20, value.scale);
  to.int32(at + 24, value.mask);
  to.int32(at + 28, value.perGate);
  to.uint32(at + 32, value.seed);
  to.uint32(at + 36, value.site);
  to.uint32(at + 40, value.step);
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
  to.int32(at + 76, value.depth);
  to.uint64(at + 80, value.parts ?? 0);
}

function writeCudaProductParts(to: ArgumentMemory, at: number, value: CudaProductParts): void {
  to.int32(at, value.m);
  to.int32(at + 4, value.n);
  to.int32(at + 8, value.parts);
  to.uint64(at + 16, value.sums);
  to.uint64(at + 24, value.bias ?? 0);
  to.int32(at + 32, value.accumulate);
  to.uint64(at + 40, value.c);
  to.int32(at + 48, value.cRow);
}

function writeCudaSoftmaxRows(to: ArgumentMemory, at: number, value: CudaSoftmaxRows): void {
  to.int32(at, value.classes);
  to.uint64(at + 8, value.logits);
  to.uint64(at + 16, value.targets);
  to.uint64(at + 24, value.nll);
  to.uint64(at + 32, value.logSumExp ?? 0);
}

function writeCudaSoftmaxGradient(to: ArgumentMemory, at: number, value: CudaSoftmaxGradient): void {
  to.int32(at, value.classes);
  to.uint64(at + 8, value.logits);
  to.uint64(at + 16, value.gradient);
  to.uint64(at + 24, value.targets);
  to.uint64(at + 32, value.logSumExp);
  to.uint64(at + 40, value.upstream);
}

function writeCudaGatherRows(to: ArgumentMemory, at: number, value: CudaGatherRows): void {
  to.int32(at, value.width);
  to.uint64(at + 8, value.table);
  to.uint64(at + 16, value.ids);
  to.uint64(at + 24, value.out);
}

function writeCudaScatterAddRows(to: ArgumentMemory, at: number, value: CudaScatterAddRows): void {
  to.int32(at, value.positions);
  to.int32(at + 4, value.width);
  to.uint64(at + 8, value.ids);
  to.uint64(at + 16, value.rows);
  to.uint64(at + 24, value.out);
}

function writeCudaRecurrentPack(to: ArgumentMemory, at: number, value: CudaRecurrentPack): void {
  to.int32(at, value.gates);
  to.int32(at + 4, value.units);
  to.int32(at + 8, value.rounding);
  to.uint64(at + 16, value.u);
  to.uint64(at + 24, value.weight);
  to.int32(at + 32, value.batch);
  to.uint64(at + 40, value.h0 ?? 0);
  to.uint64(at + 48, value.left ?? 0);
  writeCudaNoise(to, at + 56, value.recurrentDropout);
}

function writeCudaRecurrentForward(to: ArgumentMemory, at: number, value: CudaRecurrentForward): void {
  to.int32(at, value.t);
  to.int32(at + 4, value.steps);
  to.int32(at + 8, value.batch);
  to.int32(at + 12, value.units);
  to.int32(at + 16, value.rounding);
  to.uint64(at + 24, value.weight);
  to.uint64(at + 32, value.left);
  to.uint64(at + 40, value.h0);
  to.uint64(at + 48, value.c0 ?? 0);
  to.uint64(at + 56, value.candidateBias ?? 0);
  to.uint64(at + 64, value.gates);
  to.uint64(at + 72, value.cells ?? 0);
  to.uint64(at + 80, value.y);
  to.uint64(at + 88, value.lastH);
  to.uint64(at + 96, value.lastC ?? 0);
  writeCudaNoise(to, at + 104, value.recurrentDropout);
  writeCudaNoise(to, at + 152, value.hiddenZoneout);
  writeCudaNoise(to, at + 200, value.cellZoneout);
}

function writeCudaPersistentForward(to: ArgumentMemory, at: number, value: CudaPersistentForward): void {
  writeCudaRecurrentForward(to, at, value.layer);
  to.uint64(at + 248, value.arrived);
}

function writeCudaRecurrentBackward(to: ArgumentMemory, at: number, value: CudaRecurrentBackward): void {
  to.int32(at, value.t);
  to.int32(at + 4, value.steps);
  to.int32(at + 8, value.batch);
  to.int32(at + 12, value.units);
  to.int32(at + 16, value.rounding);
  to.uint64(at + 24, value.weight);
  to.uint64(at + 32, value.left);
  to.uint64(at + 40, value.h0);
  to.uint64(at + 48, value.c0 ?? 0);
  to.uint64(at + 56, value.gates);
  to.uint64(at + 64, value.cells ?? 0);
  to.uint64(at + 72, value.y);
  to.uint64(at + 80, value.dy);
  to.uint64(at + 88, value.lastDh);
  to.uint64(at + 96, value.lastDc ?? 0);
  to.uint64(at + 104, value.dh);
  to.uint64(at + 112, value.dc ?? 0);
  to.uint64(at + 120, value.dz);
  to.uint64(at + 128, value.dCandidate ?? 0);
  writeCudaNoise(to, at + 136, value.recurrentDropout);
  writeCudaNoise(to, at + 184, value.hiddenZoneout);
  writeCudaNoise(to, at + 232, value.cellZoneout);
}

function writeCudaPersistentBackward(to: ArgumentMemory, at: number, value: CudaPersistentBackward): void {
  writeCudaRecurrentBackward(to, at, value.layer);
  to.uint64(at + 280, value.arrived);
  to.uint64(at + 288, value.sums);
}

function writeCudaMaskedWindow(to: ArgumentMemory, at: number, value: CudaMaskedWindow): void {
  to.int32(at, value.batch);
  to.int32(at + 4, value.width);
  to.int32(at + 8, value.parts);
  to.uint64(at + 16, value.first);
  to.uint64(at + 24, value.rest);
  to.uint64(at + 32, value.out);
  writeCudaNoise(to, at + 40, value.dropout);
}

function writeCudaMaskedSum(to: ArgumentMemory, at: number, value: CudaMaskedSum): void {
  to.int32(at, value.batch);
  to.int32(at + 4, value.width);
  to.int32(at + 8, value.parts);
  to.uint64(at + 16, value.from);
  to.uint64(at + 24, value.out);
  writeCudaNoise(to, at + 32, value.dropout);
}

function writeCudaSpan(to: ArgumentMemory, at: number, value: CudaSpan): void {
  to.uint64(at, value.at);
  to.int32(at + 8, value.count);
  to.int32(at + 12, value.firstBlock);
}

function writeCudaSumOfSquares(to: ArgumentMemory, at: number, value: CudaSumOfSquares): void {
  to.int32(at, value.spans);
  to.checkCount(value.span, 32);
  for (let i = 0; i < value.span.length; i++) writeCudaSpan(to, at + 8 + 16 * i, value.span[i]);
  to.uint64(at + 520, value.partial);
}

function writeCudaNorm(to: ArgumentMemory, at: number, value: CudaNorm): void {
  to.int32(at, value.count);
  to.uint64(at + 8, value.partial);
  to.uint64(at + 16, value.norm);
}

function writeCudaRowSums(to: ArgumentMemory, at: number, value: CudaRowSums): void {
  to.int32(at, value.columns);
  to.int32(at + 4, value.n);
  to.uint64(at + 8, value.x);
  to.float(at + 16, value.factor);
  to.uint64(at + 24, value.out);
}

function writeCudaColumnSums(to: ArgumentMemory, at: number, value: CudaColumnSums): void {
  to.int32(at, value.rows);
  to.int32(at + 4, value.columns);
  to.int32(at + 8, value.row);
  to.uint64(at + 16, value.x);
  to.float(at + 24, value.factor);
  to.int32(at + 28, value.accumulate);
  to.uint64(at + 32, value.out);
}

function writeCudaFactor(to: ArgumentMemory, at: number, value: CudaFactor): void {
  to.uint64(at, value.at ?? 0);
  to.float(at + 8, value.value);
}

function writeCudaClipScale(to: ArgumentMemory, at: number, value: CudaClipScale): void {
  to.float(at, value.most);
  to.uint64(at + 8, value.norm);
  to.uint64(at + 16, value.scale);
}

function writeCudaGradientRule(to: ArgumentMemory, at: number, value: CudaGradientRule): void {
  to.uint64(at, value.gradient);
  writeCudaFactor(to, at + 8, value.scale);
  writeCudaFactor(to, at + 24, value.rate);
  writeCudaFactor(to, at + 40, value.decay);
  to.float(at + 56, value.clip);
}

function writeCudaSgdUpdate(to: ArgumentMemory, at: number, value: CudaSgdUpdate): void {
  to.int32(at, value.n);
  to.uint64(at + 8, value.parameter);
  writeCudaGradientRule(to, at + 16, value.rule);
}

function writeCudaAdamUpdate(to: ArgumentMemory, at: number, value: CudaAdamUpdate): void {
  to.int32(at, value.n);
  to.uint64(at + 8, value.parameter);
  to.uint64(at + 16, value.firstMoment);
  to.uint64(at + 24, value.secondMoment);
  to.float(at + 32, value.beta1);
  to.float(at + 36, value.oneLessBeta1);
  to.float(at + 40, value.beta2);
  to.float(at + 44, value.oneLessBeta2);
  to.float(at + 48, value.epsilon);
  writeCudaFactor(to, at + 56, value.rate);
  writeCudaFactor(to, at + 72, value.correction);
  writeCudaGradientRule(to, at + 88, value.rule);
}

function writeCudaRmspropUpdate(to: ArgumentMemory, at: number, value: CudaRmspropUpdate): void {
  to.int32(at, value.n);
  to.uint64(at + 8, value.parameter);
  to.uint64(at + 16, value.meanSquare);
  to.float(at + 24, value.keep);
  to.float(at + 28, value.oneLessKeep);
  to.float(at + 32, value.epsilon);
  writeCudaFactor(to, at + 40, value.rate);
  writeCudaGradientRule(to, at + 56, value.rule);
}

function writeCudaAverageUpdate(to: ArgumentMemory, at: number, value: CudaAverageUpdate): void {
  to.int32(at, value.n);
  to.uint64(at + 8, value.average);
  to.uint64(at + 16, value.parameter);
  writeCudaFactor(to, at + 24, value.weight);
}

function writeCudaDimensions(to: ArgumentMemory, at: number, value: CudaDimensions): void {
  to.int32(at, value.n);
  to.int32(at + 4, value.count);
  to.checkCount(value.size, 6);
  for (let i = 0; i < value.size.length; i++) to.int32(at + 8 + 4 * i, value.size[i]);
}

function writeCudaOperand(to: ArgumentMemory, at: number, value: CudaOperand): void {
  to.uint64(at, value.at ?? 0);
  to.float(at + 8, value.value);
  to.checkCount(value.stride, 6);
  for (let i = 0; i < value.stride.length; i++) to.int32(at + 12 + 4 * i, value.stride[i]);
}

function writeCudaBinary(to: ArgumentMemory, at: number, value: CudaBinary): void {
  to.int32(at, value.operation);
  writeCudaDimensions(to, at + 4, value.dimensions);
  writeCudaOperand(to, at + 40, value.a);
  writeCudaOperand(to, at + 80, value.b);
  to.uint64(at + 120, value.out);
}

function writeCudaUnary(to: ArgumentMemory, at: number, value: CudaUnary): void {
  to.int32(at, value.function);
  to.int32(at + 4, value.n);
  to.uint64(at + 8, value.x);
  to.uint64(at + 16, value.out);
}

function writeCudaCopy(to: ArgumentMemory, at: number, value: CudaCopy): void {
  writeCudaDimensions(to, at, value.dimensions);
  to.uint64(at + 32, value.from);
  to.uint64(at + 40, value.to);
  to.checkCount(value.fromStride, 6);
  for (let i = 0; i < value.fromStride.length; i++) to.int32(at + 48 + 4 * i, value.fromStride[i]);
  to.checkCount(value.toStride, 6);
  for (let i = 0; i < value.toStride.length; i++) to.int32(at + 72 + 4 * i, value.toStride[i]);
}

function writeCudaRun(to: ArgumentMemory, at: number, value: CudaRun): void {
  to.uint64(at, value.from);
  to.uint64(at + 8, value.to);
  to.int32(at + 16, value.count);
  to.int32(at + 20, value.firstBlock);
}

function writeCudaCopyRuns(to: ArgumentMemory, at: number, value: CudaCopyRuns): void {
  to.int32(at, value.runs);
  to.checkCount(value.run, 64);
  for (let i = 0; i < value.run.length; i++) writeCudaRun(to, at + 8 + 24 * i, value.run[i]);
}

function writeCudaSoftmax(to: ArgumentMemory, at: number, value: CudaSoftmax): void {
  to.int32(at, value.columns);
  to.uint64(at + 8, value.x);
  to.uint64(at + 16, value.y);
}

/** Each kernel: its symbol, its argument's size in bytes, and the function that writes the argument. */
export const KERNELS = {
  dropout: { symbol: 'zlm_dropout', bytes: 72, write: writeCudaDropout },
  product128x128: { symbol: 'zlm_product_128x128', bytes: 88, write: writeCudaProduct },
  product64x64: { symbol: 'zlm_product_64x64', bytes: 88, write: writeCudaProduct },
  product32x128: { symbol: 'zlm_product_32x128', bytes: 88, write: writeCudaProduct },
  productMixed256x128: { symbol: 'zlm_product_mixed_256x128', bytes: 88, write: writeCudaProduct },
  productMixed128x128: { symbol: 'zlm_product_mixed_128x128', bytes: 88, write: writeCudaProduct },
  productMixed64x64: { symbol: 'zlm_product_mixed_64x64', bytes: 88, write: writeCudaProduct },
  productMixed32x128: { symbol: 'zlm_product_mixed_32x128', bytes: 88, write: writeCudaProduct },
  productTf32256x128: { symbol: 'zlm_product_tf32_256x128', bytes: 88, write: writeCudaProduct },
  productTf32128x128: { symbol: 'zlm_product_tf32_128x128', bytes: 88, write: writeCudaProduct },
  productTf3264x64: { symbol: 'zlm_product_tf32_64x64', bytes: 88, write: writeCudaProduct },
  productTf3232x128: { symbol: 'zlm_product_tf32_32x128', bytes: 88, write: writeCudaProduct },
  productParts: { symbol: 'zlm_product_parts', bytes: 56, write: writeCudaProductParts },
  softmaxRows: { symbol: 'zlm_softmax_rows', bytes: 40, write: writeCudaSoftmaxRows },
  softmaxGradient: { symbol: 'zlm_softmax_gradient', bytes: 48, write: writeCudaSoftmaxGradient },
  gatherRows: { symbol: 'zlm_gather_rows', bytes: 32, write: writeCudaGatherRows },
  scatterAddRows: { symbol: 'zlm_scatter_add_rows', bytes: 32, write: writeCudaScatterAddRows },
  recurrentPackF32: { symbol: 'zlm_recurrent_pack_f32', bytes: 104, write: writeCudaRecurrentPack },
  recurrentPackBf16: { symbol: 'zlm_recurrent_pack_bf16', bytes: 104, write: writeCudaRecurrentPack },
  lstmForwardF32: { symbol: 'zlm_lstm_forward_f32', bytes: 248, write: writeCudaRecurrentForward },
  lstmForwardBf16: { symbol: 'zlm_lstm_forward_bf16', bytes: 248, write: writeCudaRecurrentForward },
  gruForwardF32: { symbol: 'zlm_gru_forward_f32', bytes: 248, write: writeCudaRecurrentForward },
  gruForwardBf16: { symbol: 'zlm_gru_forward_bf16', bytes: 248, write: writeCudaRecurrentForward },
  tanhRnnForwardF32: { symbol: 'zlm_tanh_rnn_forward_f32', bytes: 248, write: writeCudaRecurrentForward },
  tanhRnnForwardBf16: { symbol: 'zlm_tanh_rnn_forward_bf16', bytes: 248, write: writeCudaRecurrentForward },
  lstmPersistentForward: { symbol: 'zlm_lstm_persistent_forward', bytes: 256, write: writeCudaPersistentForward },
  gruPersistentForward: { symbol: 'zlm_gru_persistent_forward', bytes: 256, write: writeCudaPersistentForward },
  lstmBackwardF32: { symbol: 'zlm_lstm_backward_f32', bytes: 280, write: writeCudaRecurrentBackward },
  lstmBackwardBf16: { symbol: 'zlm_lstm_backward_bf16', bytes: 280, write: writeCudaRecurrentBackward },
  gruBackwardF32: { symbol: 'zlm_gru_backward_f32', bytes: 280, write: writeCudaRecurrentBackward },
  gruBackwardBf16: { symbol: 'zlm_gru_backward_bf16', bytes: 280, write: writeCudaRecurrentBackward },
  tanhRnnBackwardF32: { symbol: 'zlm_tanh_rnn_backward_f32', bytes: 280, write: writeCudaRecurrentBackward },
  tanhRnnBackwardBf16: { symbol: 'zlm_tanh_rnn_backward_bf16', bytes: 280, write: writeCudaRecurrentBackward },
  lstmPersistentBackward: { symbol: 'zlm_lstm_persistent_backward', bytes: 296, write: writeCudaPersistentBackward },
  gruPersistentBackward: { symbol: 'zlm_gru_persistent_backward', bytes: 296, write: writeCudaPersistentBackward },
  maskedWindow: { symbol: 'zlm_masked_window', bytes: 88, write: writeCudaMaskedWindow },
  maskedSum: { symbol: 'zlm_masked_sum', bytes: 80, write: writeCudaMaskedSum },
  sumOfSquares: { symbol: 'zlm_sum_of_squares', bytes: 528, write: writeCudaSumOfSquares },
  norm: { symbol: 'zlm_norm', bytes: 24, write: writeCudaNorm },
  rowSums: { symbol: 'zlm_row_sums', bytes: 32, write: writeCudaRowSums },
  columnSums: { symbol: 'zlm_column_sums', bytes: 40, write: writeCudaColumnSums },
  clipScale: { symbol: 'zlm_clip_scale', bytes: 24, write: writeCudaClipScale },
  sgdUpdate: { symbol: 'zlm_sgd_update', bytes: 80, write: writeCudaSgdUpdate },
  adamUpdate: { symbol: 'zlm_adam_update', bytes: 152, write: writeCudaAdamUpdate },
  rmspropUpdate: { symbol: 'zlm_rmsprop_update', bytes: 120, write: writeCudaRmspropUpdate },
  averageUpdate: { symbol: 'zlm_average_update', bytes: 40, write: writeCudaAverageUpdate },
  binary: { symbol: 'zlm_binary', bytes: 128, write: writeCudaBinary },
  unary: { symbol: 'zlm_unary', bytes: 24, write: writeCudaUnary },
  copy: { symbol: 'zlm_copy', bytes: 96, write: writeCudaCopy },
  copyRuns: { symbol: 'zlm_copy_runs', bytes: 1544, write: writeCudaCopyRuns },
  softmax: { symbol: 'zlm_softmax', bytes: 24, write: writeCudaSoftmax },
} as const;

/** Constants of the header. */
export const CONSTANTS = {
  "MASK_NONE": 0,
  "MASK_STEP": 1,
  "MASK_SEQUENCE": 2,
  "MASK_EXPECTED": 3,
  "PRODUCT_DEPTH": 16,
  "PRODUCT_128X128_THREADS": 256,
  "PRODUCT_64X64_THREADS": 128,
  "PRODUCT_32X128_THREADS": 128,
  "PRODUCT_128X128_SHARED_BYTES": 33792,
  "PRODUCT_64X64_SHARED_BYTES": 17408,
  "PRODUCT_32X128_SHARED_BYTES": 21504,
  "PRODUCT_MMA_256X128_THREADS": 256,
  "PRODUCT_MMA_128X128_THREADS": 128,
  "PRODUCT_MMA_64X64_THREADS": 128,
  "PRODUCT_MMA_32X128_THREADS": 128,
  "PRODUCT_MMA_256X128_SHARED_BYTES": 122880,
  "PRODUCT_MMA_128X128_SHARED_BYTES": 81920,
  "PRODUCT_MMA_64X64_SHARED_BYTES": 40960,
  "PRODUCT_MMA_32X128_SHARED_BYTES": 51200,
  "SOFTMAX_SHARED_BYTES": 64,
  "SCATTER_ADD_SHARED_BYTES": 32,
  "ROUND_NONE": 0,
  "ROUND_BFLOAT16": 1,
  "ROUND_TF32": 2,
  "RECURRENT_THREADS": 256,
  "RECURRENT_ROWS": 32,
  "RECURRENT_TERMS": 16,
  "RECURRENT_COLUMNS": 16,
  "LSTM_TILES": 3,
  "GRU_TILES": 3,
  "TANH_RNN_TILES": 1,
  "BACKWARD_TILES": 1,
  "RESIDENT_UNITS": 1536,
  "BACKWARD_GROUP": 48,
  "RECURRENT_PACKED_STEPS": 8,
  "RECURRENT_PACK_SHARED_BYTES": 3136,
  "SUM_PIECE": 16384,
  "SUM_SPANS": 32,
  "SUM_COLUMNS": 32,
  "SUM_SHARED_BYTES": 2048,
  "DIMENSIONS": 6,
  "COPY_PIECE": 1024,
  "COPY_RUNS": 64,
  "THREADS": 256
} as const;

