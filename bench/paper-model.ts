/** The models that the other programs can train: those of the paper (section 4.1), without later methods. */
import { ACTIVATION_PENALTIES } from '../src/model/activation-penalty.js';
import { isNgram, type NetworkSpec, type Spec } from '../src/spec/systems.js';

/** A spec of such a model, and its arguments for those programs. */
export interface PaperModel {
  readonly spec: NetworkSpec;
  /** Widths of its LSTM layers. */
  readonly units: readonly number[];
  /** Bound of the uniform distribution that parameters are drawn from. */
  readonly init: number;
  readonly learningRate: number;
}

/**
 * Reads a spec as one of the paper's models.
 *
 * @param name name of the spec, for the message
 * @throws Error when it describes another model or another training
 */
export function paperModel(name: string, spec: Spec): PaperModel {
  if (!isNgram(spec)) {
    const { model, training } = spec;
    const units = model.layers.flatMap((layer) => ('lstm' in layer ? [layer.lstm] : []));
    const { init } = model;
    const { optimizer } = training;
    const isPlain = units.length === model.layers.length && isPlainModel(spec) && isPlainTraining(training);
    if (isPlain && dropsAsInThePaper(spec.dropout) && 'uniform' in init && 'sgd' in optimizer) {
      return { spec, units, init: init.uniform, learningRate: optimizer.sgd.learningRate };
    }
  }
  throw new Error(
    `${name}: only the paper's models can be compared: untied LSTM layers, dropout by step on vertical edges, SGD`,
  );
}

function isPlainModel({ model }: NetworkSpec): boolean {
  return !model.tieEmbedding && model.context === null && model.forgetBias === null;
}

function isPlainTraining(training: NetworkSpec['training']): boolean {
  const { randomBptt, loss, clipValue, weightDecay } = training;
  const penalties = ACTIVATION_PENALTIES.map((key) => training[key]);
  const nothingAdded = [weightDecay, ...penalties].every((coefficient) => coefficient === 0);
  return randomBptt === null && loss === 'sum' && clipValue === null && nothingAdded;
}

/** Returns whether dropout acts on vertical edges only, with a new mask at each step. */
function dropsAsInThePaper(dropout: NetworkSpec['dropout']): boolean {
  const { input, between, output, recurrent, recurrentWeight, embedding, zoneout } = dropout;
  const elsewhere = [recurrent.rate, recurrentWeight.rate, embedding.rate, zoneout.cell, zoneout.hidden];
  const gated = [input, between].some(({ rate, perGate }) => rate > 0 && perGate);
  const byStep = [input, between, output].every(({ rate, mask }) => rate === 0 || mask === 'step');
  return byStep && !gated && elsewhere.every((rate) => rate === 0);
}
