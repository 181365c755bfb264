/**
 * An ensemble whose members are read apart from each other, such as by the tasks of a cluster: each leaves the negative log-likelihoods
 * of a split in its run folder, and their mean needs no model. One member is in memory at a time.
 */
import { join } from 'node:path';
import type { TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import type { OpenedRun, RunOpener } from '../runs/opened-run.js';
import type { CheckpointName, RunFolder } from '../runs/run-folder.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { describeFileError } from '../storage/file-error.js';
import { sha256 } from '../storage/file-identity.js';
import { readBytes } from '../storage/files.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  safetensorsChecksum,
  safetensorsMetadata,
} from '../storage/safetensors.js';
import { firstRun } from './combine.js';
import type { EvaluationHooks, EvaluationRequest } from './evaluate.js';
import { methodNames, resolveMethod } from './method.js';
import { perplexityOf } from './mixture-weight.js';
import { differentVocabularies, Preparation, withMember } from './preparation.js';
import type { CombinedEvaluation, MemberReport } from './report.js';
import { tokenNlls } from './token-nlls.js';

/** What is known of a member and of what it has read. */
interface ReadingFacts
  extends Pick<
    CombinedEvaluation,
    'checkpoint' | 'epochs' | 'corpus' | 'split' | 'batch' | 'protocol' | 'backend' | 'unigramPerplexity'
  > {
  readonly member: MemberReport;
  readonly vocabularySha256: string;
  /** Of the token ids of the split. */
  readonly textSha256: string;
}

/** One member's reading of a split. */
export interface MemberReading extends ReadingFacts {
  /** The nll of each prediction, in nats. */
  readonly nlls: Float64Array;
}

/** The method of a plain ensemble: none around its members. */
const PLAIN = resolveMethod({});

/**
 * Reads a split with the model of one run, as an ensemble does.
 *
 * @throws UserError when the run cannot be opened; the signal's reason when it is aborted
 */
export async function readMember(
  opened: OpenedRun,
  { split, batch }: EvaluationRequest,
  hooks: EvaluationHooks = {},
): Promise<MemberReading> {
  const preparation = new Preparation(PLAIN, batch, hooks);
  const { predictor } = await preparation.prepare(opened);
  const { tokens, facts, unigramPerplexity } = firstRun(opened, split, batch);
  const { reading } = preparation;
  const label = `${opened.run.name} on ${split}`;
  const nlls = await tokenNlls(predictor, tokens, { ...reading, label });
  return {
    ...facts,
    split,
    batch,
    protocol: reading.protocol,
    backend: opened.system === 'network' ? opened.backend : null,
    unigramPerplexity,
    member: { ...preparation.members[0], perplexity: perplexityOf(nlls) },
    vocabularySha256: opened.corpus.vocabulary.sha256,
    textSha256: hashOf(tokens),
    nlls,
  };
}

function hashOf(tokens: TokenSource): string {
  const ids = tokens.read(0, tokens.length);
  return sha256(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
}

/** Which reading of a run: its file is overwritten by a newer one. */
export interface ReadingKey extends EvaluationRequest {
  readonly checkpoint: CheckpointName;
}

/** Returns the file of a reading: `evaluations/nlls/<split>-<checkpoint>-batch<N>.safetensors`. */
export function readingPath(run: RunFolder, { split, checkpoint, batch }: ReadingKey): string {
  return join(run.evaluations, 'nlls', `${split}-${checkpoint}-batch${batch}.safetensors`);
}

/** Key of the facts in the metadata of the file. */
const FACTS = 'zlm.reading';

/** Opens a run, reads a split and keeps the reading in the run's folder. */
export async function keepReading(
  run: string,
  request: EvaluationRequest,
  opener: RunOpener,
  hooks: EvaluationHooks = {},
): Promise<MemberReading> {
  const opened = await opener.open(run);
  try {
    const { nlls, ...facts } = await readMember(opened, request, hooks);
    // Safetensors files of zlm have numbers of 32 bits: each double is two of them.
    const halves = new Int32Array(nlls.buffer, nlls.byteOffset, 2 * nlls.length);
    const tensors = [{ name: 'nlls.float64', shape: [nlls.length, 2], data: halves }];
    const path = readingPath(opened.run, { ...request, checkpoint: opened.checkpoint });
    await writeFileAtomically(path, encodeSafetensors(tensors, { [FACTS]: JSON.stringify(facts) }));
    return { ...facts, nlls };
  } finally {
    opened.dispose();
  }
}

/** Tells whether a run's folder has a reading of its checkpoint as it is now. */
export async function hasReading(run: RunFolder, key: ReadingKey): Promise<boolean> {
  const metadata = await safetensorsMetadata(readingPath(run, key));
  const current = await safetensorsChecksum(run.checkpoint(key.checkpoint));
  if (current === null || metadata?.[FACTS] === undefined) return false;
  return (JSON.parse(metadata[FACTS]) as ReadingFacts).member.checkpointSha256 === current;
}

/** Loads a reading. @throws UserError('data') when it is missing or damaged */
export async function loadReading(run: RunFolder, key: ReadingKey): Promise<MemberReading> {
  const path = readingPath(run, key);
  try {
    const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
    const halves = tensors.get('nlls.float64')?.data;
    if (!halves || metadata[FACTS] === undefined) {
      throw new UserError('data', `${path} is no reading of a split`, ['Remove it and evaluate again.']);
    }
    const nlls = new Float64Array(halves.slice().buffer);
    return { ...(JSON.parse(metadata[FACTS]) as ReadingFacts), nlls };
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}

/**
 * Evaluates the mean of the probabilities of members from their readings: the same report, to the last digit, as that of an ensemble
 * whose members are read one after the other by one process on the same kind of machine.
 *
 * @param readings in the order of the ensemble; each is asked for when the one before it has been added
 * @throws UserError when two members have different vocabularies, or have not read the same text in the same way
 */
export async function meanOfReadings(
  readings: AsyncIterable<MemberReading> | Iterable<MemberReading>,
): Promise<CombinedEvaluation> {
  const began = performance.now();
  const members: MemberReport[] = [];
  let first: ReadingFacts | null = null;
  let nlls: Float64Array | null = null;
  let backend: string | null = null;
  for await (const { nlls: own, ...reading } of readings) {
    first ??= reading;
    checkSameText(first, reading);
    nlls = withMember(nlls, own, members.length);
    backend = reading.backend ?? backend;
    members.push(reading.member);
  }
  if (!first || !nlls) throw new Error('An ensemble has at least one member');
  const { member, vocabularySha256: _, textSha256: __, ...facts } = first;
  return {
    system: 'combined',
    run: member.run,
    ...facts,
    predictions: nlls.length,
    perplexity: perplexityOf(nlls),
    seconds: (performance.now() - began) / 1000,
    backend,
    method: methodNames(PLAIN, members.length).join(' + '),
    members,
    interpolation: null,
    tuning: [],
  };
}

function checkSameText(first: ReadingFacts, { member, ...reading }: ReadingFacts): void {
  if (reading.vocabularySha256 !== first.vocabularySha256) {
    throw differentVocabularies(first.member.run, member.run);
  }
  const isNetwork = first.member.system === 'network' && member.system === 'network';
  if (reading.textSha256 === first.textSha256 && (!isNetwork || reading.protocol === first.protocol)) return;
  const message = `Runs ${first.member.run} and ${member.run} have not read the same text in the same way`;
  throw new UserError('data', message, [
    'Evaluate them without --launcher slurm: all members then read the text of the first.',
  ]);
}
