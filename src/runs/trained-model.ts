/** The checkpoint of a run with the corpus that it was trained on, and the models in checkpoints. */
import type { TrainingData } from '../corpus/training-data.js';
import { UserError } from '../errors.js';
import { architectureOf, type VocabularySizes } from '../model/architecture.js';
import type { Network } from '../model/network.js';
import { networkFrom } from '../model/network.js';
import { constantShapes, parameterShapes } from '../model/parameters.js';
import { type NgramTable, NgramTableFault, tableFromArrays } from '../ngram/ngram-table.js';
import { specIdentity } from '../spec/compare.js';
import type { NetworkSpec, NgramSpec, Spec } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { MisfitError, otherCheckpoint } from './checkpoint-fault.js';
import { checkModel } from './checkpoint-tensors.js';
import { trainOnCure } from './next-step.js';
import type { CheckpointName, RunFolder } from './run-folder.js';
import { readStatus } from './status.js';

/**
 * Reads a checkpoint of a run and opens its data, which the caller closes.
 *
 * @param absent makes the error for a checkpoint that is not written yet
 * @param open   opens the data that the spec of the run names
 * @throws UserError('data') when the checkpoint is absent or damaged, or the data is missing or has another vocabulary
 */
export async function openTrained<Data extends TrainingData>(
  run: RunFolder,
  name: CheckpointName,
  absent: (run: RunFolder, name: CheckpointName) => UserError | Promise<UserError>,
  open: () => Promise<Data>,
): Promise<{ checkpoint: Checkpoint; corpus: Data }> {
  const checkpoint = await readCheckpoint(run.checkpoint(name));
  if (!checkpoint) throw await absent(run, name);
  const corpus = await open();
  if (corpus.identity.vocabularyHash === checkpoint.provenance.vocabularyHash) return { checkpoint, corpus };
  corpus.close();
  const message = `Run ${run.name} was trained with another vocabulary than that of ${corpus.folder}`;
  throw new UserError('data', message, [
    'Prepare the corpus as it was then, or name its data folder with --data.',
  ]);
}

/**
 * Warns when the spec of a run is no longer the one that a checkpoint was trained with. The tensors still fit, but keys such as
 * `dropout.zoneout` and `training.sentences` change what is computed.
 *
 * @param onWarning called with one line
 */
export function warnOfEditedSpec(
  run: RunFolder,
  spec: Spec,
  { provenance }: Checkpoint,
  onWarning: ((line: string) => void) | undefined,
): void {
  if (provenance.specHash === specIdentity(spec)) return;
  onWarning?.(`warning: ${run.spec} was edited after the run was trained; what it says now is used`);
}

/** Makes the error for a network's checkpoint that is not written yet. */
export async function notTrained(run: RunFolder, name: CheckpointName): Promise<UserError> {
  const when =
    name === 'best' ? 'the first epoch is validated' : 'the first epoch is trained, or some minutes into it';
  const message = `Run ${run.name} has no ${name} checkpoint; it is written when ${when}`;
  return new UserError('data', message, await curesWithout(run, name));
}

/** Makes the error for an n-gram model's checkpoint that is not written yet. */
export async function notCounted(run: RunFolder, name: CheckpointName): Promise<UserError> {
  const message = `Run ${run.name} has no ${name} checkpoint; it is written when all n-grams are counted`;
  return new UserError('data', message, [await trainOnCure(run, 'Count them')]);
}

/**
 * Returns cures for a missing checkpoint. A run that has trained whole epochs and lost its checkpoints is not resumed.
 */
async function curesWithout(run: RunFolder, name: CheckpointName): Promise<string[]> {
  const hasOther = await isThere(run.checkpoint(name === 'best' ? 'last' : 'best'));
  const hasEpochs = await readStatus(run).then(
    ({ epoch }) => epoch > 0,
    () => false,
  );
  if (hasEpochs || (name === 'last' && hasOther)) return otherCheckpoint(run.checkpoint(name));
  return [
    await trainOnCure(run, 'Continue its training'),
    ...(hasOther ? ['Or use the last checkpoint: `--checkpoint last`.'] : []),
  ];
}

/**
 * Returns the model of a spec with a checkpoint's parameters and constants.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when they are not the model's; see {@link checkFits}
 */
export function restoredModel(
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  checkpoint: Checkpoint,
  path: string,
): Network {
  checkFits(spec, vocabularySizes, checkpoint, path);
  const architecture = architectureOf(spec, vocabularySizes);
  return networkFrom(architecture, checkpoint.parameters, checkpoint.constants);
}

/**
 * Checks that a checkpoint holds the model of a spec.
 *
 * @param path the checkpoint's file, for the message
 * @throws MisfitError when it holds another one, UserError('data') when a value is not a number
 */
export function checkFits(
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  checkpoint: Checkpoint,
  path: string,
): void {
  const architecture = architectureOf(spec, vocabularySizes);
  const shapes = { parameters: parameterShapes(architecture), constants: constantShapes(architecture) };
  checkModel(checkpoint, shapes, path);
}

/**
 * Reads the table of a spec's order from a checkpoint.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when it contains none
 */
export function restoredTable(
  spec: NgramSpec,
  vocabularySize: number,
  { parameters }: Checkpoint,
  path: string,
): NgramTable {
  try {
    return tableFromArrays(parameters, { order: spec.model.ngram.order, vocabularySize });
  } catch (error) {
    if (!(error instanceof NgramTableFault)) throw error;
    throw new MisfitError(path, error.message);
  }
}
