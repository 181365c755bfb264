/** A folder as after `zlm prepare` and `zlm train`, for tests of the commands that follow. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Train from '../src/commands/train.js';
import { runCommand } from './cli/capture.js';
import { prepareSmallCorpus, writeSmallSpec } from './small-corpus.js';

/** Name of the run that {@link TrainedFolder.make} trains: three epochs of the small spec. */
export const RUN = 'tiny';

/** A folder with `data/small`, `tiny.yaml` and `runs/tiny`; it is the current folder, so that messages name relative paths. */
export class TrainedFolder {
  private readonly before = process.cwd();

  private constructor(readonly path: string) {
    process.chdir(path);
  }

  /** For `beforeAll`; {@link remove} it in `afterAll`. */
  static async make(): Promise<TrainedFolder> {
    const folder = new TrainedFolder(realpathSync(mkdtempSync(join(tmpdir(), 'zlm-test-'))));
    await prepareSmallCorpus('data');
    await train(writeSmallSpec('.'), '--name', RUN);
    return folder;
  }

  remove(): void {
    process.chdir(this.before);
    rmSync(this.path, { recursive: true });
  }
}

/** Runs `zlm train`, which must succeed; on the backend whose figures are the same on every machine. */
export async function train(...argv: string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(Train, [...argv, '--backend', 'cpu']);
  if (exitCode !== 0) throw new Error(stderr);
}
