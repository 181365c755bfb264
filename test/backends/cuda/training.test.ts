/**
 * Training of every network of configs/ on the GPU, narrowed and on the small corpus but otherwise as shipped: all work of a window
 * is on the device, losses are those of another backend, and a run can be interrupted and resumed.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import type { Work } from '../../../src/backends/cuda/device.js';
import type { TrainingEvent } from '../../../src/training/events.js';
import { prepareForConfigs, SMALL_CONFIGS } from '../../small-configs.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../../small-runs.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const place = useWorkplace();

beforeAll(() => prepareForConfigs(place.data));

/** Short windows in two epochs, with a validation in between. The sizes of windows are for the tests of the kernels. */
const TWO_EPOCHS = ['training.epochs=2', 'training.bptt=8', 'training.windowsPerEpoch=6'];

/** Windows after which a training is interrupted: within an epoch, or in the second of the longest windows. */
const INTERRUPTED = 3;

/** Short windows, of which an epoch has enough that the queue of batches stays full. */
const SHORT = ['training.bptt=5', 'training.windowsPerEpoch=null'];
const SHORT_WINDOWS = 14;

/** Windows of such an epoch that are each launched while the one before is read. */
const STEADY = { first: 6, last: 11 };

/** The ids, targets and numbers of a window. */
const UPLOADS = 1;

/** The loss, and the norm of the gradient. */
const DOWNLOADS = 2;

/** What a window asked of the device, and which ops ran on the machine. */
interface Demand extends Omit<Work, 'launches' | 'graphLaunches'> {
  readonly fallbacks: readonly string[];
}

/** Records the loss of each window, and what the backend was asked for in between. */
class Recorder {
  readonly losses: number[] = [];
  readonly demands: Demand[] = [];
  private work: Work | null = null;
  private fallbacks = new Map<string, number>();

  constructor(private readonly backend: CudaBackend | null) {}

  readonly onEvent = (event: TrainingEvent): void => {
    if (event.kind !== 'window') return;
    this.losses.push(event.nll / event.predictions);
    if (this.backend === null) return;
    const { device, fallbacks } = this.backend;
    const [before, work] = [this.work ?? device.work, { ...device.work }];
    this.demands.push({
      graphs: work.graphs - before.graphs,
      uploads: work.uploads - before.uploads,
      downloads: work.downloads - before.downloads,
      waits: work.waits - before.waits,
      fallbacks: [...fallbacks.keys()].filter((name) => fallbacks.get(name) !== this.fallbacks.get(name)),
    });
    this.work = work;
    this.fallbacks = new Map(fallbacks);
  };
}

/** Trains short windows on a backend. */
async function trainShort(
  backend: 'cuda' | 'native' | 'wasm',
  { name, spec, overrides }: SmallRequest,
  capturesWork = true,
) {
  await activate(backend);
  const cuda = backend === 'cuda' ? (tf.backend() as CudaBackend) : null;
  if (cuda) cuda.capturesWork = capturesWork;
  const recorder = new Recorder(cuda);
  await trainSmall(place, {
    spec,
    overrides: [...overrides, ...SHORT],
    name: `${name}-${backend}`,
    backend,
    backendOptions: BACKEND_OPTIONS,
    interruptAt: afterWindows(SHORT_WINDOWS),
    onEvent: recorder.onEvent,
  });
  if (cuda) cuda.capturesWork = true;
  return recorder;
}

type SmallRequest = Pick<(typeof SMALL_CONFIGS)[number], 'name' | 'spec' | 'overrides'>;

/** Configs that differ from another one in sizes and rates alone, which are narrowed here. */
const LIKE_ANOTHER = [
  'large',
  'variational-large',
  'placement-none',
  'placement-vertical',
  'placement-naive',
];

const NETWORKS = SMALL_CONFIGS.filter(({ isNgram, name }) => !isNgram && !LIKE_ANOTHER.includes(name)).map(
  (config) => [config.name, config] as const,
);
const OBSTACLE = whyNot('cuda');
const OTHER = whyNot('native') === undefined ? 'native' : 'wasm';

/** Trains on the other backend, and expects its losses. */
async function expectLossesOfOther(losses: readonly number[], request: SmallRequest): Promise<void> {
  const other = await trainShort(OTHER, request);
  // More windows may have been launched when the training was interrupted.
  for (const [window, loss] of other.losses.slice(0, SHORT_WINDOWS).entries()) {
    expect(Math.abs(losses[window] - loss)).toBeLessThanOrEqual(1e-4 * loss);
  }
}

describe.skipIf(OBSTACLE)(`on cuda${OBSTACLE ? `, ${OBSTACLE}` : ''}`, () => {
  describe.each(NETWORKS)('configs/%s.yaml', (name, { spec, overrides, recognizesSpeech }) => {
    it('resumes byte for byte', async () => {
      const cuda = { backend: 'cuda', backendOptions: BACKEND_OPTIONS } as const;
      const request = { ...cuda, spec, overrides: [...overrides, ...TWO_EPOCHS] };
      expect(await trainSmall(place, { ...request, name })).toMatchObject({ outcome: 'finished' });
      const broken = { ...request, name: `${name}-resumed`, interruptAt: afterWindows(INTERRUPTED) };
      expect(await trainSmall(place, broken)).toMatchObject({ outcome: 'interrupted' });
      await trainSmall(place, { ...cuda, resume: broken.name });
      expect(await contentOf(place.run(broken.name))).toEqual(await contentOf(place.run(name)));
    });

    it.skipIf(recognizesSpeech)(
      `starts one graph a window, copies ids in and the loss out, and has the bytes without graphs and losses of ${OTHER}`,
      async () => {
        const request = { name: `${name}-short`, spec, overrides };
        const { losses, demands } = await trainShort('cuda', request);
        const steady = demands.slice(STEADY.first, STEADY.last);
        expect(steady).toHaveLength(STEADY.last - STEADY.first);
        for (const demand of steady) {
          const only = { graphs: 1, uploads: UPLOADS, downloads: DOWNLOADS };
          expect(demand).toEqual({ ...only, waits: 0, fallbacks: [] });
        }
        const run = place.run(`${request.name}-cuda`);
        const uncaptured = { ...request, name: `${name}-uncaptured` };
        await trainShort('cuda', uncaptured, false);
        expect(await contentOf(place.run(`${uncaptured.name}-cuda`))).toEqual(await contentOf(run));

        await expectLossesOfOther(losses, request);
      },
    );

    // Hardly any two batches of utterances have the same shape.
    it.runIf(recognizesSpeech)(`starts no graph, and has the losses of ${OTHER}`, async () => {
      const request = { name: `${name}-short`, spec, overrides };
      const { losses, demands } = await trainShort('cuda', request);
      expect(demands.map(({ graphs }) => graphs)).toEqual(demands.map(() => 0));
      await expectLossesOfOther(losses, request);
    });
  });
});
