/** Windows of training on the WebGPU backend, of the shipped specs at tiny sizes: their dispatches and losses. */
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { disposeNetwork } from '../../../src/model/network.js';
import { dispose, tidy } from '../../../src/ops/memory.js';
import { loadSpec } from '../../../src/spec/load.js';
import {
  freshModel,
  languageModellingTask,
  type TrainingCorpus,
} from '../../../src/tasks/language-modelling.js';
import { createOptimizer, disposeOptimizer } from '../../../src/training/optimizers.js';
import { type LaunchedStep, launchStep } from '../../../src/training/step.js';
import { ROOT } from '../../cli/capture.js';
import { expectClose, randomIds, randomNumbers } from '../../ops/arrays.js';
import { networkOf } from '../../spec/spec-files.js';
import { activate } from '../each-backend.js';
import { countDispatches, describeOnWebgpu, webgpu } from './own-gpu.js';

const VOCABULARY = 30;
const STEPS = 5;
const LAYERS = 2;

/** Makes a shipped spec of two LSTM layers tiny. */
const TINY = [
  'corpus=memory',
  'model.embedding=8',
  'model.layers=[{"lstm":8},{"lstm":8}]',
  'training.batchSize=4',
  `training.bptt=${STEPS}`,
];

function corpusInMemory(): TrainingCorpus {
  const ids = Int32Array.from(randomIds(randomNumbers(1), 900, VOCABULARY));
  const split = () => ({
    length: ids.length,
    read: (position: number, count: number) => ids.slice(position, position + count),
  });
  return { vocabulary: { size: VOCABULARY, eos: 0 }, split };
}

/**
 * Trains a shipped spec on the active backend.
 *
 * @param launching runs the launch of each window
 * @returns the summed loss of each window
 */
async function train(
  config: string,
  windows: number,
  launching: (launch: () => void) => void = (launch) => launch(),
): Promise<number[]> {
  const loaded = await loadSpec(join(ROOT, 'configs', `${config}.yaml`), TINY);
  const spec = networkOf(loaded.spec);
  const model = freshModel(spec, VOCABULARY);
  const task = languageModellingTask(spec, corpusInMemory(), model);
  const optimizer = createOptimizer(spec.training, model.parameters, false);
  const { loss, clipNorm } = spec.training;
  let state = tidy(() => task.zeroState());
  onTestFinished(() => {
    dispose(state);
    disposeOptimizer(optimizer);
    disposeNetwork(model);
  });
  const losses: number[] = [];
  for (let window = 0; window < windows; window++) {
    const before = state;
    const batch = { pass: 0, inPass: window, step: window * STEPS };
    const at = { learningRate: 1, count: window + 1, averaged: 0 };
    const steps: LaunchedStep[] = [];
    launching(() => steps.push(launchStep({ task, optimizer, loss, clipNorm }, batch, before, at)));
    dispose(before);
    state = steps[0].state;
    losses.push((await steps[0].figures).nll);
  }
  return losses;
}

describeOnWebgpu('a window', () => {
  it.each(['small', 'small-tied', 'medium', 'large'])(
    'of %s takes at most four dispatches for each step and layer and 60 others, of which tfjs computes only sums and constants of the loss',
    async (config) => {
      let own: Record<string, number> = {};
      let ofTfjs: string[] = [];
      await train(config, 2, (launch) => {
        const run = vi.spyOn(webgpu(), 'runWebGPUProgram');
        own = countDispatches(launch);
        ofTfjs = run.mock.calls.map(([program]) => program.constructor.name);
        run.mockRestore();
      });
      expect([...new Set(ofTfjs)].sort()).toEqual(['BinaryOpProgram', 'FillProgram', 'ReduceProgram']);
      expect(ofTfjs.length).toBeLessThanOrEqual(10);
      const total = Object.values(own).reduce((sum, count) => sum + count, ofTfjs.length);
      // At full size, k may be divided in each of the products, which takes one more dispatch.
      expect(total + own.product64x64).toBeLessThanOrEqual(4 * STEPS * LAYERS + 60);
    },
  );

  it.each(['small-tied', 'medium'])(
    'of %s has the losses of the cpu backend, twenty times',
    async (config) => {
      const losses = await train(config, 20);
      await activate('cpu');
      const expected = await train(config, 20);
      await activate('webgpu');
      expectClose(losses, expected, 1e-5);
      expect(losses.at(-1)).not.toBe(losses[0]);
    },
  );
});
