/** Draws a sample from each group of runs, for a report. */
import { basename, dirname } from 'node:path';
import { UserError } from '../errors.js';
import { sample } from '../sampling/sample.js';
import { openRun } from '../systems/open-run.js';
import type { OpenHooks, OpenRequest } from '../systems/system.js';
import type { RunGroup } from './run-record.js';
import type { DrawnSample } from './sections.js';

/** Where the corpora are, and what computes. */
export type SamplingPlace = Pick<OpenRequest, 'dataFolder' | 'backend' | 'backendOptions'>;

/** Tokens of a sample, and its temperature. */
const [LENGTH, TEMPERATURE] = [80, 0.8];

/** How samples are drawn, in a sentence. */
export const SAMPLING = `${LENGTH} tokens from the best checkpoint, at temperature ${TEMPERATURE}, without <unk>, seed 1.`;

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
      drawn.push({ name, text: await drawOne(records[0].run.path, place, hooks) });
    } catch (error) {
      if (!(error instanceof UserError) || error.kind === 'interrupted') throw error;
      onNote(`No sample of ${records[0].name}: ${error.message}`);
    }
  }
  return drawn;
}

async function drawOne(path: string, place: SamplingPlace, hooks: OpenHooks): Promise<string> {
  const opened = await openRun(
    { ...place, run: basename(path), runsFolder: dirname(path), checkpoint: 'best' },
    hooks,
  );
  try {
    const ban = opened.corpus.vocabulary.unk === undefined ? [] : ['<unk>'];
    const request = {
      prompt: '',
      length: LENGTH,
      count: 1,
      temperature: TEMPERATURE,
      topK: null,
      ban,
      seed: 1,
    };
    const { samples } = await sample(opened, request, hooks.signal ? { signal: hooks.signal } : {});
    return samples[0].text;
  } finally {
    opened.dispose();
  }
}
