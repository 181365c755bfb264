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
import type { BatchData, BatchShape } from '../tasks/task.js';
import { createOptimizer, disposeOptimizer } from './optimizers.js';
import { queueStep } from './step.js';

/** Steps over batches of one size: the first copies the parameters into the backend's memory, the third repeats the second. */
const STEPS = 3;

/** Makes the computation that needs the memory of a training. */
export function trainingRehearsal(spec: NetworkSpec, vocabularySize: number, sizes: BatchSizes): Rehearsed {
  return (make) => {
    const model = modelOf(spec, vocabularySize, make);
    // With all the state that an optimizer gets in the course of a training.
    const optimizer = createOptimizer(spec.training, model.parameters, true);
    try {
      const { zeroState, of } = textLoss(spec, model);
      const { loss, clipNorm, sentences } = spec.training;
      let state = tidy(zeroState);
      const shapes = [...sizes.first, ...new Array<BatchShape>(STEPS).fill(sizes.largest)];
      for (const [index, shape] of shapes.entries()) {
        const task = {
          parameters: model.parameters,
          loss: (data: BatchData) => of(data, state),
        };
        const at = { learningRate: 1, count: index + 1, averaged: index + 1 };
        const data = dataOf(batchOf(shape, sentences), 0);
        const step = queueStep({ task, optimizer, loss, clipNorm }, data, state, at);
        dispose([state, step.nll, step.norm]);
        state = step.state as ModelState;
      }
      validate(model, sizes.validation);
      dispose(state);
    } finally {
      disposeOptimizer(optimizer);
      disposeLanguageModel(model);
    }
  };
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
