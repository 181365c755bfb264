/** Checks among the keys of a spec that describes a network. Each check finds one fault, which no single key has. */
import type { Fault } from './diagnostics.js';
import { baseLearningRate, type Cell, cellOf, type NetworkSpec, recognizesSpeech } from './systems.js';
import { SMALLEST_FLOAT32 } from './validate.js';

/**
 * A check of a resolved spec. It returns the one fault that it knows, named by the key to change and with the other
 * keys that take part, or undefined.
 */
export type Check = (spec: NetworkSpec) => Fault | undefined;

export const MODEL_CHECKS: readonly Check[] = [
  feedForwardIsFirst,
  forgetBiasWithoutLstm,
  forgetBiasOfTrainedParameters,
];

/**
 * Finds a first layer without recurrence. It would see one word alone; above a recurrent layer it has memory to build
 * on (Pascanu et al. 2014). Over the features of speech, which may have neighboring frames, it is a projection.
 */
function feedForwardIsFirst(spec: NetworkSpec): Fault | undefined {
  const [first] = spec.model.layers;
  if (!first || cellOf(first) !== 'feedForward' || recognizesSpeech(spec)) return undefined;
  return {
    key: 'model.layers.0',
    message: 'model.layers.0 is a feedForward layer, which has no memory; put a recurrent layer below it',
  };
}

/** Finds a forget bias without a forget gate: only LSTM layers have one. */
function forgetBiasWithoutLstm({ model }: NetworkSpec): Fault | undefined {
  if (model.forgetBias === null || model.layers.some((layer) => cellOf(layer) === 'lstm')) return undefined;
  return {
    key: 'model.forgetBias',
    others: ['model.layers'],
    message: 'model.forgetBias needs an lstm layer: no other cell has a forget gate; set it to null',
  };
}

/** Finds a forget bias beside trained parameters, which come with trained biases. */
function forgetBiasOfTrainedParameters({ model }: NetworkSpec): Fault | undefined {
  if (model.forgetBias === null || !('from' in model.init)) return undefined;
  return {
    key: 'model.forgetBias',
    others: ['model.init.from'],
    message: 'model.forgetBias would overwrite the trained forget gates of model.init.from; set it to null',
  };
}

export const DROPOUT_CHECKS: readonly Check[] = [
  (spec) => perGateWithoutGates(spec, 'input'),
  (spec) => perGateWithoutGates(spec, 'between'),
  (spec) => perGateWithoutGates(spec, 'recurrent'),
  perGateBesideContext,
  betweenNoLayers,
  weightDropOfDeepTransition,
  zoneoutWithoutCells,
  zoneoutOfDeepTransition,
];

type GatedEdge = 'input' | 'between' | 'recurrent';

/**
 * Finds masks per gate on an edge into a layer without the four gates of an LSTM (Gal and Ghahramani 2016, section 4).
 */
function perGateWithoutGates(spec: NetworkSpec, edge: GatedEdge): Fault | undefined {
  const other = cellsAbove(spec, edge).find((cell) => cell !== 'lstm');
  if (!spec.dropout[edge].perGate || !other) return undefined;
  return {
    key: `dropout.${edge}.perGate`,
    others: ['model.layers'],
    message: `dropout.${edge}.perGate needs lstm layers at the end of the edge, but one is ${other}; set it to false`,
  };
}

/** Returns the cells that an edge leads into. A feedForward layer has no recurrent edge. */
function cellsAbove({ model }: NetworkSpec, edge: GatedEdge): Cell[] {
  const cells = model.layers.map(cellOf);
  if (edge === 'input') return cells.slice(0, 1);
  return edge === 'between' ? cells.slice(1) : cells.filter((cell) => cell !== 'feedForward');
}

/**
 * Finds masks per gate on the input edge beside topics. The topics enter the first layer undropped beside the
 * embedding, so the layer cannot drop its input itself.
 */
function perGateBesideContext({ model, dropout }: NetworkSpec): Fault | undefined {
  if (!dropout.input.perGate || model.context === null) return undefined;
  return {
    key: 'dropout.input.perGate',
    others: ['model.context'],
    message:
      'dropout.input.perGate cannot be combined with model.context, whose topics enter the first layer without dropout; set it to false',
  };
}

/** Finds dropout between layers in a model of one layer. */
function betweenNoLayers({ model, dropout }: NetworkSpec): Fault | undefined {
  if (dropout.between.rate === 0 || model.layers.length > 1) return undefined;
  return {
    key: 'dropout.between.rate',
    others: ['model.layers'],
    message:
      'dropout.between drops from one layer to the next, but model.layers has only one; use dropout.input and dropout.output',
  };
}

/**
 * Finds dropped weights in a deep transition. Several matrices lead from h(t − 1) to h(t) there, so dropping weights of
 * one of them is not the DropConnect of W_hh.
 */
function weightDropOfDeepTransition({ model, dropout }: NetworkSpec): Fault | undefined {
  const index = model.layers.findIndex((layer) => cellOf(layer) === 'deepTransition');
  if (dropout.recurrentWeight.rate === 0 || index === -1) return undefined;
  return {
    key: 'dropout.recurrentWeight.rate',
    others: ['model.layers'],
    message: `dropout.recurrentWeight does not act on deepTransition layers, and model.layers.${index} is one; set its rate to 0`,
  };
}

/** Finds zoneout of memory cells in a model without LSTM layers. */
function zoneoutWithoutCells({ model, dropout }: NetworkSpec): Fault | undefined {
  if (dropout.zoneout.cell === 0 || model.layers.some((layer) => cellOf(layer) === 'lstm')) return undefined;
  return {
    key: 'dropout.zoneout.cell',
    others: ['model.layers'],
    message:
      'dropout.zoneout.cell needs an lstm layer: no other has memory cells; use dropout.zoneout.hidden',
  };
}

/**
 * Finds zoneout in a deep transition. Krueger et al. 2017 define it for one step of one layer; a deep transition has
 * several steps.
 */
function zoneoutOfDeepTransition({ model, dropout }: NetworkSpec): Fault | undefined {
  const index = model.layers.findIndex((layer) => cellOf(layer) === 'deepTransition');
  if (dropout.zoneout.hidden === 0 || index === -1) return undefined;
  return {
    key: 'dropout.zoneout.hidden',
    others: ['model.layers'],
    message: `dropout.zoneout.hidden does not act on deepTransition layers, and model.layers.${index} is one; set it to 0`,
  };
}

export const TRAINING_CHECKS: readonly Check[] = [
  clippedTwice,
  leastWindowAboveMean,
  randomSentences,
  noChangeToPenalize,
];

export const TRAINING_WARNINGS: readonly Check[] = [averagingNeverStarts];

/** Finds clipping by value and by norm at once: the result would depend on which comes first. */
function clippedTwice({ training }: NetworkSpec): Fault | undefined {
  if (training.clipValue === null || training.clipNorm === null) return undefined;
  return {
    key: 'training.clipValue',
    others: ['training.clipNorm'],
    message: `The gradient can be clipped by value or by norm, but training.clipNorm is ${training.clipNorm}; set it to null beside training.clipValue`,
  };
}

/**
 * Finds a minimum length above the mean: lengths are drawn around bptt and raised to the minimum, which would then
 * decide all of them.
 */
function leastWindowAboveMean({ training }: NetworkSpec): Fault | undefined {
  const { bptt, randomBptt } = training;
  if (randomBptt === null || randomBptt.minimum <= bptt) return undefined;
  return {
    key: 'training.randomBptt.minimum',
    others: ['training.bptt'],
    message: `training.randomBptt.minimum is ${randomBptt.minimum}, above the mean length training.bptt of ${bptt}; lower it`,
  };
}

/**
 * Finds random window lengths for sentences: they are drawn for one stream of text, and a sentence has its own length.
 */
function randomSentences({ training }: NetworkSpec): Fault | undefined {
  if (!training.sentences || training.randomBptt === null) return undefined;
  return {
    key: 'training.randomBptt',
    others: ['training.sentences'],
    message:
      'training.randomBptt draws lengths of windows, but training.sentences makes every line a sequence of its own; set training.randomBptt to null or training.sentences to false',
  };
}

/**
 * Warns of averaging that never starts. It is a warning only, because a shorter training is mostly a first try of a
 * spec.
 */
function averagingNeverStarts({ training }: NetworkSpec): Fault | undefined {
  if (!('averagedSgd' in training.optimizer)) return undefined;
  const { startEpoch } = training.optimizer.averagedSgd;
  if (startEpoch === null || startEpoch <= training.epochs) return undefined;
  return {
    key: 'training.optimizer.averagedSgd.startEpoch',
    others: ['training.epochs'],
    message: `Training ends with epoch ${training.epochs}, but averaging starts with epoch ${startEpoch}: nothing is averaged`,
  };
}

/** Finds temporal activation regularization in windows of one step: it compares neighboring steps. */
function noChangeToPenalize({ training }: NetworkSpec): Fault | undefined {
  if (training.temporalActivationRegularization === 0 || training.bptt > 1 || training.sentences)
    return undefined;
  return {
    key: 'training.temporalActivationRegularization',
    others: ['training.bptt'],
    message:
      'training.temporalActivationRegularization compares the steps of a window, but training.bptt is 1; set it to 0',
  };
}

export const SCHEDULE_CHECKS: readonly Check[] = [learningRateVanishes, stopsBeforePlateauEnds];

export const SCHEDULE_WARNINGS: readonly Check[] = [decayNeverStarts];

/**
 * Warns of a decay that never starts. It is a warning only, because a shorter training is mostly a first try of a spec.
 */
function decayNeverStarts({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { afterEpoch } = training.schedule.decay;
  if (afterEpoch < training.epochs) return undefined;
  return {
    key: 'training.schedule.decay.afterEpoch',
    others: ['training.epochs'],
    message: `Training ends with epoch ${training.epochs}, but training.schedule.decay starts after epoch ${afterEpoch}: every epoch has the full learning rate`,
  };
}

/**
 * Finds a learning rate that underflows, so that epochs change nothing. The usual cause is a factor that is the inverse
 * of the intended one.
 */
function learningRateVanishes({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { factor, afterEpoch } = training.schedule.decay;
  const last = baseLearningRate(training.optimizer) * factor ** Math.max(0, training.epochs - afterEpoch);
  if (last >= SMALLEST_FLOAT32) return undefined;
  return {
    key: 'training.schedule.decay.factor',
    others: ['training.epochs', 'training.schedule.decay.afterEpoch', learningRateKey(training)],
    message: `The learning rate decays to ${last.toPrecision(2)} by epoch ${training.epochs}, too small for float32; raise training.schedule.decay.factor or lower training.epochs`,
  };
}

function learningRateKey({ optimizer }: NetworkSpec['training']): string {
  return `training.optimizer.${Object.keys(optimizer).join()}.learningRate`;
}

/**
 * Finds early stopping that ends training before the plateau schedule lowers the learning rate. With a threshold of 0
 * the same epochs use up both patiences.
 */
function stopsBeforePlateauEnds({ training }: NetworkSpec): Fault | undefined {
  const { schedule, earlyStopping } = training;
  if (!('plateau' in schedule) || earlyStopping === null || schedule.plateau.threshold > 0) return undefined;
  const fallsAfter = schedule.plateau.patience + 1;
  if (earlyStopping.patience > fallsAfter) return undefined;
  return {
    key: 'training.earlyStopping.patience',
    others: ['training.schedule.plateau.patience', 'training.schedule.plateau.threshold'],
    message: `Training stops after ${earlyStopping.patience} epochs without a new best, no later than the learning rate falls for the first time; raise training.earlyStopping.patience above ${fallsAfter}`,
  };
}
