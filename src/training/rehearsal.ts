/**
 * A training in small, to be rehearsed on a backend: on tensors without values, it runs the code of real steps over batches of the
 * sizes that the training has, and a window of validation. What the backend lends in it is what it lends in the training.
 */
import * as tf from '@tensorflow/tfjs';
import type { Rehearsed } from '../backends/backend.js';
import { architectureOf, type VocabularySizes } from '../model/architecture.js';
import { disposeNetwork, type Network } from '../model/network.js';
import { constantShapes, Parameters, parameterShapes } from '../model/parameters.js';
import { dispose, tidy } from '../ops/memory.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { BatchNumber, BatchShape, BatchSizes, TaskState } from '../tasks/task.js';
import { taskKindOf } from '../tasks/task-kinds.js';
import { createOptimizer, disposeOptimizer } from './optimizers.js';
import { StepLauncher } from './step-launcher.js';

/**
 * Steps over batches of one size: the first copies the parameters into the backend's memory, the second is captured where the
 * backend captures work, and the third repeats it.
 */
const STEPS = 3;

/** Makes the computation that needs the memory of a training. */
export function trainingRehearsal(
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  sizes: BatchSizes,
): Rehearsed {
  return (make) => {
    const model = modelOf(spec, vocabularySizes, make);
    const optimizer = createOptimizer(spec.training, model.parameters, false);
    let launcher: StepLauncher | null = null;
    try {
      const kind = taskKindOf(spec);
      const { zeroState, of } = kind.loss(spec, model);
      const { loss, clipNorm } = spec.training;
      let state = tidy(zeroState);
      const eachShape = [...sizes.first, ...new Array<BatchShape>(STEPS).fill(sizes.largest)];
      const shapes = beginsAveraging(spec) ? [...eachShape, ...eachShape] : eachShape;
      const unaveraged = averagesFirstStep(spec) ? 0 : eachShape.length;
      const task = {
        parameters: model.parameters,
        read: ({ inPass }: BatchNumber) => kind.blankBatch(spec, shapes[inPass]),
        loss: of,
      };
      launcher = new StepLauncher({ task, optimizer, loss, clipNorm });
      for (const inPass of shapes.keys()) {
        const at = { learningRate: 1, count: inPass + 1, averaged: Math.max(0, inPass + 1 - unaveraged) };
        const step = launcher.queue({ pass: 0, inPass, step: 0 }, state, at);
        dispose([state, step.nll, step.norm]);
        state = step.state;
      }
      // What was captured is kept while the training lasts.
      let validated: TaskState = {};
      for (const shape of sizes.validation) {
        const step = tidy(() => kind.validateBlank(spec, model, shape));
        dispose([validated, step.results]);
        validated = step.state;
      }
      dispose(validated);
      dispose(state);
    } finally {
      launcher?.dispose();
      disposeOptimizer(optimizer);
      disposeNetwork(model);
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
  vocabularySizes: VocabularySizes,
  make: (shape: readonly number[]) => tf.Tensor,
): Network {
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
