/**
 * Every network of configs/, narrowed and on the small corpus but otherwise as shipped: it trains, is interrupted within an
 * epoch, continues to the bytes of a run that was not interrupted, and can be evaluated.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { loadSpec } from '../../src/spec/load.js';
import { isNgram, type NetworkSpec } from '../../src/spec/systems.js';
import { openRun } from '../../src/systems/open-run.js';
import { prepareTopics } from '../../src/topics/prepare-topics.js';
import { ROOT } from '../cli/capture.js';
import { SMALL_CORPUS } from '../small-corpus.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const CONFIGS = join(ROOT, 'configs');
const NAMES = readdirSync(CONFIGS)
  .map((file) => basename(file, '.yaml'))
  // Fine-tuning begins with the run of the spec that it extends, which therefore comes first.
  .sort();
/** More than an epoch of the longest windows, so that a validation and a schedule come in between. */
const WINDOWS = 7;

const place = useWorkplace();

/** Equal widths stay equal, and no narrowed model takes longer than a second. */
const narrow = (width: number) => 3 + Math.ceil(width / 200);

/** Returns the `--set` texts that fit a shipped spec to the small corpus. */
function overridesFor({ model, training }: NetworkSpec): string[] {
  const layers = model.layers.map((layer) => {
    const [[cell, shape]] = Object.entries(layer);
    return { [cell]: typeof shape === 'number' ? narrow(shape) : { ...shape, units: narrow(shape.units) } };
  });
  return [
    `corpus=${SMALL_CORPUS}`,
    `model.embedding=${narrow(model.embedding)}`,
    `model.layers=${JSON.stringify(layers)}`,
    ...(model.context ? ['model.context.topics=3'] : []),
    'training.batchSize=4',
    ...(training.windowsPerEpoch === null ? [] : ['training.windowsPerEpoch=3']),
  ];
}

beforeAll(async () => {
  const choices = { topics: 3, iterations: 5, sentences: 10, seed: 1 };
  await prepareTopics({ dataFolder: place.data, corpus: SMALL_CORPUS, force: false, ...choices });
});

describe.each(NAMES)('configs/%s.yaml', (name) => {
  it('a network of the spec, made smaller, trains, resumes byte for byte, and is evaluated', async ({
    skip,
  }) => {
    const path = join(CONFIGS, `${name}.yaml`);
    const { spec } = await loadSpec(path);
    if (isNgram(spec)) return skip('an n-gram model is counted in one go: test/ngram');
    const request = { spec: path, overrides: overridesFor(spec) };

    await trainSmall(place, { ...request, name, interruptAt: afterWindows(WINDOWS) });
    const broken = { ...request, name: `${name}-resumed`, interruptAt: afterWindows(WINDOWS - 3) };
    expect(await trainSmall(place, broken)).toMatchObject({ outcome: 'interrupted', windows: WINDOWS - 3 });
    await trainSmall(place, { resume: broken.name, interruptAt: afterWindows(WINDOWS) });
    expect(await contentOf(place.run(broken.name))).toEqual(await contentOf(place.run(name)));

    const folders = { dataFolder: place.data, runsFolder: place.runs };
    const opened = await openRun({ run: name, checkpoint: 'last', backend: 'wasm', ...folders });
    const report = await evaluate(opened, { split: 'test', batch: 1 });
    opened.dispose();
    expect(report.perplexity).toBeGreaterThan(1);
    expect(report.perplexity).toBeLessThan(1e4);
  });
});
