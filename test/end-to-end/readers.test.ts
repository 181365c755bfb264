/** Reads the files of a run with the usual programs for them. */
import { beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { type MetricsRow, readMetrics } from '../../src/training/metrics.js';
import { findPython, runPython } from '../python.js';
import { afterWindows, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

beforeAll(async () => {
  // Adam keeps two tensors of each parameter's size.
  const overrides = ['training.optimizer={adam: { learningRate: 0.01 }}'];
  await trainSmall(place, { name: 'run', overrides, interruptAt: afterWindows(40) });
  await trainSmall(place, { resume: 'run' });
});

const tensorboard = findPython('tensorboard');

it.skipIf(!tensorboard.path)(
  `tensorboard reads the figures of both sessions${tensorboard.note}`,
  async () => {
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}))`;
    const scalars = runPython(tensorboard, script, place.run('run').tensorboard) as Record<
      string,
      [number, number][]
    >;
    const rows = await readMetrics(place.run('run'));
    const points = (kind: MetricsRow['kind'], figure: string) =>
      rows
        .filter((row) => row.kind === kind)
        .map((row) => [row.windows, Math.fround(row[figure as keyof MetricsRow] as number)]);
    expect(scalars).toEqual({
      'train/perplexity': points('windows', 'perplexity'),
      'train/gradient_norm': points('windows', 'gradientNorm'),
      'train/learning_rate': points('windows', 'learningRate'),
      'train/tokens_per_second': points('windows', 'tokensPerSecond'),
      'epoch/train_perplexity': points('epoch', 'trainPerplexity'),
      'epoch/valid_perplexity': points('epoch', 'validPerplexity'),
    });
  },
);

const safetensors = findPython('safetensors', 'numpy');

it.skipIf(!safetensors.path)(`Python's safetensors reads the checkpoints${safetensors.note}`, async () => {
  const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework='numpy') as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({
        'position': json.loads(file.metadata()['zlm.position']),
        'tensors': {name: [list(t.shape), str(t.dtype), t.tobytes().hex()] for name, t in tensors.items()},
    }))`;
  for (const name of ['best', 'last'] as const) {
    const path = place.run('run').checkpoint(name);
    const checkpoint = await readCheckpoint(path);
    if (!checkpoint) throw new Error(`there is no ${path}`);
    const arrays = [
      ...[...checkpoint.parameters].map(([key, array]) => [key, array] as const),
      ...[...checkpoint.state].map(([key, array]) => [`state.${key}`, array] as const),
      ...[...checkpoint.optimizer].map(([key, array]) => [`optimizer.${key}`, array] as const),
    ];
    const tensors = arrays.map(([key, { shape, data }]) => [
      key,
      [shape, 'float32', Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')],
    ]);
    expect(runPython(safetensors, script, path)).toEqual({
      position: checkpoint.position,
      tensors: Object.fromEntries(tensors),
    });
    expect(tensors.length).toBe(9 + 4 + 2 * 9);
  }
});
