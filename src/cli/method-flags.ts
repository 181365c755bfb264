/** The flags of `zlm eval` and `zlm score` for methods at test time: the one place where they become a request. */
import { Flags } from '@oclif/core';
import { UserError } from '../errors.js';
import type { CombinationRequest } from '../evaluation/combine.js';
import type { MethodRequest } from '../evaluation/method.js';
import type { SweepFolder } from '../sweeps/sweep-folder.js';
import { fileFlag, integerFlag, sweepsFlag, wordFlag } from './flags.js';

const HELP_GROUP = 'METHOD';

export const methodFlags = {
  ensemble: Flags.string({
    description:
      'Average the probabilities of several runs: of RUN, if it is named, and these. A sweep stands for all of its finished runs.',
    multiple: true,
    helpValue: 'RUN',
    helpGroup: HELP_GROUP,
  }),
  'mc-dropout': integerFlag({
    description: 'Average the probabilities of N passes with the noise of training.',
    min: 1,
    max: 10_000,
    helpValue: 'N',
    helpGroup: HELP_GROUP,
  }),
  dynamic: Flags.boolean({
    description: 'Dynamic evaluation: the parameters follow the text, by a step after each segment.',
    helpGroup: HELP_GROUP,
  }),
  'dynamic-length': integerFlag({
    description: 'Tokens in a segment of dynamic evaluation; 20 by default.',
    min: 1,
    max: 65_536,
    helpValue: 'N',
    helpGroup: HELP_GROUP,
  }),
  'neural-cache': Flags.boolean({
    description: 'Neural cache: words of the recent past become likelier where its hidden states return.',
    helpGroup: HELP_GROUP,
  }),
  interpolate: wordFlag({
    expects: 'a run',
    description: 'Interpolate with the n-gram model of a run.',
    helpValue: 'RUN',
    helpGroup: HELP_GROUP,
  }),
  tune: Flags.boolean({
    description: 'Choose the parameters on valid that are not given, instead of taking their defaults.',
    helpGroup: HELP_GROUP,
  }),
  method: fileFlag({
    description: 'Read methods and their parameters from a YAML file instead.',
    helpGroup: HELP_GROUP,
  }),
  sweeps: sweepsFlag,
};

/** Values of {@link methodFlags}, as oclif parses them. */
interface MethodFlags {
  readonly ensemble?: string[] | undefined;
  readonly 'mc-dropout'?: number | undefined;
  readonly dynamic?: boolean | undefined;
  readonly 'dynamic-length'?: number | undefined;
  readonly 'neural-cache'?: boolean | undefined;
  readonly interpolate?: string | undefined;
  readonly tune?: boolean | undefined;
  readonly method?: string | undefined;
  /** Folders in which names are looked up. */
  readonly sweeps: string;
  readonly runs: string;
}

/** The run of a command that is not told one. */
const DEFAULT_RUN = 'latest';

/** What a command is to open: one run as it is, or a combination. */
export type Asked =
  | { readonly run: string }
  | {
      readonly combination: CombinationRequest;
      /** Sweeps whose runs are members. */
      readonly sweeps: readonly SweepFolder[];
    };

/**
 * Turns the flags and the run of a command into what it is to open. An ensemble has the run as its first member, if it is named.
 *
 * @param run    the command's argument; undefined where it is left out
 * @param onNote told which runs a sweep stands for
 * @throws UserError when the methods exclude each other, an ensemble has one member, or the method file is wrong
 */
export async function askedFor(
  run: string | undefined,
  flags: MethodFlags,
  onNote: (line: string) => void,
): Promise<Asked> {
  const fromFlags = requestOf(flags);
  if (fromFlags && flags.method !== undefined) {
    throw new UserError('usage', '--method reads all methods from its file, so no flag can name another', [
      'Leave out --method, or write the others into the file.',
    ]);
  }
  const request = flags.method === undefined ? fromFlags : await readFile(flags.method);
  if (request === null) {
    if (!flags.tune) return { run: run ?? DEFAULT_RUN };
    throw new UserError('usage', '--tune chooses the parameters of a method, and none is asked for', [
      'Name one: --dynamic, --neural-cache or --interpolate RUN.',
    ]);
  }
  const { resolveMethod } = await import('../evaluation/method.js');
  const method = resolveMethod(request, flags.tune);
  const { ensemble } = request;
  if (!ensemble) return { combination: { runs: [run ?? DEFAULT_RUN], method }, sweeps: [] };
  const { ensembleMembers } = await import('../sweeps/ensemble-members.js');
  const members = await ensembleMembers(ensemble, { runsFolder: flags.runs, sweepsFolder: flags.sweeps });
  for (const line of members.notes) onNote(line);
  const runs = [...(run === undefined ? [] : [run]), ...members.runs];
  if (runs.length > 1) return { combination: { runs, method }, sweeps: members.sweeps };
  throw new UserError('usage', `An ensemble of one run, ${runs[0]}, is that run`, [
    'Name two or more: --ensemble RUN RUN.',
  ]);
}

async function readFile(path: string): Promise<MethodRequest> {
  const { readMethodFile } = await import('../evaluation/method-file.js');
  return await readMethodFile(path);
}

/** Returns the methods that flags ask for; null when they ask for none. */
function requestOf(flags: MethodFlags): MethodRequest | null {
  const { ensemble, dynamic, interpolate } = flags;
  const [passes, length] = [flags['mc-dropout'], flags['dynamic-length']];
  if (length !== undefined && !dynamic) {
    const message =
      '--dynamic-length is the length of segments of dynamic evaluation, which is not asked for';
    throw new UserError('usage', message, ['Add --dynamic.']);
  }
  const request: MethodRequest = {
    ...(ensemble && { ensemble }),
    ...(passes !== undefined && { mcDropout: { passes } }),
    ...(dynamic && { dynamic: length === undefined ? {} : { length } }),
    ...(flags['neural-cache'] && { neuralCache: {} }),
    ...(interpolate !== undefined && { interpolate: { run: interpolate } }),
  };
  return Object.keys(request).length === 0 ? null : request;
}
