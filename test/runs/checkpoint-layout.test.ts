/** Runs the Python code of `docs/checkpoints.md`, which must compute the perplexity that zlm reports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Eval from '../../src/commands/eval.js';
import type { EvaluationReport } from '../../src/evaluation/report.js';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { ROOT, runCommand } from '../cli/capture.js';
import { findPython, runPython } from '../python.js';
import { TrainedFolder, train } from '../trained-folder.js';

const PAGE = readFileSync(join(ROOT, 'docs/checkpoints.md'), 'utf8');
const CODE = [...PAGE.matchAll(/^```python\n(.*?)^```$/gms)].map(([, code]) => code).join('\n');

/** Prints the perplexity of a checkpoint on a token file, then the one that two exchanged gates make of it. */
const SCRIPT = `${CODE}
import sys

parameters, position = load(sys.argv[1])
ids = np.fromfile(sys.argv[2], "<i4")

def with_exchanged_gates(parameters):
    def exchange(value):
        units = parameters["layers.0.recurrentWeight"].shape[0]
        blocks = np.split(value, value.shape[-1] // units, axis=-1)
        return np.concatenate([blocks[1], blocks[0], *blocks[2:]], axis=-1)
    gated = ("layers.0.inputWeight", "layers.0.recurrentWeight", "layers.0.bias")
    return {name: exchange(value) if name in gated else value for name, value in parameters.items()}

print(json.dumps({
    "epochs": position["epochs"],
    "perplexity": perplexity(parameters, ids),
    "exchanged": perplexity(with_exchanged_gates(parameters), ids),
}))
`;

/** Overrides of the small spec: each family of tensors that the page describes is in one of them. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  lstm: [],
  gru: ['model.layers=[{ gru: 6 }, { gru: 8 }]'],
  'tied, projected and averaged': [
    'model.tieEmbedding=true',
    'model.layers=[{ lstm: 6 }, { lstm: 7 }]',
    'training.optimizer={ averagedSgd: { learningRate: 1, startEpoch: 2 } }',
  ],
};

/** With small weights, a model so little trained knows word frequencies alone, and its gates hardly matter. */
const LARGE_WEIGHTS = 'model.init={ uniform: 0.8 }';

const nameOf = (title: string) => title.replace(/\W+/g, '-');

describe('the page on checkpoints', () => {
  const python = findPython('safetensors', 'numpy');
  let folder: TrainedFolder;

  beforeAll(async () => {
    if (!python.path) return;
    folder = await TrainedFolder.make();
    for (const [title, overrides] of Object.entries(RUNS)) {
      await train(
        'tiny.yaml',
        '--name',
        nameOf(title),
        ...[LARGE_WEIGHTS, ...overrides].flatMap((set) => ['--set', set]),
      );
    }
  });

  afterAll(() => folder?.remove());

  it.skipIf(!python.path).each(Object.keys(RUNS))(
    `the code of the page evaluates a model: %s${python.note}`,
    async (title) => {
      const name = nameOf(title);
      const evaluation = await runCommand<EvaluationReport>(Eval, [name, '--backend', 'cpu', '--json']);
      const checkpoint = join('runs', name, 'checkpoints/best.safetensors');
      const found = runPython(python, SCRIPT, checkpoint, 'data/small/test.bin') as Record<string, number>;
      const { perplexity, epochs } = evaluation.result as EvaluationReport;
      expect(found.epochs).toBe(epochs);
      expect(found.perplexity / perplexity).toBeCloseTo(1, 5);
      expect(Math.abs(found.exchanged / perplexity - 1)).toBeGreaterThan(1e-3);
    },
  );

  it.skipIf(!python.path)(
    `the page names every tensor and every text of a checkpoint${python.note}`,
    async () => {
      for (const title of Object.keys(RUNS)) {
        const checkpoint = await readCheckpoint(
          new RunFolder(join('runs', nameOf(title))).checkpoint('best'),
        );
        const names = [...(checkpoint?.parameters.keys() ?? [])].map((name) =>
          name.replace(/^layers\.\d+\./, ''),
        );
        for (const name of [...names, ...Object.keys(checkpoint?.position ?? {})])
          expect(PAGE).toContain(`\`${name}\``);
      }
    },
  );

  it.skipIf(!python.path)(
    `Python may write a checkpoint without its checksum, as the page says${python.note}`,
    async () => {
      const path = 'runs/lstm/checkpoints/best.safetensors';
      const script = `
import json, sys
from safetensors import safe_open
from safetensors.numpy import save_file
with safe_open(sys.argv[1], framework="numpy") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    metadata = {key: text for key, text in file.metadata().items() if key != "zlm.sha256"}
tensors["softmax.bias"][:] = 0
save_file(tensors, sys.argv[1], metadata)
print(json.dumps(len(tensors)))
`;
      const evaluate = () => runCommand<EvaluationReport>(Eval, ['lstm', '--backend', 'cpu', '--json']);
      const before = await evaluate();
      runPython(python, script, path);
      const after = await evaluate();
      expect(after.error).toBeUndefined();
      expect(after.result?.perplexity).not.toBeCloseTo(before.result?.perplexity ?? 0, 3);
    },
  );
});
