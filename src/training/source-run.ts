/** Fine-tuning: the run that a new one takes its first parameters from (Merity et al. 2018). */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { type Checkpoint, readCheckpoint } from '../runs/checkpoint.js';
import { withAverages } from '../runs/checkpoint-tensors.js';
import { findRun } from '../runs/list-runs.js';
import type { RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { shellWord } from '../shell-word.js';
import { diffSpecs } from '../spec/load.js';
import { isNgram, type NetworkSpec } from '../spec/systems.js';

/** A run and its best checkpoint, with the averages of the parameters in their place where it holds any. */
export interface SourceRun {
  readonly run: RunFolder;
  readonly checkpoint: Checkpoint;
  /** The checkpoint's file. */
  readonly path: string;
}

/**
 * The run that `model.init.from` names, found as `--resume` finds runs; null for a spec whose parameters are drawn.
 *
 * @param beginning the run that begins with it, where its folder is there already
 * @throws UserError when there is no such run, it is the run that begins, or its network is not that of the spec
 */
export async function findSource(
  spec: NetworkSpec,
  runsFolder: string,
  beginning: RunFolder | null,
): Promise<RunFolder | null> {
  const { init } = spec.model;
  if (!('from' in init)) return null;
  const run = await findNamed(runsFolder, init.from);
  if (run.path === beginning?.path) throw ofItself(run);
  await checkNetwork(run, spec);
  return run;
}

/**
 * What a run begins with.
 *
 * @throws UserError('data') when the source has no best checkpoint, or another vocabulary than the corpus
 */
export async function readSource(run: RunFolder, corpus: PreparedCorpus): Promise<SourceRun> {
  const path = run.checkpoint('best');
  const checkpoint = await readCheckpoint(path);
  if (!checkpoint) throw withoutBest(run);
  if (checkpoint.provenance.vocabularyHash !== corpus.vocabulary.sha256) throw otherVocabulary(run, corpus);
  return { run, checkpoint: withAverages(checkpoint), path };
}

async function findNamed(runsFolder: string, wanted: string): Promise<RunFolder> {
  try {
    return await findRun(runsFolder, wanted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.kind, `model.init.from: ${error.message}`, error.cures, { cause: error });
  }
}

/** What is drawn, and how, may differ; all else of the network must be the same. */
async function checkNetwork(run: RunFolder, spec: NetworkSpec): Promise<void> {
  const source = await runSpec(run);
  if (isNgram(source)) {
    throw new UserError('spec', `model.init.from: run ${run.name} is that of an n-gram model`, [
      'Name the run of a network of the same shape: `zlm runs` lists them all.',
    ]);
  }
  const { init, forgetBias } = spec.model;
  const alike = { ...spec, model: { ...source.model, init, forgetBias } };
  const differences = diffSpecs(alike, spec);
  if (differences.length === 0) return;
  const lines = differences.map(
    ({ key, before, after }) =>
      `  ${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(after)} here`,
  );
  const message = `model.init.from: run ${run.name} has another network\n${lines.join('\n')}`;
  throw new UserError('spec', message, [
    "Give the spec the run's network, or name a run that has the spec's.",
    `See what it was trained with: \`zlm spec show ${shellWord(run.spec)}\`.`,
  ]);
}

function ofItself(run: RunFolder): UserError {
  return new UserError('spec', `model.init.from: run ${run.name} cannot begin with its own parameters`, [
    'Begin a new run, and name the run to begin with instead of latest.',
  ]);
}

function withoutBest(run: RunFolder): UserError {
  const message = `model.init.from: run ${run.name} has no best checkpoint; it is written when the first epoch is validated`;
  return new UserError('data', message, [`Let it train on: \`zlm train --resume ${shellWord(run.name)}\`.`]);
}

function otherVocabulary(run: RunFolder, corpus: PreparedCorpus): UserError {
  const message = `model.init.from: run ${run.name} was trained with another vocabulary than that of ${corpus.folder}`;
  return new UserError('data', message, [
    'Prepare the corpus with the vocabulary of that run, or begin with fresh parameters.',
  ]);
}
