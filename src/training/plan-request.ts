/** The service behind `zlm train --dry-run`. */
import type { OnProgress } from '../progress.js';
import { planTraining, type TrainingPlan } from './plan.js';
import { type NgramPlan, planNgram } from './plan-ngram.js';
import { openInputs, type TrainRequest } from './train.js';

/**
 * Plans what `train` would do with the same request; nothing is written.
 *
 * @throws UserError for what `train` would refuse before it begins
 */
export async function planRequest(
  request: TrainRequest,
  onProgress: OnProgress,
): Promise<TrainingPlan | NgramPlan> {
  const inputs = await openInputs(request);
  try {
    if (inputs.backend === null) return await planNgram(inputs.loaded.spec, inputs.corpus, onProgress);
    return await planTraining(inputs.loaded.spec, inputs.corpus);
  } finally {
    inputs.corpus.close();
  }
}
