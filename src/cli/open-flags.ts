/** The flags of commands that use a trained run: which checkpoint, where it lies, and what computes. */
import type { OpenRunRequest } from '../systems/open-run.js';
import { backendFlags, backendOptions } from './backend-flags.js';
import { checkpointFlag, dataFlag, runsFlag } from './flags.js';

export const openFlags = {
  checkpoint: checkpointFlag,
  data: dataFlag,
  runs: runsFlag,
  ...backendFlags,
};

/** Values of {@link openFlags}, as oclif parses them. */
type OpenFlags = Pick<OpenRunRequest, 'checkpoint' | 'backend'> & {
  readonly data: string;
  readonly runs: string;
} & Parameters<typeof backendOptions>[0];

/**
 * Makes the request of a run to open.
 *
 * @param run    its name, its path or `latest`
 * @param onNote called with a line about work that takes a while
 */
export function openRequest(run: string, flags: OpenFlags, onNote: (line: string) => void): OpenRunRequest {
  const { checkpoint, data, runs, backend } = flags;
  return {
    run,
    checkpoint,
    dataFolder: data,
    runsFolder: runs,
    backend,
    backendOptions: backendOptions(flags, onNote),
  };
}
