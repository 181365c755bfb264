/** Keeps a run's folder: saves what the loop's events call for, and passes them on for display. */
import type * as tf from '@tensorflow/tfjs';
import type { TrainingData } from '../corpus/training-data.js';
import { UserError } from '../errors.js';
import { encodeCheckpoint, NotFiniteError, type Provenance, type TensorGroups } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/run-folder.js';
import { type RunState, writeStatus } from '../runs/status.js';
import type { TrainingProgress } from '../runs/training-progress.js';
import type { NetworkSpec } from '../spec/systems.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import type { TaskState } from '../tasks/task.js';
import { divergenceFacts, notFiniteError, withKept } from './divergence.js';
import type { EndEvent, LoopEvent, SaveEvent, TrainingEvent } from './events.js';
import { LiveReporter } from './live-reporter.js';
import { MetricsRecorder } from './metrics.js';
import { provenanceOf } from './resume.js';

/** Returns the tensors of a checkpoint besides the recurrent state; read each time, because an optimizer may get more state. */
export type SavedTensors = () => Omit<TensorGroups<tf.Tensor>, 'state'>;

/** Records one session of a run. */
export class RunRecorder {
  private readonly metrics: MetricsRecorder;
  private readonly provenance: Provenance;

  constructor(
    private readonly run: RunFolder,
    private readonly spec: NetworkSpec,
    data: TrainingData,
    private readonly tensors: SavedTensors,
  ) {
    this.metrics = new MetricsRecorder(run);
    this.provenance = provenanceOf(spec, data);
  }

  /** Marks the run as running. */
  async begin(position: TrainingProgress): Promise<void> {
    this.metrics.begin(position);
    await this.status('running', position);
  }

  /** Saves before the first event: for a run whose start could not be made again. */
  async saveStart(position: TrainingProgress, state: TaskState): Promise<void> {
    await this.save({ position, state, isBest: false });
  }

  /**
   * Passes events on, each after what it calls for is safely on the disk.
   *
   * @param events of the loop; closed when the consumer stops early, and the run counts as interrupted then
   * @param start  where the loop begins
   * @returns how the loop ended
   * @throws UserError('data') when the folder cannot be written; the last checkpoint is whole then
   */
  async *record(
    events: AsyncGenerator<LoopEvent, void, void>,
    start: TrainingProgress,
  ): AsyncGenerator<TrainingEvent, EndEvent, void> {
    const live = new LiveReporter(this.run, this.spec.training.epochs, start.seconds);
    await live.begin();
    let saved = start;
    let end: EndEvent | null = null;
    let hasFailed = false;
    try {
      for await (const event of events) {
        live.note(event);
        if (event.kind === 'window') await this.metrics.window(event);
        if (event.kind === 'epoch') await this.metrics.epoch(event);
        if (event.kind === 'end') {
          await this.metrics.rest();
          await this.status(event.outcome, event.position, event.stoppedEarly);
          end = event;
        }
        if (event.kind === 'checkpoint') {
          await this.save(event);
          saved = event.position;
          const { state: _, ...written } = event;
          yield written;
        } else yield event;
      }
      if (end === null) throw new Error('The training loop has ended without an end event');
      return end;
    } catch (error) {
      hasFailed = true;
      if (!(error instanceof UserError && error.kind === 'diverged')) throw error;
      await this.status('diverged', saved);
      throw withKept(error, keptAt(saved));
    } finally {
      if (end === null && !hasFailed) await this.status('interrupted', saved);
      await live.end();
      await this.metrics.close();
    }
  }

  private async save({
    state,
    position,
    isBest,
  }: Pick<SaveEvent, 'state' | 'position' | 'isBest'>): Promise<void> {
    const bytes = await this.encode(state, { ...position, row: this.metrics.underWay });
    // The best first: killed between the two, the run resumes before this validation and writes both again.
    if (isBest) await writeFileAtomically(this.run.checkpoint('best'), bytes);
    await writeFileAtomically(this.run.checkpoint('last'), bytes);
    await this.status('running', position);
  }

  /** @throws UserError('diverged') when a value is NaN or infinite: what was saved before is then the last good state */
  private async encode(state: TaskState, position: TrainingProgress): Promise<Uint8Array[]> {
    const tensors = { ...this.tensors(), state: new Map(Object.entries(state)) };
    try {
      return await encodeCheckpoint(tensors, position, this.provenance);
    } catch (error) {
      if (!(error instanceof NotFiniteError)) throw error;
      throw notFiniteError(error.message, position.windows, divergenceFacts(this.spec), { cause: error });
    }
  }

  private async status(state: RunState, position: TrainingProgress, stoppedEarly = false): Promise<void> {
    const { corpus, training } = this.spec;
    await writeStatus(this.run, state, { corpus, epochs: training.epochs, stoppedEarly }, position);
  }
}

/** Returns a sentence on the checkpoint that a diverged run keeps, given the last saved position; null when nothing was saved. */
function keptAt({ best, windows }: TrainingProgress): string | null {
  if (best)
    return `The best checkpoint, of epoch ${best.epoch} with valid perplexity ${best.perplexity.toFixed(2)}${best.bleu === undefined ? '' : ` and BLEU ${best.bleu.toFixed(2)}`}, is kept.`;
  return windows > 0
    ? `The last checkpoint, after ${windows.toLocaleString('en-US')} windows, is kept.`
    : null;
}
