/**
 * A training in small, to be rehearsed on a backend: on tensors without values, it runs the code of real steps over batches of the
 * sizes that the training has, and a window of validation. What the backend lends in it is what it lends in the training.
 */
import * as tf from '@tensorflow/tfjs';
import type { Rehearsed } from '../backends/backend.js';
import { architectureOf, type VocabularySizes } from '../model/architecture.js';
import { disposeLanguageModel, type LanguageModel } from '../model/language-model.js';
import { constantShapes, Parameters, parameterShapes } from '../model/parameters.js';
import { dispose, tidy } from '../ops/memory.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { BatchData, BatchShape, BatchSizes, TaskState } from '../tasks/task.js';
import { taskKindOf } from '../tasks/task-kinds.js';
import { createOptimizer, disposeOptimizer } from './optimizers.js';
import { queueStep } from './step.js';

/** Steps over batches of one size: the first copies the parameters into the backend's memory, the third repeats the second. */
const STEPS = 3;

/** Makes the computation that needs the memory of a training. */
export function trainingRehearsal(
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  sizes: BatchSizes,
): Rehearsed {
  return (make) => {
    const model = modelOf(spec, vocabularySizes, make);
    // With all the state that an optimizer gets in the course of a training.
    const optimizer = createOptimizer(spec.training, model.parameters, true);
    try {
      const kind = taskKindOf(spec);
      const { zeroState, of } = kind.loss(spec, model);
      const { loss, clipNorm } = spec.training;
      let state = tidy(zeroState);
      const shapes = [...sizes.first, ...new Array<BatchShape>(STEPS).fill(sizes.largest)];
      for (const [index, shape] of shapes.entries()) {
        const task = { parameters: model.parameters, loss: (data: BatchData) => of(data, state) };
        const at = { learningRate: 1, count: index + 1, averaged: index + 1 };
        const data = kind.blankBatch(spec, shape);
        const step = queueStep({ task, optimizer, loss, clipNorm }, data, state, at);
        dispose([state, step.nll, step.norm]);
        state = step.state;
      }
      let validated: TaskState = {};
      for (const shape of sizes.validation) {
        const step = tidy(() => kind.validateBlank(model, shape));
        dispose([validated, step.nll]);
        validated = step.state;
      }
      dispose(validated);
      dispose(state);
    } finally {
      disposeOptimizer(optimizer);
      disposeLanguageModel(model);
    }
  };
}

function modelOf(
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  make: (shape: readonly number[]) => tf.Tensor,
): LanguageModel {
  const architecture = architectureOf(spec, vocabularySizes);
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
