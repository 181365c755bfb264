/** The service behind `zlm train --dry-run`. */
import type { ActiveBackend } from '../backends/select.js';
import type { OnProgress } from '../progress.js';
import { renderWarning } from '../spec/diagnostics.js';
import { firstBeginning, nextBeginning } from './beginning.js';
import { planTraining, type TrainingPlan } from './plan.js';
import { type NgramPlan, planNgram } from './plan-ngram.js';
import { openInputs, type TrainRequest } from './train.js';

/** Who listens while it is planned. */
export interface PlanHooks {
  readonly onProgress: OnProgress;
  /** As in a training. */
  onWarning(line: string): void;
  /** Not called for an n-gram model, which computes on none. */
  onBackend(backend: ActiveBackend): void;
  /** The plan of a network before anything is timed. */
  onPlanned(plan: TrainingPlan): void;
}

/**
 * Plans what `train` would do with the same request: the whole training of a spec, or what is left of a run's. Nothing is
 * written.
 *
 * @throws UserError for what `train` would refuse before it begins, but for a name or a folder that is taken
 */
export async function planRequest(
  request: TrainRequest,
  { onProgress, onWarning, onBackend, onPlanned }: PlanHooks,
): Promise<TrainingPlan | NgramPlan> {
  const inputs = await openInputs(request);
  try {
    for (const warning of inputs.loaded.warnings) onWarning(renderWarning(warning));
    if (inputs.backend === null) return await planNgram(inputs.loaded.spec, inputs.corpus, onProgress);
    const { loaded, corpus, run, from, backend } = inputs;
    onBackend(backend);
    const beginning = run
      ? await nextBeginning(run, loaded.spec, corpus, request.runsFolder)
      : await firstBeginning(loaded.spec, from, corpus);
    return await planTraining(loaded.spec, corpus, beginning, onPlanned);
  } finally {
    inputs.corpus.close();
  }
}
