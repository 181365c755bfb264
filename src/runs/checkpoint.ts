/** Checkpoints: parameters, recurrent state and position of a run in one safetensors file. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { fileErrorCode } from '../storage/file-error.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../storage/safetensors.js';
import { isPosition, type Position } from './position.js';

/** Raised when an older reader could misread newer files. */
const FORMAT_VERSION = '1';
/** Every text beside the tensors. */
const METADATA: readonly string[] = [
  'zlm.formatVersion',
  'zlm.position',
  'zlm.specHash',
  'zlm.vocabularyHash',
  'zlm.trainHash',
  'zlm.validHash',
];
/** Prefix that tells recurrent state from parameters. */
const STATE_PREFIX = 'state.';

/** What a checkpoint belongs to; a resumed run must agree. */
export interface Provenance {
  readonly specHash: string;
  readonly vocabularyHash: string;
  /** SHA-256 of the training split's token file. */
  readonly trainHash: string;
  /** SHA-256 of the validation split's token file: the best epoch is only the best on one text. */
  readonly validHash: string;
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly parameters: ReadonlyMap<string, NamedArray>;
  /** Recurrent state by name. */
  readonly state: ReadonlyMap<string, NamedArray>;
  readonly position: Position;
  readonly provenance: Provenance;
}

/**
 * Reads tensors back from the backend and lays them out as a file.
 *
 * @returns the file's bytes in pieces, for `writeFileAtomically`
 * @throws UserError('diverged') when a value is NaN or infinite: what was saved before is then the last good state
 */
export async function encodeCheckpoint(
  parameters: ReadonlyMap<string, tf.Variable>,
  state: Readonly<Record<string, tf.Tensor>>,
  position: Position,
  provenance: Provenance,
): Promise<Uint8Array[]> {
  const arrays: NamedArray[] = [];
  for (const [name, variable] of parameters) arrays.push(await arrayOf(name, variable));
  for (const [name, tensor] of Object.entries(state)) arrays.push(await arrayOf(STATE_PREFIX + name, tensor));
  const broken = arrays.find(({ data }) => !data.every(Number.isFinite));
  if (broken) throw brokenValues(broken.name, position);
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
    bytes = await readFile(path);
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw describeFileError(error, path, 'read') ?? error;
  }
  const { tensors, metadata } = decode(bytes, path);
  const version = metadata['zlm.formatVersion'];
  if (version === undefined) throw notACheckpoint(path, 'it has no zlm metadata');
  if (version !== FORMAT_VERSION) {
    throw new UserError('data', `${path} has format version ${version}, this zlm reads ${FORMAT_VERSION}`, [
      'Use the version of zlm that wrote it; environment.json in its run folder names it.',
    ]);
  }
  // The file's own checksum does not cover the name that it goes by.
  const foreign = Object.keys(metadata).find((key) => !METADATA.includes(key));
  if (foreign) throw notACheckpoint(path, `it has the unknown metadata ${foreign}`);
  const all = [...tensors];
  return {
    parameters: new Map(all.filter(([name]) => !name.startsWith(STATE_PREFIX))),
    state: new Map(
      all
        .filter(([name]) => name.startsWith(STATE_PREFIX))
        .map(([name, array]) => [name.slice(STATE_PREFIX.length), array]),
    ),
    position: parsePosition(metadata['zlm.position'], path),
    provenance: {
      specHash: metadata['zlm.specHash'],
      vocabularyHash: metadata['zlm.vocabularyHash'],
      trainHash: metadata['zlm.trainHash'],
      validHash: metadata['zlm.validHash'],
    },
  };
}

/** Name and shape of a tensor that a checkpoint must hold. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Checks that a checkpoint holds just the parameters of a model.
 *
 * @throws UserError('data') when names, shapes or types are not the model's
 */
export function checkParameters(checkpoint: Checkpoint, model: readonly NamedShape[], path: string): void {
  checkArrays('parameter', checkpoint.parameters, model, path);
}

/**
 * A checkpoint's recurrent state as tensors.
 *
 * @throws UserError('data') when names, shapes or types are not those that the spec makes
 */
export function restoreState(
  checkpoint: Checkpoint,
  expected: readonly NamedShape[],
  path: string,
): Record<string, tf.Tensor> {
  checkArrays('recurrent state', checkpoint.state, expected, path);
  return Object.fromEntries([...checkpoint.state].map(([name, array]) => [name, tensorOf(array)]));
}

function checkArrays(
  what: string,
  arrays: ReadonlyMap<string, NamedArray>,
  expected: readonly NamedShape[],
  path: string,
): void {
  const names = new Set(expected.map(({ name }) => name));
  const foreign = [...arrays.keys()].find((name) => !names.has(name));
  if (foreign) throw notACheckpoint(path, `the model of its spec has no ${what} ${foreign}`);
  for (const { name, shape } of expected) {
    const array = arrays.get(name);
    if (!array) throw notACheckpoint(path, `it lacks the ${what} ${name}`);
    if (array.shape.join() !== shape.join()) {
      throw notACheckpoint(path, `its ${name} has shape [${array.shape}] where the spec makes it [${shape}]`);
    }
    if (!(array.data instanceof Float32Array)) throw notACheckpoint(path, `its ${name} holds integers`);
    if (!array.data.every(Number.isFinite)) throw notACheckpoint(path, `its ${name} holds NaN or infinity`);
  }
}

async function arrayOf(name: string, tensor: tf.Tensor): Promise<NamedArray> {
  // A copy: a backend may hand out a view of memory that the next window writes to.
  return { name, shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) };
}

function tensorOf({ data, shape }: NamedArray): tf.Tensor {
  return tf.tensor(data, shape);
}

function parsePosition(text: string | undefined, path: string): Position {
  try {
    const position = JSON.parse(text ?? '');
    if (isPosition(position)) return position;
  } catch {
    // falls through to the one message
  }
  throw notACheckpoint(path, 'it does not tell its position in the run');
}

function brokenValues(name: string, { windows }: Position): UserError {
  return new UserError(
    'diverged',
    `training diverged: ${name} holds NaN or infinity after ${windows} windows`,
    [
      'What was saved before that is kept.',
      'Lower training.optimizer.sgd.learningRate or training.clipNorm and begin a new run.',
    ],
  );
}

function notACheckpoint(path: string, fault: string): UserError {
  return new UserError('data', `${path} is not a checkpoint of this run: ${fault}`, otherCheckpoint(path));
}

/** The file's own fault, with a cure that knows of the run's other checkpoint. */
function decode(bytes: Uint8Array, path: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('data', error.message, otherCheckpoint(path), { cause: error });
  }
}

function otherCheckpoint(path: string): string[] {
  if (basename(path) === 'best.safetensors') {
    return ["Take the run's other checkpoint: `--checkpoint last`."];
  }
  return [
    "Evaluate and sample the run's other checkpoint: `--checkpoint best`.",
    'Copy best.safetensors over it to resume from the best epoch.',
  ];
}
