/** Opening a network to inspect: that of a run, or a fresh one of a spec. */
import { activateBackend } from '../backends/select.js';
import { corpusFacts } from '../corpus/manifest.js';
import { PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { InspectedNetwork } from '../inspect/memory.js';
import { disposeNetwork } from '../model/network.js';
import { findRun } from '../runs/list-runs.js';
import type { RunFolder } from '../runs/run-folder.js';
import { loadRunSpec } from '../runs/run-spec.js';
import { assertFitsCorpus, diffSpecs, type LoadedSpec, loadSpec } from '../spec/load.js';
import { type NetworkSpec, requireNetwork, TASK_VERBS, taskOf } from '../spec/systems.js';
import { freshModel } from '../tasks/language-modelling.js';
import { modelConstants } from '../training/beginning.js';
import { type OpenRunRequest, openRun } from './open-run.js';
import type { OpenHooks, OpenRequest } from './system.js';

/** An opened network, which the caller disposes of. */
export interface OpenedInspection {
  readonly network: InspectedNetwork;
  /** The folder of a trained network, which keeps the report; null for a fresh one. */
  readonly run: RunFolder | null;
  dispose(): void;
}

/**
 * Opens the network of a run.
 *
 * @param overrides `dropout.…=…` texts: the table of dropout to measure with, instead of the run's own
 * @throws UserError as `openRun` does; for an n-gram model, and for an override outside of `dropout`
 */
export async function openTrainedNetwork(
  request: OpenRunRequest,
  overrides: readonly string[],
  hooks: OpenHooks = {},
): Promise<OpenedInspection> {
  const folder = await findRun(request.runsFolder, request.run);
  const own = networkOf(await loadRunSpec(folder, []), folder.name);
  const changed = networkOf(await loadRunSpec(folder, overrides), folder.name);
  const foreign = diffSpecs(own, changed).filter(({ key }) => !key.startsWith('dropout.'));
  if (foreign.length > 0) throw notDropout(foreign[0].key);
  const opened = await openRun(request, hooks);
  const { network: model } = opened.predictor;
  if (opened.system !== 'network' || !model) throw noNetwork(folder.name);
  const { run, checkpoint, position, corpus, backend, spec } = opened;
  return {
    network: {
      ...{ name: run.name, checkpoint, epochs: position.epochs, spec, dropout: changed.dropout, overrides },
      ...{ model, corpus, backend },
    },
    run,
    dispose: opened.dispose,
  };
}

/**
 * Makes the untrained network of a spec.
 *
 * @param path      the YAML file
 * @param overrides any keys of the spec, as `a.b=c` texts
 * @throws UserError when the spec is wrong or describes no network, or corpus or backend are not available
 */
export async function openFreshNetwork(
  path: string,
  overrides: readonly string[],
  { dataFolder, backend: wanted, backendOptions }: Omit<OpenRequest, 'checkpoint'>,
  { signal, onBackend, onProgress }: OpenHooks = {},
): Promise<OpenedInspection> {
  const loaded = await loadSpec(path, overrides);
  const spec = networkOf(loaded, path);
  const backend = await activateBackend(wanted, backendOptions);
  onBackend?.(backend);
  const verify = {
    cacheFolder: backendOptions?.cacheFolder,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  };
  const corpus = await PreparedCorpus.open(dataFolder, spec.corpus, verify);
  try {
    assertFitsCorpus(loaded, corpusFacts(corpus.name, corpus.manifest));
    const model = freshModel(spec, corpus.vocabulary.size, await modelConstants(spec, corpus));
    return {
      network: {
        ...{ name: path, checkpoint: null, epochs: 0, spec, dropout: spec.dropout, overrides },
        ...{ model, corpus, backend: backend.name },
      },
      run: null,
      dispose: () => {
        corpus.close();
        disposeNetwork(model);
      },
    };
  } catch (error) {
    corpus.close();
    throw error;
  }
}

function networkOf({ spec }: LoadedSpec, name: string): NetworkSpec {
  const network = requireNetwork(spec, () => noNetwork(name));
  const task = taskOf(network);
  if (task !== 'languageModelling') throw notOfText(name, TASK_VERBS[task]);
  return network;
}

function notOfText(name: string, does: string): UserError {
  return new UserError('usage', `${name} ${does}; the memory of language models alone can be inspected`, [
    'Name the run or the spec of a language model.',
  ]);
}

function noNetwork(name: string): UserError {
  return new UserError('usage', `${name} is an n-gram model, which has no state to inspect`, [
    'Name the run or the spec of a network.',
  ]);
}

function notDropout(key: string): UserError {
  return new UserError(
    'usage',
    `--set ${key}: A trained network can only be inspected with another dropout`,
    [
      'Override keys below dropout, such as dropout.recurrent.rate=0.5.',
      'Or inspect an untrained network with --spec, for which every key can be overridden.',
    ],
  );
}
