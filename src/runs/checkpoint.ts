/** Checkpoints: everything that a run computes with, and its position, in one safetensors file. */
import type * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { fileErrorCode } from '../storage/file-error.js';
import { readBytes } from '../storage/files.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../storage/safetensors.js';
import { notACheckpoint, otherCheckpoint } from './checkpoint-fault.js';
import { isTrainingProgress, type TrainingProgress } from './training-progress.js';

/** To be raised when an older reader could misread a newer file. */
const FORMAT_VERSION = '2';
/** All metadata texts. */
const METADATA: readonly string[] = [
  'zlm.formatVersion',
  'zlm.position',
  'zlm.specHash',
  'zlm.vocabularyHash',
  'zlm.trainHash',
  'zlm.validHash',
];

/** The groups of a checkpoint's tensors, each with the prefix of its names; parameters have none. */
const PREFIXES = { state: 'state.', optimizer: 'optimizer.', constants: 'constant.' } as const;

/** Contents of a checkpoint, by group and name. */
export interface TensorGroups<Item> {
  readonly parameters: ReadonlyMap<string, Item>;
  /** The recurrent state. */
  readonly state: ReadonlyMap<string, Item>;
  /** State of the optimizer, by `<kind>.<parameter>`. */
  readonly optimizer: ReadonlyMap<string, Item>;
  /** Tensors that the model reads but never trains. */
  readonly constants: ReadonlyMap<string, Item>;
}

/** Identity of the spec and the data of a checkpoint. A resumed run must have the same. */
export interface Provenance {
  readonly specHash: string;
  readonly vocabularyHash: string;
  /** SHA-256 of the training split's token file. */
  readonly trainHash: string;
  /** SHA-256 of the validation split's token file: the best epoch is only the best on one text. */
  readonly validHash: string;
}

/** A checkpoint in memory. */
export interface Checkpoint extends TensorGroups<NamedArray> {
  readonly position: TrainingProgress;
  readonly provenance: Provenance;
  /** SHA-256 of its content, as its file says; null when the file does not say. */
  readonly sha256: string | null;
}

/** Error for a tensor with NaN or infinity. Its checkpoint would replace a good one by a broken one. */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';

  /** @param tensor its name */
  constructor(readonly tensor: string) {
    super(`${tensor} holds NaN or infinity`);
  }
}

/**
 * Reads tensors back from the backend and lays them out as a file.
 *
 * @returns the file's bytes in pieces, for `writeFileAtomically`
 * @throws NotFiniteError when a value is NaN or infinite
 */
export async function encodeCheckpoint(
  tensors: TensorGroups<tf.Tensor>,
  position: TrainingProgress,
  provenance: Provenance,
): Promise<Uint8Array[]> {
  const arrays: NamedArray[] = [];
  for (const [name, tensor] of inFile(tensors)) arrays.push(await arrayOf(name, tensor));
  const broken = arrays.find(({ data }) => !data.every(Number.isFinite));
  if (broken) throw new NotFiniteError(broken.name);
  return encodeArrays(arrays, position, provenance);
}

/**
 * Lays arrays that are at hand out as a file.
 *
 * @param arrays under the names that they have in the file
 * @returns the file's bytes in pieces, for `writeFileAtomically`
 */
export function encodeArrays(
  arrays: readonly NamedArray[],
  position: TrainingProgress,
  provenance: Provenance,
): Uint8Array[] {
  return encodeSafetensors(arrays, {
    'zlm.formatVersion': FORMAT_VERSION,
    'zlm.position': JSON.stringify(position),
    'zlm.specHash': provenance.specHash,
    'zlm.vocabularyHash': provenance.vocabularyHash,
    'zlm.trainHash': provenance.trainHash,
    'zlm.validHash': provenance.validHash,
  });
}

/**
 * Reads a checkpoint file.
 *
 * @returns null when there is no such file
 * @throws UserError('data') when it is damaged or no checkpoint that this version reads
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw describeFileError(error, path, 'read') ?? error;
  }
  const { tensors, metadata, checksum } = decode(bytes, path);
  const version = metadata['zlm.formatVersion'];
  if (version === undefined) throw notACheckpoint(path, 'it has no zlm metadata');
  if (version !== FORMAT_VERSION) {
    throw new UserError(
      'data',
      `${path} has format version ${version}; this zlm reads version ${FORMAT_VERSION}`,
      ['Use a build of zlm that is as old as the run, or train it again from its spec.'],
    );
  }
  // The file's own checksum does not cover the name that it goes by.
  const foreign = Object.keys(metadata).find((key) => !METADATA.includes(key));
  if (foreign) throw notACheckpoint(path, `it has the unknown metadata ${foreign}`);
  return {
    ...inGroups(tensors),
    position: parsePosition(metadata['zlm.position'], path),
    provenance: {
      specHash: metadata['zlm.specHash'],
      vocabularyHash: metadata['zlm.vocabularyHash'],
      trainHash: metadata['zlm.trainHash'],
      validHash: metadata['zlm.validHash'],
    },
    sha256: checksum,
  };
}

/** Returns the items of all groups under their names in the file. */
function inFile<Item>({ parameters, ...others }: TensorGroups<Item>): [string, Item][] {
  const groups = Object.entries(PREFIXES) as [keyof typeof PREFIXES, string][];
  return [
    ...parameters,
    ...groups.flatMap(([group, prefix]) =>
      [...others[group]].map(([name, item]): [string, Item] => [prefix + name, item]),
    ),
  ];
}

function inGroups<Item>(items: ReadonlyMap<string, Item>): TensorGroups<Item> {
  const all = [...items];
  const prefixes = Object.values(PREFIXES);
  const group = (prefix: string) =>
    new Map(
      all
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, item]) => [name.slice(prefix.length), item]),
    );
  return {
    parameters: new Map(all.filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix)))),
    state: group(PREFIXES.state),
    optimizer: group(PREFIXES.optimizer),
    constants: group(PREFIXES.constants),
  };
}

async function arrayOf(name: string, tensor: tf.Tensor): Promise<NamedArray> {
  // A copy: a backend may hand out a view of memory that the next window writes to.
  return { name, shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) };
}

function parsePosition(text: string | undefined, path: string): TrainingProgress {
  try {
    const position = JSON.parse(text ?? '');
    if (isTrainingProgress(position)) return position;
  } catch {
    // falls through to the one message
  }
  throw notACheckpoint(path, 'it does not tell its position in the run');
}

/** Returns the file's own fault, with a cure that knows of the run's other checkpoint. */
function decode(bytes: Uint8Array, path: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('data', error.message, otherCheckpoint(path), { cause: error });
  }
}
