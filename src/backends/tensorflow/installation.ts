/**
 * Finds TensorFlow: a binding that `npm run tensorflow:build` built, or one of the npm packages `@tensorflow/tfjs-node-gpu` and
 * `@tensorflow/tfjs-node`. Says what is missing, and the command that repairs it.
 */
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.js';
import { isThere } from '../../storage/files.js';
import { findLibrary } from '../libraries/compiled-library.js';
import { checkPrivateFolder } from '../libraries/private-folder.js';
import {
  BINDING_PREFIX,
  type BuildRecord,
  type CudaVersions,
  RECORD,
  readBuildRecord,
} from './build-record.js';

/** The npm packages, the one for GPUs first. */
export const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Their version that works with the tfjs of zlm. */
export const PACKAGE_VERSION = '4.22.0';

/** The versions that the library was built for which `@tensorflow/tfjs-node-gpu` downloads. */
const CUDA_OF_GPU_PACKAGE: CudaVersions = { cuda: '11.2', cudnn: '8.1' };

/** The command that builds a binding. */
export const BUILD_COMMAND = 'npm run tensorflow:build';

/** A binding and the JavaScript for it, as far as can be told without loading them. */
export interface Installation {
  /** "@tensorflow/tfjs-node 4.22.0", for messages. */
  readonly title: string;
  /** The folder of the npm package. */
  readonly packageFolder: string;
  /** The file of the binding. */
  readonly binding: string;
  /** Null for a library without CUDA. */
  readonly cuda: CudaVersions | null;
  /** The command that repairs it when it cannot be loaded. */
  readonly repair: string;
}

/** An installation, or why there is none. */
export type Search =
  | { readonly installation: Installation }
  | {
      readonly failure: string;
      /** True when nothing is installed, which is no fault. */
      readonly absent?: true;
    };

/** Where to look. */
export interface Places {
  /** Named by the user: the folder of a build, or one whose `node_modules` has a package. */
  readonly named: string | undefined;
  /** Of zlm. */
  readonly cacheFolder: string | undefined;
}

/** Returns the folder of a build that is used when none is named. */
export function defaultBuildFolder(cacheFolder: string): string {
  return join(cacheFolder, 'tensorflow');
}

/** Finds the installation to use: the named one; otherwise a build in the cache, or a package beside zlm. */
export async function findInstallation({ named, cacheFolder }: Places): Promise<Search> {
  if (named !== undefined) {
    const folder = resolve(named);
    const record = await readBuildRecord(folder);
    if (record) return checkBuild(folder, record);
    const found = packageFrom(join(folder, 'package.json'));
    if (found) return checkPackage(found);
    const failure = `${named} has neither the file ${RECORD} of a build nor ${PACKAGES.join(' or ')} in its node_modules`;
    return { failure };
  }
  if (cacheFolder !== undefined) {
    const folder = defaultBuildFolder(cacheFolder);
    const record = await readBuildRecord(folder);
    if (record) return checkBuild(folder, record);
  }
  const found = packageFrom(import.meta.url);
  if (found) return checkPackage(found);
  const failure = `not installed; add it with \`npm install ${PACKAGES[1]}@${PACKAGE_VERSION}\``;
  return { failure, absent: true };
}

/** An npm package. */
interface FoundPackage {
  readonly name: (typeof PACKAGES)[number];
  readonly folder: string;
}

/** Finds one of the packages as a module at this place would. */
export function packageFrom(place: string): FoundPackage | null {
  const require = createRequire(place);
  for (const name of PACKAGES) {
    try {
      return { name, folder: dirname(require.resolve(`${name}/package.json`)) };
    } catch {
      // The next one may be there.
    }
  }
  return null;
}

/** Reads the version of the package in a folder. */
export async function versionOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { version?: string }).version ?? 'unknown';
}

async function checkPackage({ name, folder }: FoundPackage): Promise<Search> {
  const version = await versionOf(folder);
  if (version !== PACKAGE_VERSION) {
    const failure = `${name} has version ${version}, but zlm needs ${PACKAGE_VERSION}: \`npm install ${name}@${PACKAGE_VERSION}\``;
    return { failure };
  }
  const repair = `npm rebuild ${name} --build-addon-from-source`;
  const binding = join(folder, 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
  for (const [file, what] of [
    [libraryOf(folder), "TensorFlow's library"],
    [binding, 'its binding'],
  ]) {
    if (await isThere(file)) continue;
    const failure = `${name} is installed, but ${what} did not download (${file} is missing); repair it with \`${repair}\``;
    return { failure };
  }
  const cuda = name === PACKAGES[0] ? CUDA_OF_GPU_PACKAGE : null;
  return { installation: { title: `${name} ${version}`, packageFolder: folder, binding, cuda, repair } };
}

/** The newest version of Node's interface for which tfjs-node has bindings; each Node that zlm runs on has it. */
export const NAPI_VERSION = 8;

function libraryOf(folder: string): string {
  const lib = join(folder, 'deps', 'lib');
  if (process.platform === 'win32') return join(lib, 'tensorflow.dll');
  return join(lib, process.platform === 'darwin' ? 'libtensorflow.2.dylib' : 'libtensorflow.so.2');
}

async function checkBuild(folder: string, record: BuildRecord): Promise<Search> {
  const repair = `${BUILD_COMMAND} -- ${'wheel' in record.source ? '--wheel FILE.whl' : `--from ${record.source.folder}`}`;
  const failing = (what: string): Search => ({ failure: `${what}; build it again with \`${repair}\`` });
  let own: string;
  try {
    own = await checkPrivateFolder(folder);
  } catch (error) {
    if (error instanceof UserError) return { failure: error.message };
    throw error;
  }
  for (const { path, bytes } of record.libraries) {
    const found = await stat(path).catch(() => null);
    if (!found) return failing(`the library of the build in ${folder} is missing (${path})`);
    if (found.size !== bytes)
      return failing(`the library ${path} was changed: it had ${bytes} bytes and has ${found.size}`);
  }
  if (!(await isThere(join(record.package, 'package.json'))))
    return failing(`the npm package of the build in ${folder} is missing (${record.package})`);
  const binding = await findLibrary(own, BINDING_PREFIX);
  if (!binding) return failing(`the binding in ${folder} is missing or damaged`);
  const { source } = record;
  // "tensorflow_cpu-2.20.0" of "tensorflow_cpu-2.20.0-cp311-….whl".
  const library = 'wheel' in source ? source.wheel.split('-', 2).join('-') : source.folder;
  return {
    installation: {
      title: `tfjs-node ${record.packageVersion} on ${library}`,
      packageFolder: record.package,
      binding: binding.path,
      cuda: record.cuda,
      repair,
    },
  };
}
