/** Generated from kernels/zlm.h by `npm run generate`. Do not edit. */

export interface NativeNoise {
  readonly rate: number;
  readonly mask: number;
  readonly perGate: number;
  readonly seed: number;
  readonly site: number;
  readonly step: number;
}

export interface NativeLayer {
  readonly mixed: number;
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  readonly x: Float32Array;
  readonly h0: Float32Array;
  readonly c0: Float32Array | null;
  readonly w: Float32Array;
  readonly u: Float32Array;
  readonly bias: Float32Array | null;
  readonly candidateBias: Float32Array | null;
  readonly inputDropout: NativeNoise | null;
  readonly recurrentDropout: NativeNoise | null;
  readonly hiddenZoneout: NativeNoise | null;
  readonly cellZoneout: NativeNoise | null;
  readonly y: Float32Array;
  readonly cells: Float32Array | null;
  readonly gates: Float32Array;
  readonly dy: Float32Array | null;
  readonly dh: Float32Array | null;
  readonly dc: Float32Array | null;
  readonly dx: Float32Array | null;
  readonly dw: Float32Array | null;
  readonly du: Float32Array | null;
  readonly dbias: Float32Array | null;
  readonly dGates: Float32Array | null;
  readonly dCandidateBias: Float32Array | null;
}

export interface NativeTransitions {
  readonly depth: number;
  readonly weights: Float32Array;
  readonly biases: Float32Array | null;
  readonly shortcut: Float32Array | null;
  readonly states: Float32Array;
  readonly dWeights: Float32Array | null;
  readonly dBiases: Float32Array | null;
  readonly dShortcut: Float32Array | null;
}

export interface NativeMatrix {
  readonly at: Float32Array;
  readonly row: number;
  readonly column: number;
}

export interface NativeSoftmaxLayer {
  readonly mixed: number;
  readonly n: number;
  readonly h: number;
  readonly v: number;
  readonly hidden: Float32Array;
  readonly weight: Float32Array;
  readonly tied: number;
  readonly bias: Float32Array;
  readonly targets: Int32Array;
  readonly rowWeights: Float32Array | null;
  readonly rowWeight: number;
  readonly nll: Float32Array;
  readonly dHidden: Float32Array | null;
  readonly dWeight: Float32Array | null;
  readonly dLogits: Float32Array | null;
  readonly dBias: Float32Array | null;
}

export interface NativeCtcLoss {
  readonly v: number;
  readonly utterances: number;
  readonly logits: Float32Array;
  readonly frames: Int32Array;
  readonly labels: Int32Array;
  readonly labelCounts: Int32Array;
  readonly nll: Float32Array;
  readonly dLogits: Float32Array | null;
}

export interface NativeDraws {
  readonly n: number;
  readonly v: number;
  readonly logits: Float32Array;
  readonly stride: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly banned: Int32Array;
  readonly bans: number;
  readonly uniforms: Float64Array;
  readonly drawn: Int32Array;
}

export interface NativeAttention {
  readonly steps: number;
  readonly sourceSteps: number;
  readonly batch: number;
  readonly units: number;
  readonly queries: Float32Array;
  readonly source: Float32Array;
  readonly lengths: Int32Array | null;
  readonly weights: Float32Array;
  readonly context: Float32Array | null;
  readonly dContext: Float32Array | null;
  readonly dQueries: Float32Array | null;
  readonly dSource: Float32Array | null;
}

export interface NativeGradientRule {
  readonly scale: number;
  readonly decay: number;
  readonly clip: number;
}

export interface NativeAdam {
  readonly beta1: number;
  readonly oneLessBeta1: number;
  readonly beta2: number;
  readonly oneLessBeta2: number;
  readonly rate: number;
  readonly correction: number;
  readonly epsilon: number;
}

export interface NativeRmsprop {
  readonly keep: number;
  readonly oneLessKeep: number;
  readonly rate: number;
  readonly epsilon: number;
}

export interface NativeDynamic {
  readonly rate: number;
  readonly epsilon: number;
  readonly decay: number;
}

export interface NativeFunctions {
  setThreads(named: { readonly count: number }): void;
  bf16Units(): number;
  multiplyAdds(named: { readonly bf16: number; readonly rounds: number }): number;
  read(named: { readonly n: number; readonly x: Float32Array }): number;
  dropout(named: { readonly steps: number; readonly perStep: number; readonly x: Float32Array; readonly y: Float32Array; readonly noise: NativeNoise }): void;
  lstmForward(layer: NativeLayer): number;
  lstmBackward(layer: NativeLayer): number;
  gruForward(layer: NativeLayer): number;
  gruBackward(layer: NativeLayer): number;
  tanhRnnForward(layer: NativeLayer): number;
  tanhRnnBackward(layer: NativeLayer): number;
  deepTransitionForward(named: { readonly layer: NativeLayer; readonly transitions: NativeTransitions }): number;
  deepTransitionBackward(named: { readonly layer: NativeLayer; readonly transitions: NativeTransitions }): number;
  product(named: { readonly mixed: number; readonly m: number; readonly n: number; readonly k: number; readonly a: NativeMatrix; readonly b: NativeMatrix; readonly c: Float32Array }): number;
  softmax(layer: NativeSoftmaxLayer): number;
  logits(named: { readonly n: number; readonly h: number; readonly v: number; readonly hidden: Float32Array; readonly weight: Float32Array; readonly tied: number; readonly bias: Float32Array; readonly logits: Float32Array }): number;
  ctc(loss: NativeCtcLoss): number;
  draw(draws: NativeDraws): number;
  likeliest(named: { readonly n: number; readonly v: number; readonly k: number; readonly logits: Float32Array; readonly largest: Float32Array; readonly ids: Int32Array; readonly logSums: Float32Array }): void;
  attentionForward(attention: NativeAttention): number;
  attentionBackward(attention: NativeAttention): number;
  gatherRows(named: { readonly n: number; readonly width: number; readonly table: Float32Array; readonly ids: Int32Array; readonly out: Float32Array }): void;
  scatterAddRows(named: { readonly n: number; readonly width: number; readonly from: Float32Array; readonly ids: Int32Array; readonly out: Float32Array }): void;
  sumOfSquaresOfRows(named: { readonly n: number; readonly width: number; readonly x: Float32Array; readonly ids: Int32Array; readonly partial: Float64Array }): number;
  sumOfSquares(named: { readonly n: number; readonly x: Float32Array; readonly partial: Float64Array }): number;
  sum(named: { readonly n: number; readonly x: Float32Array; readonly partial: Float64Array }): number;
  columnSums(named: { readonly rows: number; readonly columns: number; readonly x: Float32Array; readonly out: Float32Array }): void;
  rowSums(named: { readonly rows: number; readonly columns: number; readonly x: Float32Array; readonly out: Float32Array }): void;
  binary(named: { readonly operation: number; readonly rows: number; readonly columns: number; readonly a: NativeMatrix; readonly b: NativeMatrix; readonly out: Float32Array }): void;
  unary(named: { readonly operation: number; readonly n: number; readonly x: Float32Array; readonly out: Float32Array }): void;
  scaledCopy(named: { readonly n: number; readonly x: Float32Array; readonly factor: number; readonly out: Float32Array }): void;
  sgdUpdate(named: { readonly n: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly rule: NativeGradientRule }): void;
  sgdUpdateRows(named: { readonly n: number; readonly width: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly ids: Int32Array; readonly rule: NativeGradientRule }): void;
  adamUpdate(named: { readonly n: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly firstMoment: Float32Array; readonly secondMoment: Float32Array; readonly rule: NativeGradientRule; readonly adam: NativeAdam }): void;
  rmspropUpdate(named: { readonly n: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly meanSquare: Float32Array; readonly rule: NativeGradientRule; readonly rmsprop: NativeRmsprop }): void;
  averageUpdate(named: { readonly n: number; readonly average: Float32Array; readonly parameter: Float32Array; readonly weight: number }): void;
  dynamicUpdate(named: { readonly n: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly anchor: Float32Array; readonly rms: Float32Array; readonly dynamic: NativeDynamic }): void;
  dynamicUpdateFactors(named: { readonly n: number; readonly height: number; readonly width: number; readonly parameter: Float32Array; readonly left: Float32Array; readonly right: Float32Array; readonly anchor: Float32Array; readonly rms: Float32Array; readonly dynamic: NativeDynamic }): void;
  dynamicUpdateRows(named: { readonly n: number; readonly width: number; readonly parameter: Float32Array; readonly gradient: Float32Array; readonly anchor: Float32Array; readonly rms: Float32Array; readonly ids: Int32Array; readonly dynamic: NativeDynamic }): void;
}

/** Each struct, in an order in which none needs a later one: its members and their C types. */
export const STRUCTS = {
  "zlm_noise": {
    "rate": "double",
    "mask": "int32_t",
    "perGate": "int32_t",
    "seed": "uint32_t",
    "site": "uint32_t",
    "step": "uint32_t"
  },
  "zlm_layer": {
    "mixed": "int32_t",
    "steps": "int64_t",
    "batch": "int64_t",
    "inputs": "int64_t",
    "units": "int64_t",
    "x": "float *",
    "h0": "float *",
    "c0": "float *",
    "w": "float *",
    "u": "float *",
    "bias": "float *",
    "candidateBias": "float *",
    "inputDropout": "zlm_noise *",
    "recurrentDropout": "zlm_noise *",
    "hiddenZoneout": "zlm_noise *",
    "cellZoneout": "zlm_noise *",
    "y": "float *",
    "cells": "float *",
    "gates": "float *",
    "dy": "float *",
    "dh": "float *",
    "dc": "float *",
    "dx": "float *",
    "dw": "float *",
    "du": "float *",
    "dbias": "float *",
    "dGates": "float *",
    "dCandidateBias": "float *"
  },
  "zlm_transitions": {
    "depth": "int64_t",
    "weights": "float *",
    "biases": "float *",
    "shortcut": "float *",
    "states": "float *",
    "dWeights": "float *",
    "dBiases": "float *",
    "dShortcut": "float *"
  },
  "zlm_matrix": {
    "at": "float *",
    "row": "int64_t",
    "column": "int64_t"
  },
  "zlm_softmax_layer": {
    "mixed": "int32_t",
    "n": "int64_t",
    "h": "int64_t",
    "v": "int64_t",
    "hidden": "float *",
    "weight": "float *",
    "tied": "int32_t",
    "bias": "float *",
    "targets": "int32_t *",
    "rowWeights": "float *",
    "rowWeight": "float",
    "nll": "float *",
    "dHidden": "float *",
    "dWeight": "float *",
    "dLogits": "float *",
    "dBias": "float *"
  },
  "zlm_ctc_loss": {
    "v": "int64_t",
    "utterances": "int64_t",
    "logits": "float *",
    "frames": "int32_t *",
    "labels": "int32_t *",
    "labelCounts": "int32_t *",
    "nll": "float *",
    "dLogits": "float *"
  },
  "zlm_draws": {
    "n": "int64_t",
    "v": "int64_t",
    "logits": "float *",
    "stride": "int64_t",
    "temperature": "double",
    "topK": "int64_t",
    "topP": "double",
    "banned": "int32_t *",
    "bans": "int64_t",
    "uniforms": "double *",
    "drawn": "int32_t *"
  },
  "zlm_attention": {
    "steps": "int64_t",
    "sourceSteps": "int64_t",
    "batch": "int64_t",
    "units": "int64_t",
    "queries": "float *",
    "source": "float *",
    "lengths": "int32_t *",
    "weights": "float *",
    "context": "float *",
    "dContext": "float *",
    "dQueries": "float *",
    "dSource": "float *"
  },
  "zlm_gradient_rule": {
    "scale": "float",
    "decay": "float",
    "clip": "float"
  },
  "zlm_adam": {
    "beta1": "float",
    "oneLessBeta1": "float",
    "beta2": "float",
    "oneLessBeta2": "float",
    "rate": "float",
    "correction": "float",
    "epsilon": "float"
  },
  "zlm_rmsprop": {
    "keep": "float",
    "oneLessKeep": "float",
    "rate": "float",
    "epsilon": "float"
  },
  "zlm_dynamic": {
    "rate": "float",
    "epsilon": "float",
    "decay": "float"
  }
} as const;

/** Each function: its symbol, what it returns, and its parameters. */
export const FUNCTIONS = {
  "setThreads": {
    "symbol": "zlm_set_threads",
    "result": "void",
    "parameters": {
      "count": "int32_t"
    }
  },
  "bf16Units": {
    "symbol": "zlm_bf16_units",
    "result": "int",
    "parameters": {}
  },
  "multiplyAdds": {
    "symbol": "zlm_multiply_adds",
    "result": "double",
    "parameters": {
      "bf16": "int32_t",
      "rounds": "int64_t"
    }
  },
  "read": {
    "symbol": "zlm_read",
    "result": "double",
    "parameters": {
      "n": "int64_t",
      "x": "float *"
    }
  },
  "dropout": {
    "symbol": "zlm_dropout",
    "result": "void",
    "parameters": {
      "steps": "int64_t",
      "perStep": "int64_t",
      "x": "float *",
      "y": "float *",
      "noise": "zlm_noise *"
    }
  },
  "lstmForward": {
    "symbol": "zlm_lstm_forward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "lstmBackward": {
    "symbol": "zlm_lstm_backward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "gruForward": {
    "symbol": "zlm_gru_forward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "gruBackward": {
    "symbol": "zlm_gru_backward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "tanhRnnForward": {
    "symbol": "zlm_tanh_rnn_forward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "tanhRnnBackward": {
    "symbol": "zlm_tanh_rnn_backward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *"
    }
  },
  "deepTransitionForward": {
    "symbol": "zlm_deep_transition_forward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *",
      "transitions": "zlm_transitions *"
    }
  },
  "deepTransitionBackward": {
    "symbol": "zlm_deep_transition_backward",
    "result": "int",
    "parameters": {
      "layer": "zlm_layer *",
      "transitions": "zlm_transitions *"
    }
  },
  "product": {
    "symbol": "zlm_product",
    "result": "int",
    "parameters": {
      "mixed": "int32_t",
      "m": "int64_t",
      "n": "int64_t",
      "k": "int64_t",
      "a": "zlm_matrix *",
      "b": "zlm_matrix *",
      "c": "float *"
    }
  },
  "softmax": {
    "symbol": "zlm_softmax",
    "result": "int",
    "parameters": {
      "layer": "zlm_softmax_layer *"
    }
  },
  "logits": {
    "symbol": "zlm_logits",
    "result": "int",
    "parameters": {
      "n": "int64_t",
      "h": "int64_t",
      "v": "int64_t",
      "hidden": "float *",
      "weight": "float *",
      "tied": "int32_t",
      "bias": "float *",
      "logits": "float *"
    }
  },
  "ctc": {
    "symbol": "zlm_ctc",
    "result": "int",
    "parameters": {
      "loss": "zlm_ctc_loss *"
    }
  },
  "draw": {
    "symbol": "zlm_draw",
    "result": "int",
    "parameters": {
      "draws": "zlm_draws *"
    }
  },
  "likeliest": {
    "symbol": "zlm_likeliest",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "v": "int64_t",
      "k": "int64_t",
      "logits": "float *",
      "largest": "float *",
      "ids": "int32_t *",
      "logSums": "float *"
    }
  },
  "attentionForward": {
    "symbol": "zlm_attention_forward",
    "result": "int",
    "parameters": {
      "attention": "zlm_attention *"
    }
  },
  "attentionBackward": {
    "symbol": "zlm_attention_backward",
    "result": "int",
    "parameters": {
      "attention": "zlm_attention *"
    }
  },
  "gatherRows": {
    "symbol": "zlm_gather_rows",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "width": "int64_t",
      "table": "float *",
      "ids": "int32_t *",
      "out": "float *"
    }
  },
  "scatterAddRows": {
    "symbol": "zlm_scatter_add_rows",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "width": "int64_t",
      "from": "float *",
      "ids": "int32_t *",
      "out": "float *"
    }
  },
  "sumOfSquaresOfRows": {
    "symbol": "zlm_sum_of_squares_of_rows",
    "result": "double",
    "parameters": {
      "n": "int64_t",
      "width": "int64_t",
      "x": "float *",
      "ids": "int32_t *",
      "partial": "double *"
    }
  },
  "sumOfSquares": {
    "symbol": "zlm_sum_of_squares",
    "result": "double",
    "parameters": {
      "n": "int64_t",
      "x": "float *",
      "partial": "double *"
    }
  },
  "sum": {
    "symbol": "zlm_sum",
    "result": "double",
    "parameters": {
      "n": "int64_t",
      "x": "float *",
      "partial": "double *"
    }
  },
  "columnSums": {
    "symbol": "zlm_column_sums",
    "result": "void",
    "parameters": {
      "rows": "int64_t",
      "columns": "int64_t",
      "x": "float *",
      "out": "float *"
    }
  },
  "rowSums": {
    "symbol": "zlm_row_sums",
    "result": "void",
    "parameters": {
      "rows": "int64_t",
      "columns": "int64_t",
      "x": "float *",
      "out": "float *"
    }
  },
  "binary": {
    "symbol": "zlm_binary",
    "result": "void",
    "parameters": {
      "operation": "int32_t",
      "rows": "int64_t",
      "columns": "int64_t",
      "a": "zlm_matrix *",
      "b": "zlm_matrix *",
      "out": "float *"
    }
  },
  "unary": {
    "symbol": "zlm_unary",
    "result": "void",
    "parameters": {
      "operation": "int32_t",
      "n": "int64_t",
      "x": "float *",
      "out": "float *"
    }
  },
  "scaledCopy": {
    "symbol": "zlm_scaled_copy",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "x": "float *",
      "factor": "float",
      "out": "float *"
    }
  },
  "sgdUpdate": {
    "symbol": "zlm_sgd_update",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "rule": "zlm_gradient_rule *"
    }
  },
  "sgdUpdateRows": {
    "symbol": "zlm_sgd_update_rows",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "width": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "ids": "int32_t *",
      "rule": "zlm_gradient_rule *"
    }
  },
  "adamUpdate": {
    "symbol": "zlm_adam_update",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "firstMoment": "float *",
      "secondMoment": "float *",
      "rule": "zlm_gradient_rule *",
      "adam": "zlm_adam *"
    }
  },
  "rmspropUpdate": {
    "symbol": "zlm_rmsprop_update",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "meanSquare": "float *",
      "rule": "zlm_gradient_rule *",
      "rmsprop": "zlm_rmsprop *"
    }
  },
  "averageUpdate": {
    "symbol": "zlm_average_update",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "average": "float *",
      "parameter": "float *",
      "weight": "float"
    }
  },
  "dynamicUpdate": {
    "symbol": "zlm_dynamic_update",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "anchor": "float *",
      "rms": "float *",
      "dynamic": "zlm_dynamic *"
    }
  },
  "dynamicUpdateFactors": {
    "symbol": "zlm_dynamic_update_factors",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "height": "int64_t",
      "width": "int64_t",
      "parameter": "float *",
      "left": "float *",
      "right": "float *",
      "anchor": "float *",
      "rms": "float *",
      "dynamic": "zlm_dynamic *"
    }
  },
  "dynamicUpdateRows": {
    "symbol": "zlm_dynamic_update_rows",
    "result": "void",
    "parameters": {
      "n": "int64_t",
      "width": "int64_t",
      "parameter": "float *",
      "gradient": "float *",
      "anchor": "float *",
      "rms": "float *",
      "ids": "int32_t *",
      "dynamic": "zlm_dynamic *"
    }
  }
} as const;

