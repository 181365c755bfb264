/** A training on independent sentences: its passes, and its resumption within one. */
import { expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { openRun } from '../../src/systems/open-run.js';
import type { EpochEvent, TrainingEvent } from '../../src/training/events.js';
import { generateText } from '../small-corpus.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const overrides = ['training.sentences=true', 'training.batchSize=8', 'dropout.recurrent.rate=0.2'];
/** 100 lines in batches of 8. */
const BATCHES = 13;
const TOKENS = generateText(100, 1)
  .split('\n')
  .slice(0, -1)
  .reduce((sum, line) => sum + line.split(' ').length + 1, 0);

it('a pass contains every line once and predicts every token, with the first one and <eos>', async () => {
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent) => events.push(event);
  await trainSmall(place, { name: 'whole', overrides: [...overrides, 'training.epochs=2'], onEvent });
  const windows = events.flatMap((event) => (event.kind === 'window' ? [event] : []));
  expect(windows.map(({ total }) => total)).toEqual(Array(2 * BATCHES).fill(BATCHES));
  for (const epoch of [1, 2]) {
    const ofEpoch = windows.filter((event) => event.epoch === epoch);
    expect(ofEpoch.reduce((sum, { predictions }) => sum + predictions, 0)).toBe(TOKENS);
  }
  const [first, second] = events.filter((event) => event.kind === 'epoch') as EpochEvent[];
  expect(second.validPerplexity).toBeLessThan(first.validPerplexity);
});

it('a training on sentences resumes byte for byte, within a pass and across its end', async () => {
  await trainSmall(place, { name: 'straight', overrides, interruptAt: afterWindows(BATCHES + 4) });
  await trainSmall(place, { name: 'broken', overrides, interruptAt: afterWindows(5) });
  await trainSmall(place, { resume: 'broken', interruptAt: afterWindows(BATCHES - 1) });
  await trainSmall(place, { resume: 'broken', interruptAt: afterWindows(BATCHES + 4) });
  expect(await contentOf(place.run('broken'))).toEqual(await contentOf(place.run('straight')));
});

it('a network trained on sentences is evaluated by sentences, with every token predicted, in batches of any size', async () => {
  await trainSmall(place, { name: 'evaluated', overrides, interruptAt: afterWindows(BATCHES) });
  const folders = { dataFolder: place.data, runsFolder: place.runs };
  const opened = await openRun({ run: 'evaluated', checkpoint: 'last', backend: 'wasm', ...folders });
  const tokens = opened.corpus.split('test').length;
  const reports = [];
  for (const batch of [1, 4, 50]) reports.push(await evaluate(opened, { split: 'test', batch }));
  opened.dispose();
  for (const report of reports) {
    expect(report).toMatchObject({ system: 'network', protocol: 'sentences', predictions: tokens });
    expect(report.perplexity).toBeCloseTo(reports[0].perplexity, 3);
  }
});
