/** Trains the small spec on the small corpus inside this process, and compares the files of runs. */
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { UserError } from '../src/errors.js';
import { readCheckpoint } from '../src/runs/checkpoint.js';
import { type CheckpointName, RunFolder } from '../src/runs/run-folder.js';
import type { TrainingOutcome } from '../src/systems/system.js';
import { resultOf, type TrainRequest, train } from '../src/systems/train.js';
import type { TrainingEvent } from '../src/training/events.js';
import { prepareSmallCorpus, writeSmallSpec } from './small-corpus.js';
import { sharedFolder } from './temp-folder.js';

/** A folder with the small corpus and the small spec. */
export interface Workplace {
  readonly root: string;
  readonly data: string;
  readonly runs: string;
  readonly spec: string;
  run(name: string): RunFolder;
}

/** A workplace that the tests of a file share; call it once, outside of the tests. */
export function useWorkplace(): Workplace {
  const root = sharedFolder();
  const [data, runs, spec] = [join(root, 'data'), join(root, 'runs'), join(root, 'tiny.yaml')];
  beforeAll(async () => {
    writeSmallSpec(root);
    await prepareSmallCorpus(data);
  });
  return { root, data, runs, spec, run: (name) => new RunFolder(join(runs, name)) };
}

/** Options of a training; by default the whole training of the small spec. */
export interface SmallTraining extends Partial<TrainRequest> {
  /** Interrupts after this event. */
  readonly interruptAt?: (event: TrainingEvent) => boolean;
  readonly onEvent?: (event: TrainingEvent) => void;
  readonly onWarning?: (line: string) => void;
}

/** A request to train the small spec, or to continue a run. */
export function smallRequest(
  { spec, data, runs }: Workplace,
  request: Partial<TrainRequest> = {},
): TrainRequest {
  return {
    spec: request.resume === undefined ? spec : null,
    resume: null,
    overrides: [],
    name: null,
    dataFolder: data,
    runsFolder: runs,
    backend: 'wasm',
    command: 'zlm train',
    version: '0.0.0',
    ...request,
  };
}

/** Trains to the end or the interruption. */
export async function trainSmall(
  place: Workplace,
  { interruptAt, onEvent, onWarning, ...request }: SmallTraining = {},
): Promise<TrainingOutcome> {
  const controller = new AbortController();
  const { signal } = controller;
  return await resultOf(train(smallRequest(place, request), { signal }), (event) => {
    if (event.kind === 'warning') onWarning?.(event.line);
    onEvent?.(event);
    if (interruptAt?.(event)) controller.abort(new UserError('interrupted', 'Interrupted'));
  });
}

/** Interrupts after the given number of windows of the run. */
export function afterWindows(windows: number): (event: TrainingEvent) => boolean {
  return (event) => event.kind === 'window' && event.position.windows >= windows;
}

/** Returns everything of a checkpoint that must be equal, byte for byte, in runs of one spec: all except the time. */
export async function contentOf(run: RunFolder, name: CheckpointName = 'last'): Promise<object> {
  const checkpoint = await readCheckpoint(run.checkpoint(name));
  if (!checkpoint) throw new Error(`there is no ${run.checkpoint(name)}`);
  const { parameters, state, optimizer, constants, position, provenance } = checkpoint;
  const bytes = (arrays: typeof parameters) =>
    Object.fromEntries(
      [...arrays].map(([array, { data }]) => [
        array,
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
      ]),
    );
  return {
    parameters: bytes(parameters),
    state: bytes(state),
    optimizer: bytes(optimizer),
    constants: bytes(constants),
    position: { ...position, seconds: 0 },
    provenance,
  };
}
