/** The commands on a run that recognizes speech: what they print, under --json too. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import evalSchema from '../../schemas/output/eval.schema.json' with { type: 'json' };
import metricsSchema from '../../schemas/output/metrics.schema.json' with { type: 'json' };
import runsSchema from '../../schemas/output/runs.schema.json' with { type: 'json' };
import trainSchema from '../../schemas/output/train.schema.json' with { type: 'json' };
import planSchema from '../../schemas/output/train-dry-run.schema.json' with { type: 'json' };
import transcribeSchema from '../../schemas/output/transcribe.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import Metrics from '../../src/commands/metrics.js';
import Plot from '../../src/commands/plot.js';
import Report from '../../src/commands/report.js';
import Runs from '../../src/commands/runs.js';
import Train from '../../src/commands/train.js';
import Transcribe from '../../src/commands/transcribe.js';
import { runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { writeSpeech } from '../speech/write-speech.js';
import { sharedFolder } from '../temp-folder.js';

const SPEC = `
corpus: spoken
task: { speech: { delay: 1 } }
model:
  layers: [{ lstm: 8 }]
training:
  batchSize: 6
  epochs: 2
  optimizer: { adam: { learningRate: 0.02 } }
`;

const root = sharedFolder();
const spec = join(root, 'speech.yaml');
const folders = ['--data', join(root, 'data'), '--runs', join(root, 'runs')];
const ofRun = ['spoken-1', ...folders, '--backend', 'wasm'];
let trained: string;

const DEFAULT = { decoder: 'viterbi', priorScale: 0.1, bigramScale: 1.5, minFrames: 3 };

beforeAll(async () => {
  await writeSpeech(join(root, 'data'));
  writeFileSync(spec, SPEC);
  const argv = [spec, '--name', 'spoken-1', ...folders, '--backend', 'wasm', '--json'];
  trained = (await runCommand(Train, argv)).stdout;
});

it('train prints the best phone error rate, as its lines of epochs do', async () => {
  const { best } = expectSchema(trainSchema, trained) as { best: { phoneErrorRate: number } };
  expect(best.phoneErrorRate).toBeGreaterThan(0);
  const again = await runCommand(Train, [spec, '--name', 'spoken-2', ...folders, '--backend', 'wasm']);
  expect(again.stderr).toMatch(
    /epoch 1\/2: train nll \d\.\d+, valid nll \d\.\d+, frame accuracy \d+\.\d\d %, phone error rate \d+\.\d\d % \(best\)/,
  );
  expect(again.stdout).toContain(`best valid phone error rate ${(100 * best.phoneErrorRate).toFixed(2)} %`);
});

it('a dry run counts frames', async () => {
  const argv = [spec, ...folders, '--backend', 'wasm', '--dry-run'];
  const { stdout } = await runCommand(Train, argv);
  expect(stdout).toContain('frames per epoch');
  expect(stdout).not.toContain('token');
  expect(expectSchema(planSchema, (await runCommand(Train, [...argv, '--json'])).stdout).unit).toBe('frames');
});

it('eval prints the phone error rate with its counts, and keeps it', async () => {
  const { stdout } = await runCommand(Eval, ofRun);
  expect(stdout).toMatch(
    /^test phone error rate \d+\.\d\d %\n {2}\d+ substitutions?, \d+ deletions?, \d+ insertions?; \d+ phones\n/,
  );
  expect(stdout).toContain('test frame accuracy');
  expect(stdout).toContain('6 utterances');
  expect(stdout).not.toContain('perplexity');
  const report = expectSchema(evalSchema, (await runCommand(Eval, [...ofRun, '--json'])).stdout);
  expect(report).toMatchObject({ system: 'speech', loss: 'framewise', decoding: DEFAULT, folding: 'none' });
  const { stdout: listed } = await runCommand(Runs, [...folders.slice(2), '--json']);
  const { runs } = expectSchema(runsSchema, listed) as { runs: { name: string; evaluations: object[] }[] };
  const kept = runs.find(({ name }) => name === 'spoken-1')?.evaluations;
  expect(kept).toMatchObject([{ split: 'test', phoneErrorRate: report.phoneErrorRate }]);
});

it('eval takes another decoder, and says so', async () => {
  const { stdout } = await runCommand(Eval, ofRun);
  expect(stdout).toContain(
    '  phones as they are; Viterbi path, prior scale 0.1, bigram scale 1.5, 3 frames at least\n',
  );
  const frames = await runCommand(Eval, [...ofRun, '--decoder', 'frames']);
  expect(frames.stdout).toContain('  phones as they are; the likeliest phone of each frame\n');
  const json = await runCommand(Eval, [...ofRun, '--decoder', 'frames', '--json']);
  expect(expectSchema(evalSchema, json.stdout).decoding).toEqual({ decoder: 'frames' });
  // What is kept beside the figure of the usual decoder does not replace it.
  const [usual] = /\d+\.\d\d %/.exec(stdout) ?? [];
  expect((await runCommand(Runs, folders.slice(2))).stdout).toContain(`PER ${usual}`);
  const scales = ['--prior-scale', '1', '--bigram-scale', '0', '--min-frames', '1'];
  const scaled = await runCommand(Eval, [...ofRun, ...scales, '--json']);
  expect(expectSchema(evalSchema, scaled.stdout).decoding).toEqual({
    decoder: 'viterbi',
    priorScale: 1,
    bigramScale: 0,
    minFrames: 1,
  });
});

it('a decoder is refused where it does not apply', async () => {
  const scaled = await runCommand(Eval, [...ofRun, '--decoder', 'frames', '--min-frames', '2']);
  expect(scaled).toMatchObject({ exitCode: 2 });
  expect(scaled.stderr).toContain('Scales are for the decoder viterbi');
  const combined = await runCommand(Eval, [...ofRun, '--dynamic', '--decoder', 'frames']);
  expect(combined).toMatchObject({ exitCode: 2 });
  expect(combined.stderr).toContain(
    '--decoder is for runs that recognize speech, and methods at test time are for text',
  );
});

it('runs, metrics, plot and report name the phone error rate', async () => {
  expect((await runCommand(Runs, folders.slice(2))).stdout).toMatch(/PER \d+\.\d\d %/);
  const metrics = await runCommand(Metrics, ['spoken-1', ...folders.slice(2)]);
  expect(metrics.stdout).toMatch(/phone error rate +frame accuracy/);
  expectSchema(
    metricsSchema,
    (await runCommand(Metrics, ['spoken-1', ...folders.slice(2), '--json'])).stdout,
  );
  const csv = await runCommand(Metrics, ['spoken-1', ...folders.slice(2), '--csv']);
  expect(csv.stdout.split('\n')[0]).toMatch(/,validPhoneErrorRate,validFrameAccuracy$/);
  const [svg, page] = [join(root, 'curve.svg'), join(root, 'page.html')];
  await runCommand(Plot, ['spoken-1', ...folders.slice(2), '--out', svg]);
  expect(readFileSync(svg, 'utf8')).toContain('phone error rate, %');
  await runCommand(Report, ['spoken-1', ...folders, '--out', page]);
  expect(readFileSync(page, 'utf8')).toContain('best valid phone error rate');
});

it('transcribe prints what is spoken above what was recognized', async () => {
  const { stdout } = await runCommand(Transcribe, [...ofRun, '--utterances', '2']);
  expect(stdout).toMatch(/^test-0: phone error rate \d+\.\d\d %, .*\n {2}spoken {5}\S.*\n {2}recognized /);
  expect(stdout.match(/^test-/gm)).toHaveLength(2);
  const json = await runCommand(Transcribe, [...ofRun, '--split', 'valid', '--json']);
  expect(expectSchema(transcribeSchema, json.stdout)).toMatchObject({ decoding: DEFAULT });
  expect(JSON.parse(json.stdout).utterances).toHaveLength(6);
  expect(stdout).toMatch(
    /\n\nDecoding: Viterbi path, prior scale 0\.1, bigram scale 1\.5, 3 frames at least\n$/,
  );
  const frames = await runCommand(Transcribe, [...ofRun, '--decoder', 'frames', '--json']);
  expect(expectSchema(transcribeSchema, frames.stdout).decoding).toEqual({ decoder: 'frames' });
});
