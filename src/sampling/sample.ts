/** The service behind `zlm sample`: text from a run's model. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { type ActiveBackend, activateBackend } from '../backends/select.js';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { disposeLanguageModel } from '../model/language-model.js';
import type { OnProgress } from '../progress.js';
import { findRun } from '../runs/list-runs.js';
import type { CheckpointName, RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { loadTrainedModel } from '../runs/trained-model.js';
import { loadTrainedNgram } from '../runs/trained-ngram.js';
import { isNgram } from '../spec/systems.js';
import { sampleNgramTokens } from './ngram-sampler.js';
import { readBanned, readPrompt } from './prompt.js';
import { type SamplingOptions, sampleTokens } from './sampler.js';
import { TextWriter } from './text.js';

/** What to draw. */
export interface SampleRequest {
  /** Name, path or `latest`. */
  readonly run: string;
  readonly checkpoint: CheckpointName;
  readonly prompt: string;
  /** Tokens after the prompt. */
  readonly length: number;
  /** Number of samples. */
  readonly count: number;
  readonly temperature: number;
  readonly topK: number | null;
  /** Words that are never drawn: each a word, or several with commas between. */
  readonly ban: readonly string[];
  readonly seed: number;
  readonly dataFolder: string;
  readonly runsFolder: string;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions;
}

/** What was drawn. */
export interface SampleResult {
  readonly run: string;
  readonly checkpoint: CheckpointName;
  /** null for an n-gram model, which computes on none. */
  readonly backend: BackendName | null;
  readonly temperature: number;
  readonly seed: number;
  /** Prompt words that the vocabulary lacks. */
  readonly unknownPromptWords: readonly string[];
  readonly samples: readonly {
    /** Prompt and drawn tokens as text. */
    readonly text: string;
    /** The drawn tokens as words. */
    readonly tokens: readonly string[];
  }[];
}

/** What `sample` tells its caller while it draws. */
export interface SampleHooks {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Not called for an n-gram model, which computes on none. */
  readonly onBackend?: (backend: ActiveBackend) => void;
  /** Told, before anything is drawn, of prompt words that the vocabulary lacks. */
  readonly onUnknownWords?: (words: readonly string[]) => void;
  /**
   * Told each piece of text as soon as it is drawn, sample after sample: pieces of two samples are never interleaved. An
   * interruption comes after the pieces of all that was drawn.
   *
   * @param sample the number of the sample, from 0
   */
  readonly onText?: (piece: string, sample: number) => void | Promise<void>;
}

/**
 * Draws samples. Those of a network are drawn side by side, since the weights are then read once for all of them; the
 * first of a group can be followed as it is drawn.
 *
 * @throws UserError when run, prompt or banned words are not to be had; the signal's reason when it is aborted
 */
export async function sample(request: SampleRequest, hooks: SampleHooks): Promise<SampleResult> {
  const run = await findRun(request.runsFolder, request.run);
  const source = await openSource(run, request, hooks);
  try {
    const { checkpoint, temperature, topK, seed, count, length } = request;
    const prompt = readPrompt(request.prompt, source.corpus);
    const banned = Int32Array.from(readBanned(request.ban, source.corpus));
    if (prompt.unknown.length > 0) hooks.onUnknownWords?.(prompt.unknown);
    const samples: Sample[] = [];
    for (let first = 0; first < count; first += source.atOnce) {
      const range = { first, count: Math.min(source.atOnce, count - first) };
      const options = { prompt: prompt.ids, length, temperature, topK, banned, seed, samples: range };
      samples.push(...(await drawGroup(source, { ...options, signal: hooks.signal }, count, hooks)));
    }
    const { unknown: unknownPromptWords } = prompt;
    return {
      run: run.name,
      checkpoint,
      backend: source.backend,
      temperature,
      seed,
      unknownPromptWords,
      samples: samples.map(resultOf),
    };
  } finally {
    source.close();
  }
}

/** Samples of a network that are drawn side by side, at most: with more, the rate no longer grows. */
const MOST_AT_ONCE = 64;
/** Logits that are in memory for them, at most: 64 MiB. */
const MOST_LOGITS = 2 ** 24;

/** What tokens are drawn from. */
interface Source {
  readonly backend: BackendName | null;
  readonly corpus: PreparedCorpus;
  /** Samples to draw side by side. */
  readonly atOnce: number;
  draw(options: SamplingOptions): AsyncGenerator<Int32Array>;
  close(): void;
}

async function openSource(
  run: RunFolder,
  request: SampleRequest,
  { onBackend, signal, onProgress }: SampleHooks,
): Promise<Source> {
  const { checkpoint, dataFolder } = request;
  const verify = { cacheFolder: request.backendOptions?.cacheFolder, signal, onProgress };
  const spec = await runSpec(run);
  if (isNgram(spec)) {
    const { model, corpus } = await loadTrainedNgram(run, spec, checkpoint, dataFolder, verify);
    const draw = (options: SamplingOptions) => sampleNgramTokens(model, options);
    return { backend: null, corpus, atOnce: 1, draw, close: () => corpus.close() };
  }
  const backend = await activateBackend(request.backend, request.backendOptions);
  onBackend?.(backend);
  const { model, corpus } = await loadTrainedModel(run, spec, checkpoint, dataFolder, verify);
  const fitting = Math.floor(MOST_LOGITS / corpus.vocabulary.size);
  return {
    backend: backend.name,
    corpus,
    atOnce: Math.max(1, Math.min(MOST_AT_ONCE, fitting)),
    draw: (options) => sampleTokens(model, options),
    close: () => {
      corpus.close();
      disposeLanguageModel(model);
    },
  };
}

/** A sample as it grows. */
class Sample {
  readonly tokens: string[] = [];
  text = '';
  readonly #writer: TextWriter;

  constructor(
    private readonly corpus: PreparedCorpus,
    prompt: readonly number[],
  ) {
    this.#writer = new TextWriter(corpus);
    for (const id of prompt.slice(1)) this.#write(id);
  }

  /** Adds a drawn token, and returns what it adds to the text. */
  add(id: number): string {
    this.tokens.push(this.corpus.vocabulary.word(id));
    return this.#write(id);
  }

  #write(id: number): string {
    const piece = this.#writer.write(id);
    this.text += piece;
    return piece;
  }
}

function resultOf({ text, tokens }: Sample): SampleResult['samples'][number] {
  return { text, tokens };
}

/** @param count samples in all, for progress */
async function drawGroup(
  { corpus, draw }: Source,
  options: SamplingOptions,
  count: number,
  { onProgress, onText }: SampleHooks,
): Promise<Sample[]> {
  const { samples: range, prompt, length } = options;
  const samples = Array.from({ length: range.count }, () => new Sample(corpus, prompt));
  const [followed, ...others] = samples;
  await onText?.(followed.text, range.first);
  try {
    for await (const ids of draw(options)) {
      const piece = followed.add(ids[0]);
      for (const [index, other] of others.entries()) other.add(ids[index + 1]);
      await onText?.(piece, range.first);
      const done = range.first * length + followed.tokens.length * range.count;
      onProgress({ label: 'sampling', done, total: count * length, unit: 'tokens' });
      await nextTurn(); // lets signals and the display in: tensors resolve without leaving this turn of the loop
    }
  } finally {
    // Also of samples that an interruption left short.
    for (const [index, { text, tokens }] of others.entries()) {
      if (tokens.length > 0) await onText?.(text, range.first + index + 1);
    }
  }
  return samples;
}
