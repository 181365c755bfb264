/** Keeps a run's folder: saves what the loop's events call for, and passes them on for display. */
import type * as tf from '@tensorflow/tfjs';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import { encodeCheckpoint, type Provenance } from '../runs/checkpoint.js';
import type { Position } from '../runs/position.js';
import type { RunFolder } from '../runs/run-folder.js';
import { type RunState, writeStatus } from '../runs/status.js';
import type { Spec } from '../spec/spec.generated.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import type { CheckpointEvent, TrainingEvent } from './events.js';
import { MetricsRecorder } from './metrics.js';
import { provenanceOf } from './resume.js';

/** Records one session of a run. */
export class RunRecorder {
  private readonly metrics: MetricsRecorder;
  private readonly provenance: Provenance;

  constructor(
    private readonly run: RunFolder,
    private readonly spec: Spec,
    corpus: PreparedCorpus,
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
  ) {
    this.metrics = new MetricsRecorder(run);
    this.provenance = provenanceOf(spec, corpus);
  }

  /** Marks the run as running. */
  async begin(position: Position): Promise<void> {
    this.metrics.begin(position);
    await this.status('running', position);
  }

  /**
   * Passes events on, each after what it calls for is safely on the disk.
   *
   * @param start where the loop begins
   * @throws UserError('data') when the folder cannot be written; the last checkpoint is whole then
   */
  async *record(
    events: AsyncGenerator<TrainingEvent, void, void>,
    start: Position,
  ): AsyncGenerator<TrainingEvent, void, void> {
    let saved = start;
    try {
      for await (const event of events) {
        if (event.kind === 'window') await this.metrics.window(event);
        if (event.kind === 'epoch') await this.metrics.epoch(event);
        if (event.kind === 'checkpoint') {
          await this.save(event);
          saved = event.position;
        }
        if (event.kind === 'end') await this.status(event.outcome, event.position);
        yield event;
      }
    } catch (error) {
      if (error instanceof UserError && error.kind === 'diverged') await this.status('diverged', saved);
      throw error;
    } finally {
      await this.metrics.close();
    }
  }

  private async save({ state, position, isBest }: CheckpointEvent): Promise<void> {
    const bytes = await encodeCheckpoint(this.parameters, state, position, this.provenance);
    // The best first: killed between the two, the run resumes before this validation and writes both again.
    if (isBest) await writeFileAtomically(this.run.checkpoint('best'), bytes);
    await writeFileAtomically(this.run.checkpoint('last'), bytes);
    await this.status('running', position);
  }

  private async status(state: RunState, position: Position): Promise<void> {
    const { corpus, training } = this.spec;
    await writeStatus(this.run, state, { corpus, epochs: training.epochs }, position);
  }
}
