/**
 * Trains a small model on a text, evaluates it, scores two lines and draws from it:
 *
 *     npx tsx examples/train-evaluate-sample.ts book.txt work/
 *
 * `work/` receives the prepared corpus and the run.
 */
import { join } from 'node:path';
import { evaluate, openRun, prepareText, sample, score, train } from 'zlm';

const [text, folder] = process.argv.slice(2);
const [dataFolder, runsFolder] = [join(folder, 'data'), join(folder, 'runs')];
const places = { dataFolder, runsFolder };

await prepareText({ name: 'mine', input: { file: text, fractions: [0.8, 0.1, 0.1] }, dataFolder });

const overrides = [
  'corpus=mine',
  'training.epochs=2',
  'training.batchSize=4',
  'training.windowsPerEpoch=null',
];
for await (const event of train({ spec: 'configs/quickstart.yaml', name: 'first', overrides, ...places })) {
  if (event.kind === 'epoch') console.log(`epoch ${event.epoch}: valid ${event.validPerplexity.toFixed(1)}`);
}

const run = await openRun('first', places);
try {
  const { perplexity, predictions } = await evaluate(run, { split: 'test' });
  console.log(`test perplexity ${perplexity.toFixed(1)} over ${predictions} predictions`);
  for await (const scored of score(run, ['the quiet river', 'river the quiet'])) {
    console.log(`${scored.type}: ${scored.nll.toFixed(2)} nats`);
  }
  const { samples } = await sample(run, { prompt: 'the', length: 10, temperature: 0.8 });
  console.log(samples[0].text);
} finally {
  run.dispose();
}
