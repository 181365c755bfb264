/** Draws a sample from each group of runs, for a report: a text, or translations of a run that translates. */
import { basename, dirname } from 'node:path';
import { DEFAULT_DECODING } from '../decoding/decoding-options.js';
import { translate } from '../decoding/translate.js';
import { UserError } from '../errors.js';
import type { OpenedTranslation } from '../runs/opened-run.js';
import { sample } from '../sampling/sample.js';
import { openRun, openTranslator, taskOfRun } from '../systems/open-run.js';
import type { OpenHooks, OpenRequest } from '../systems/system.js';
import type { RunGroup } from './run-record.js';
import type { DrawnSample, DrawnText, DrawnTranslations } from './sections.js';

/** Where the corpora are, and what computes. */
export type SamplingPlace = Pick<OpenRequest, 'dataFolder' | 'backend' | 'backendOptions'>;

/** Tokens of a sample, and its temperature. */
const [LENGTH, TEMPERATURE] = [80, 0.8];

/** How samples are drawn, in a sentence. */
export const SAMPLING = `${LENGTH} tokens from the best checkpoint, at temperature ${TEMPERATURE}, without <unk>, seed 1.`;

/** Sentences of test that are translated, and the beam. */
const SENTENCES = 10;

/** How translations are made, in a sentence. */
const TRANSLATING = `${SENTENCES} sentences of test at equal distances, by the best checkpoint with a beam of ${DEFAULT_DECODING.beam}: source, translation, reference.`;

/**
 * Draws a sample from the first run of each group.
 *
 * @param onNote told in one line of a run that cannot be opened, such as one whose corpus is missing: it has no sample
 * @throws the signal's reason when it is aborted
 */
export async function drawSamples(
  groups: readonly RunGroup[],
  place: SamplingPlace,
  { onNote, ...hooks }: OpenHooks & { readonly onNote: (line: string) => void },
): Promise<DrawnSample[]> {
  const drawn: DrawnSample[] = [];
  for (const { name, records } of groups) {
    hooks.signal?.throwIfAborted();
    try {
      drawn.push({ name, ...(await drawOne(records[0].run.path, place, hooks)) });
    } catch (error) {
      if (!(error instanceof UserError) || error.kind === 'interrupted') throw error;
      onNote(`No sample of ${records[0].name}: ${error.message}`);
    }
  }
  return drawn;
}

async function drawOne(
  path: string,
  place: SamplingPlace,
  hooks: OpenHooks,
): Promise<Omit<DrawnText, 'name'> | Omit<DrawnTranslations, 'name'>> {
  const request = { ...place, run: basename(path), runsFolder: dirname(path), checkpoint: 'best' } as const;
  if ((await taskOfRun(request)) === 'translation')
    return await drawTranslations(await openTranslator(request, hooks), hooks);
  const opened = await openRun(request, hooks);
  try {
    const ban = opened.corpus.vocabulary.unk === undefined ? [] : ['<unk>'];
    const drawing = {
      prompt: '',
      length: LENGTH,
      count: 1,
      temperature: TEMPERATURE,
      topK: null,
      ban,
      seed: 1,
    };
    const { samples } = await sample(opened, drawing, hooks.signal ? { signal: hooks.signal } : {});
    return { text: samples[0].text };
  } finally {
    opened.dispose();
  }
}

/** Translates sentences of test, and frees the run. */
async function drawTranslations(
  opened: OpenedTranslation,
  { signal }: OpenHooks,
): Promise<Omit<DrawnTranslations, 'name'>> {
  try {
    const [sources, references] = await Promise.all([
      opened.corpus.text('test', 'source'),
      opened.corpus.text('test', 'target'),
    ]);
    const count = Math.min(SENTENCES, sources.length);
    const chosen = Array.from({ length: count }, (_, n) => Math.floor((n * sources.length) / count));
    const sentences = chosen.map((pair) => sources[pair]);
    const search = { ...DEFAULT_DECODING, nBest: 1, readAhead: count };
    const translations: DrawnTranslations['translations'][number][] = [];
    for await (const result of translate(opened, { ...search, sentences }, signal ? { signal } : {})) {
      if (result.type !== 'translation') continue;
      const { source, line, translations: found } = result;
      translations.push({ source, translation: found[0].text, reference: references[chosen[line - 1]] });
    }
    return { how: TRANSLATING, translations };
  } finally {
    opened.dispose();
  }
}
