/** The service behind `zlm sample`: text from a run's model. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { OnProgress } from '../progress.js';
import { type OpenedRun, type UsedRun, usedRun } from '../runs/opened-run.js';
import { readBanned, readPrompts, readStop } from './prompt.js';
import { type SamplingOptions, sampleTokens } from './sampler.js';
import { TextWriter } from './text.js';

/** Request for samples. */
export interface SampleRequest {
  readonly prompt: string | readonly string[];
  /** Tokens after the prompt, at most. */
  readonly length: number;
  /** Samples of each prompt. */
  readonly count: number;
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP?: number | null;
  /** Word after which a sample ends; null for none. */
  readonly stop?: string | null;
  /** Words that are never drawn: each a word, or several with commas between. */
  readonly ban: readonly string[];
  readonly seed: number;
}

/** Drawn samples. */
export interface SampleResult extends UsedRun {
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

/** Listeners while samples are drawn. */
export interface SampleHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Called before drawing, with the prompt words that the vocabulary lacks. */
  readonly onUnknownWords?: (words: readonly string[]) => void;
  /**
   * Called with each piece of text as soon as it is drawn, sample after sample: pieces of two samples are never interleaved. An
   * interruption comes after the pieces of all that was drawn.
   *
   * @param sample the number of the sample, from 0
   */
  readonly onText?: (piece: string, sample: number) => void | Promise<void>;
}

/**
 * Draws samples. Those of one prompt are drawn side by side, as many as the predictor does well, since the weights are then
 * read once for all of them; the first of a group can be followed as it is drawn. Sample n is the same whatever is drawn
 * beside it: its random numbers are a function of the seed and n.
 *
 * @throws UserError for a prompt or words that the vocabulary cannot express; the signal's reason when it is aborted
 */
export async function sample(
  opened: OpenedRun,
  request: SampleRequest,
  hooks: SampleHooks = {},
): Promise<SampleResult> {
  const { corpus, predictor } = opened;
  const { temperature, topK, topP = null, seed, count, length } = request;
  const prompts = readPrompts(request.prompt, corpus);
  const banned = Int32Array.from(readBanned(request.ban, corpus));
  const stop = readStop(request.stop ?? null, corpus);
  if (prompts.unknown.length > 0) hooks.onUnknownWords?.(prompts.unknown);
  const samples: Sample[] = [];
  const total = prompts.ids.length * count;
  for (const [index, prompt] of prompts.ids.entries()) {
    const end = (index + 1) * count;
    for (let first = index * count; first < end; first += predictor.widestBatch) {
      const range = { first, count: Math.min(predictor.widestBatch, end - first) };
      const drawing = { prompt, length, temperature, topK, topP, banned, seed, samples: range };
      const options = { ...drawing, stop, total, ...(hooks.signal && { signal: hooks.signal }) };
      samples.push(...(await drawGroup(opened, options, hooks)));
    }
  }
  return {
    ...usedRun(opened),
    temperature,
    seed,
    unknownPromptWords: prompts.unknown,
    samples: samples.map(({ text, tokens }) => ({ text, tokens })),
  };
}

/** A sample as it grows, up to its last token. */
class Sample {
  readonly tokens: string[] = [];
  text = '';
  hasEnded = false;
  readonly #writer: TextWriter;

  /** @param stop id of the token that ends it, or null */
  constructor(
    private readonly corpus: PreparedCorpus,
    prompt: readonly number[],
    private readonly stop: number | null,
  ) {
    this.#writer = new TextWriter(corpus);
    for (const id of prompt.slice(1)) this.#write(id);
  }

  /** Adds a drawn token, and returns what it adds to the text: nothing once the sample has ended. */
  add(id: number): string {
    if (this.hasEnded) return '';
    this.hasEnded = id === this.stop;
    this.tokens.push(this.corpus.vocabulary.word(id));
    return this.#write(id);
  }

  #write(id: number): string {
    const piece = this.#writer.write(id);
    this.text += piece;
    return piece;
  }
}

/** Drawing one group; `total` counts the samples of all groups, for progress. */
interface GroupOptions extends SamplingOptions {
  readonly stop: number | null;
  readonly total: number;
}

async function drawGroup(
  { corpus, predictor }: OpenedRun,
  options: GroupOptions,
  { onProgress, onText }: SampleHooks,
): Promise<Sample[]> {
  const { samples: range, prompt, length, stop, total } = options;
  const samples = Array.from({ length: range.count }, () => new Sample(corpus, prompt, stop));
  const [followed, ...others] = samples;
  await onText?.(followed.text, range.first);
  let steps = 0;
  try {
    for await (const ids of sampleTokens(predictor, options)) {
      const piece = followed.add(ids[0]);
      for (const [index, other] of others.entries()) other.add(ids[index + 1]);
      if (piece !== '') await onText?.(piece, range.first);
      const done = range.first * length + ++steps * range.count;
      onProgress?.({ label: 'sampling', done, total: total * length, unit: 'tokens' });
      await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
      if (samples.every(({ hasEnded }) => hasEnded)) break;
    }
  } finally {
    // Also of samples that an interruption left short.
    for (const [index, { text, tokens }] of others.entries()) {
      if (tokens.length > 0) await onText?.(text, range.first + index + 1);
    }
  }
  return samples;
}
