/**
 * Every network of configs/, narrowed and on the small corpus but otherwise as shipped: it trains, is interrupted within an
 * epoch, continues to the bytes of a run that was not interrupted, and can be evaluated.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateSpeech } from '../../src/decoding/evaluate-speech.js';
import { evaluateTranslation } from '../../src/decoding/evaluate-translation.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { type OpenRunRequest, openRecognizer, openRun, openTranslator } from '../../src/systems/open-run.js';
import { prepareForConfigs, SMALL_CONFIGS, type SmallConfig } from '../small-configs.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

/** More than an epoch of the longest windows, so that a validation and a schedule come in between. */
const WINDOWS = 7;

const place = useWorkplace();

beforeAll(() => prepareForConfigs(place.data));

async function perplexityOfText(request: OpenRunRequest): Promise<number> {
  const opened = await openRun(request);
  const { perplexity } = await evaluate(opened, { split: 'test', batch: 1 });
  opened.dispose();
  return perplexity;
}

async function perplexityOfTargets(request: OpenRunRequest): Promise<number> {
  const opened = await openTranslator(request);
  const { perplexity } = await evaluateTranslation(opened, { split: 'test', decoding: null });
  opened.dispose();
  return perplexity;
}

async function perplexityOfFrames(request: OpenRunRequest): Promise<number> {
  const opened = await openRecognizer(request);
  const { perplexity } = await evaluateSpeech(opened, { split: 'test', beam: 2 });
  opened.dispose();
  return perplexity;
}

function perplexityOf(request: OpenRunRequest, { translates, recognizesSpeech }: SmallConfig) {
  if (recognizesSpeech) return perplexityOfFrames(request);
  return translates ? perplexityOfTargets(request) : perplexityOfText(request);
}

const CASES = SMALL_CONFIGS.map((config) => [config.name, config] as const);

describe.each(CASES)('configs/%s.yaml', (name, config) => {
  const { spec, overrides, isNgram } = config;

  it('a network of the spec, made smaller, trains, resumes byte for byte, and is evaluated', async ({
    skip,
  }) => {
    if (isNgram) return skip('an n-gram model is counted in one go: test/ngram');
    const request = { spec, overrides };

    await trainSmall(place, { ...request, name, interruptAt: afterWindows(WINDOWS) });
    const broken = { ...request, name: `${name}-resumed`, interruptAt: afterWindows(WINDOWS - 3) };
    expect(await trainSmall(place, broken)).toMatchObject({ outcome: 'interrupted', windows: WINDOWS - 3 });
    await trainSmall(place, { resume: broken.name, interruptAt: afterWindows(WINDOWS) });
    expect(await contentOf(place.run(broken.name))).toEqual(await contentOf(place.run(name)));

    const folders = { dataFolder: place.data, runsFolder: place.runs };
    const open = { run: name, checkpoint: 'last', backend: 'wasm', ...folders } as const;
    const perplexity = await perplexityOf(open, config);
    expect(perplexity).toBeGreaterThan(1);
    expect(perplexity).toBeLessThan(1e4);
  });
});
