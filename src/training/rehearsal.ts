/**
 * A training in small, to be rehearsed on a backend: on tensors without values, it runs the code of real steps over batches of the
 * sizes that the training has, and a window of validation. What the backend lends in it is what it lends in the training.
 */
import * as tf from '@tensorflow/tfjs';
import type { Rehearsed } from '../backends/backend.js';
import { architectureOf } from '../model/architecture.js';
import {
  disposeLanguageModel,
  encode,
  initialState,
  type LanguageModel,
  targetNll,
} from '../model/language-model.js';
import { constantShapes, Parameters, parameterShapes } from '../model/parameters.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { BatchSizes } from '../tasks/batch-sizes.js';
import { dataOf, textLoss } from '../tasks/language-modelling.js';
import type { TextBatch } from '../tasks/stream-batches.js';
import type { BatchData, BatchNumber, BatchShape, TaskState } from '../tasks/task.js';
import { createOptimizer, disposeOptimizer } from './optimizers.js';
import { StepLauncher } from './step-launcher.js';

/**
 * Steps over batches of one size: the first copies the parameters into the backend's memory, the second is captured where the
 * backend captures work, and the third repeats it.
 */
const STEPS = 3;

/** Makes the computation that needs the memory of a training. */
export function trainingRehearsal(spec: NetworkSpec, vocabularySize: number, sizes: BatchSizes): Rehearsed {
  return (make) => {
    const model = modelOf(spec, vocabularySize, make);
    const optimizer = createOptimizer(spec.training, model.parameters, false);
    let launcher: StepLauncher | null = null;
    try {
      const { zeroState, of } = textLoss(spec, model);
      const { loss, clipNorm, sentences } = spec.training;
      let state = tidy(zeroState);
      const eachShape = [...sizes.first, ...new Array<BatchShape>(STEPS).fill(sizes.largest)];
      const shapes = beginsAveraging(spec) ? [...eachShape, ...eachShape] : eachShape;
      const unaveraged = averagesFirstStep(spec) ? 0 : eachShape.length;
      const task = {
        parameters: model.parameters,
        read: ({ inPass, step }: BatchNumber) => dataOf(batchOf(shapes[inPass], sentences), step),
        loss: (data: BatchData, carried: TaskState) => of(data, carried as ModelState),
      };
      launcher = new StepLauncher({ task, optimizer, loss, clipNorm });
      for (const inPass of shapes.keys()) {
        const at = { learningRate: 1, count: inPass + 1, averaged: Math.max(0, inPass + 1 - unaveraged) };
        const step = launcher.queue({ pass: 0, inPass, step: 0 }, state, at);
        dispose([state, step.nll, step.norm]);
        state = step.state as ModelState;
      }
      // What was captured is kept while the training lasts.
      validate(model, sizes.validation);
      dispose(state);
    } finally {
      launcher?.dispose();
      disposeOptimizer(optimizer);
      disposeLanguageModel(model);
    }
  };
}

/** Whether averages are made after other steps: in a step that is not captured, while captured ones keep their memory. */
function beginsAveraging(spec: NetworkSpec): boolean {
  return 'averagedSgd' in spec.training.optimizer && !averagesFirstStep(spec);
}

function averagesFirstStep({ training: { optimizer } }: NetworkSpec): boolean {
  return 'averagedSgd' in optimizer && optimizer.averagedSgd.startEpoch === 1;
}

function modelOf(
  spec: NetworkSpec,
  vocabularySize: number,
  make: (shape: readonly number[]) => tf.Tensor,
): LanguageModel {
  const architecture = architectureOf(spec, vocabularySize);
  const parameters = new Parameters(
    parameterShapes(architecture).map(({ name, shape }) => [name, tidy(() => tf.variable(make(shape)))]),
  );
  const constants = new Map(
    constantShapes(architecture).map(({ name, shape }) => [
      name,
      tidy(() => tf.keep(make(shape).as2D(...shape))),
    ]),
  );
  return { architecture, parameters, constants };
}

/** Makes a batch of a size, of one word; of sentences as if none had padding. */
function batchOf({ steps, batch }: BatchShape, sentences: boolean): TextBatch {
  const ids = new Int32Array(steps * batch);
  return { inputs: ids, targets: ids, steps, batch, rows: sentences ? ids.map((_, row) => row) : null };
}

/** Runs windows of a validation, as a predictor does. */
function validate(model: LanguageModel, shapes: readonly BatchShape[]): void {
  let state: ModelState = {};
  for (const shape of shapes) {
    const { inputs, targets, steps, batch } = batchOf(shape, false);
    const step = tidy(() => {
      const encoded = encode(
        model,
        tf.tensor2d(inputs, [steps, batch], 'int32'),
        initialState(model, batch),
        null,
      );
      const nll = targetNll(model, encoded.hidden, tf.tensor1d(targets, 'int32'));
      return { nll, state: encoded.state };
    });
    dispose([state, step.nll]);
    state = step.state;
  }
  dispose(state);
}
