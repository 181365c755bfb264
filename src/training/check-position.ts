/** Refusing a checkpoint whose position cannot be one of its run, such as one that was edited. */
import { notACheckpoint } from '../runs/checkpoint-fault.js';
import type { Position } from '../runs/position.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { Task } from '../tasks/task.js';

/**
 * Checks that a position lies within the data and the epochs of a training.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when it does not
 */
export function checkPosition(
  position: Position,
  task: Pick<Task, 'batchesIn'>,
  { training }: NetworkSpec,
  path: string,
): void {
  const { windows, pass, windowInPass, epochs, epochWindows, averagedSince, best } = position;
  const fault = (what: string) => notACheckpoint(path, `its position in the run is impossible: ${what}`);
  // Every pass has a window, so this also bounds the passes whose windows are drawn.
  if (pass > windows) throw fault(`${pass} passes cannot have had ${windows} windows`);
  const inPass = task.batchesIn(pass);
  if (windowInPass >= inPass) throw fault(`window ${windowInPass} of pass ${pass}, which has ${inPass}`);
  if (epochWindows + epochs > windows) {
    throw fault(`${epochs} epochs and ${epochWindows} windows cannot have had ${windows} windows`);
  }
  const inEpoch = training.windowsPerEpoch ?? task.batchesIn(epochs);
  if (epochWindows > inEpoch)
    throw fault(`window ${epochWindows} of epoch ${epochs + 1}, which has ${inEpoch}`);
  if (averagedSince !== null && averagedSince > windows)
    throw fault(`averaged since window ${averagedSince} of ${windows}`);
  if (best !== null && best.epoch > epochs) throw fault(`the best epoch is ${best.epoch} of ${epochs}`);
}
