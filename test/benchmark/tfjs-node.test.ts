/**
 * Runs `bench/tfjs-node.ts` on tiny sizes, without regard to its speed. `ZLM_TFJS_NODE` names the folder whose
 * `node_modules` contains `@tensorflow/tfjs-node`.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { TensorflowOps } from '../../bench/tensorflow/ops.js';
import { tensorflowMasks } from '../../bench/tensorflow/trial.js';
import { differenceOfSteps } from '../../src/benchmark/training.js';
import { ROOT } from '../cli/capture.js';
import { tempFolder } from '../temp-folder.js';

const folder = process.env.ZLM_TFJS_NODE;
const note = folder === undefined ? ' (skipped: set ZLM_TFJS_NODE to a folder with tfjs-node)' : '';

/** Unequal widths, masks on every vertical edge, and a norm that clips, so that the check finds an error anywhere. */
const TOY = `corpus: none
model: { embedding: 10, layers: [{ lstm: 8 }, { lstm: 6 }], init: { uniform: 0.5 } }
dropout: { input: { rate: 0.2 }, between: { rate: 0.3 }, output: { rate: 0.4 }, recurrent: { rate: RECURRENT } }
training: { batchSize: 4, bptt: 3, clipNorm: 0.5 }
`;

function runOnToy(recurrentRate: number) {
  const spec = join(tempFolder(), 'toy.yaml');
  writeFileSync(spec, TOY.replace('RECURRENT', String(recurrentRate)));
  const program = ['--import', 'tsx', 'bench/tfjs-node.ts', '--package', folder ?? '', spec, '--product'];
  const settings = ['--vocab-size', '11', '--threads', '1', '--rounds', '1', '--seconds', '0.1'];
  return spawnSync(process.execPath, [...program, ...settings], { cwd: ROOT, encoding: 'utf8' });
}

it.skipIf(folder === undefined)(
  `the TensorFlow model agrees with zlm's reference, trains and multiplies${note}`,
  () => {
    const { stdout, stderr } = runOnToy(0);
    expect(stdout, stderr).not.toBe('');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      threads: 1,
      tensorflow: expect.any(String),
      tfjsNode: expect.any(String),
    });
    expect(report.check).toMatchObject({ reference: 'wasm', passed: true });
    expect(report.training).toMatchObject([{ model: 'toy', precision: 'f32' }]);
    for (const row of [...report.training, report.product]) {
      expect(row.roundSeconds).toHaveLength(1);
      expect(row.gflops).toBeGreaterThan(0);
    }
  },
);

it('a model that TensorFlow cannot express is refused before TensorFlow is loaded', () => {
  const { status, stderr } = runOnToy(0.1);
  expect(stderr).toContain("toy: only the paper's models can be compared");
  expect(status).toBe(1);
});

it('the mask keeps what is drawn at or above the rate, and scales it', () => {
  const ops = { uniform: () => tf.tensor3d([0, 0.19, 0.2, 0.99], [1, 2, 2]) } as unknown as TensorflowOps;
  const mask = tensorflowMasks(ops)([1, 2, 2], {
    ...{ rate: 0.2, mask: 'step', perGate: false },
    ...{ seed: 1, site: 0, step: 0 },
  });
  expect([...mask.dataSync()]).toEqual([0, 0, 1.25, 1.25]);
});

it('the check compares every loss and every norm', () => {
  const steps = [
    { nll: 100, gradientNorm: 2 },
    { nll: 200, gradientNorm: 4 },
  ];
  expect(differenceOfSteps(steps, steps)).toBe(0);
  expect(differenceOfSteps([steps[0], { nll: 200, gradientNorm: 5 }], steps)).toBe(0.25);
  expect(differenceOfSteps([{ nll: 150, gradientNorm: 2 }, steps[1]], steps)).toBe(0.5);
  expect(differenceOfSteps([steps[0], { nll: Number.NaN, gradientNorm: 4 }], steps)).toBeNaN();
});
