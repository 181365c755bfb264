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
import { writeText } from './text.js';

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

/** Who listens while it is drawn. */
export interface SampleHooks {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Not called for an n-gram model, which computes on none. */
  readonly onBackend?: (backend: ActiveBackend) => void;
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

/**
 * Draws samples one after the other.
 *
 * @throws UserError when run, prompt or banned words are not to be had; the signal's reason when it is aborted
 */
export async function sample(request: SampleRequest, hooks: SampleHooks): Promise<SampleResult> {
  const run = await findRun(request.runsFolder, request.run);
  const source = await openSource(run, request, hooks);
  try {
    const prompt = readPrompt(request.prompt, source.corpus);
    const banned = readBanned(request.ban, source.corpus);
    const samples: SampleResult['samples'][number][] = [];
    for (let index = 0; index < request.count; index++) {
      samples.push(await drawSample(source, request, prompt.ids, banned, index, hooks));
    }
    const { checkpoint, temperature, seed } = request;
    return {
      run: run.name,
      checkpoint,
      backend: source.backend,
      temperature,
      seed,
      unknownPromptWords: prompt.unknown,
      samples,
    };
  } finally {
    source.close();
  }
}

/** What tokens are drawn from. */
interface Source {
  readonly backend: BackendName | null;
  readonly corpus: PreparedCorpus;
  draw(options: SamplingOptions): AsyncGenerator<number>;
  close(): void;
}

async function openSource(
  run: RunFolder,
  request: SampleRequest,
  { onBackend, ...hooks }: SampleHooks,
): Promise<Source> {
  const { checkpoint, dataFolder } = request;
  const verify = { cacheFolder: request.backendOptions?.cacheFolder, ...hooks };
  const spec = await runSpec(run);
  if (isNgram(spec)) {
    const { model, corpus } = await loadTrainedNgram(run, spec, checkpoint, dataFolder, verify);
    const draw = (options: SamplingOptions) => sampleNgramTokens(model, options);
    return { backend: null, corpus, draw, close: () => corpus.close() };
  }
  const backend = await activateBackend(request.backend, request.backendOptions);
  onBackend?.(backend);
  const { model, corpus } = await loadTrainedModel(run, spec, checkpoint, dataFolder, verify);
  const close = () => {
    corpus.close();
    disposeLanguageModel(model);
  };
  return { backend: backend.name, corpus, draw: (options) => sampleTokens(model, options), close };
}

async function drawSample(
  { corpus, draw }: Source,
  request: SampleRequest,
  prompt: readonly number[],
  banned: ReadonlySet<number>,
  index: number,
  { signal, onProgress }: { signal: AbortSignal; onProgress: OnProgress },
): Promise<SampleResult['samples'][number]> {
  const { length, temperature, topK, seed } = request;
  const label = request.count === 1 ? 'sampling' : `sample ${index + 1}/${request.count}`;
  const drawn: number[] = [];
  const options = { prompt, length, temperature, topK, banned, seed, sample: index, signal };
  for await (const id of draw(options)) {
    drawn.push(id);
    onProgress({ label, done: drawn.length, total: length, unit: 'tokens' });
    await nextTurn(); // lets signals and the display in: tensors resolve without leaving this turn of the loop
  }
  return {
    text: writeText([...prompt.slice(1), ...drawn], corpus),
    tokens: drawn.map((id) => corpus.vocabulary.word(id)),
  };
}
