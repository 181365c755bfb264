/**
 * Builds tfjs-node's binding against the library inside a wheel of TensorFlow. The binding that npm downloads is for a TensorFlow
 * of 2021, whose CUDA no current driver comes with; its source compiles with the C headers of current ones, unchanged.
 */
import { createWriteStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/file-error.js';
import { sha256File } from '../../storage/file-identity.js';
import { isThere, makeFolder } from '../../storage/files.js';
import { compilerFailure, inWorkplace, keepLibrary } from '../libraries/compiled-library.js';
import { findCompiler } from '../libraries/compiler.js';
import { makePrivateFolder } from '../libraries/private-folder.js';
import {
  BINDING_PREFIX,
  type BuildRecord,
  type CudaVersions,
  RECORD,
  writeBuildRecord,
} from './build-record.js';
import { NAPI_VERSION, PACKAGE_VERSION, PACKAGES, packageFrom, versionOf } from './installation.js';

/** The libraries of a wheel, in the order in which a linker needs them. */
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Tells which CUDA a wheel was built for. */
const BUILD_INFORMATION = 'python/platform/build_info.py';

/** The folders with the headers that the binding includes, below `include/`. */
const HEADERS = /^include\/(?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h$/;

/** What is built, from what, and where. */
export interface BuildRequest {
  /** A wheel, or the folder `tensorflow` of an installed one, whose library is then used where it is. */
  readonly source: { readonly wheel: string } | { readonly from: string };
  /** The folder for the result. */
  readonly folder: string;
  /** A module there finds the npm package. */
  readonly packagePlace: string;
  /** The folder with `node_api.h`; null for that of this Node. */
  readonly nodeHeaders: string | null;
  /** The C++ compiler; null for the first of the usual names. */
  readonly compiler: string | null;
  readonly onNote: (line: string) => void;
}

/**
 * Builds the binding; an earlier build in the folder is replaced.
 *
 * @throws UserError('backend') when something is missing or does not compile
 */
export async function buildBinding(request: BuildRequest): Promise<BuildRecord> {
  if (process.platform !== 'linux')
    throw fault('A wheel of TensorFlow has a library for tfjs-node on Linux only');
  const found = packageFrom(request.packagePlace);
  if (!found) {
    throw fault(`There is no ${PACKAGES.join(' or ')}, whose source is compiled`, [
      `Add it: \`npm install --no-save --ignore-scripts ${PACKAGES[1]}@${PACKAGE_VERSION}\`.`,
    ]);
  }
  const headers = request.nodeHeaders ?? (await findNodeHeaders());
  const search = await findCompiler(request.compiler, 'C++');
  if ('failure' in search) throw fault(`Cannot compile the binding: ${search.failure}`);
  const folder = await makePrivateFolder(request.folder, isOurs);
  return inWorkplace(folder, async (workplace) => {
    const tensorflow = await provideTensorflow(request, folder, workplace);
    const output = join(workplace, 'binding.so');
    const sources = (await readdir(join(found.folder, 'binding'))).filter((name) => name.endsWith('.cc'));
    request.onNote(`Compiling the binding with ${search.compiler.command}`);
    const words = await compilerFailure(
      search.compiler.program,
      [
        ...search.compiler.leading,
        ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${NAPI_VERSION}`],
        ...['-I', headers, '-I', tensorflow.include],
        ...sources.map((name) => join(found.folder, 'binding', name)),
        ...tensorflow.libraries,
        `-Wl,-rpath,${dirname(tensorflow.libraries[0])}`,
        ...['-o', output],
      ],
      'the binding was',
    );
    if (words !== null) throw fault(`${search.compiler.command} cannot compile the binding:\n${words}`);
    for (const name of await readdir(folder))
      if (name.startsWith(BINDING_PREFIX)) await rm(join(folder, name));
    if (!(await keepLibrary(output, folder, BINDING_PREFIX)))
      throw fault(`The binding that was compiled into ${folder} cannot be read back`);
    const record: BuildRecord = {
      format: 1,
      source: tensorflow.source,
      libraries: await Promise.all(
        tensorflow.libraries.map(async (path) => ({ path, bytes: (await stat(path)).size })),
      ),
      cuda: cudaOf(await readFile(tensorflow.information, 'utf8').catch(() => '')),
      package: found.folder,
      packageVersion: await versionOf(found.folder),
    };
    await writeBuildRecord(folder, record);
    await removeOthers(folder, record);
    return record;
  });
}

/** A library of TensorFlow with its headers. */
interface Provided {
  readonly source: BuildRecord['source'];
  readonly libraries: readonly string[];
  readonly include: string;
  /** The file {@link BUILD_INFORMATION}. */
  readonly information: string;
}

async function provideTensorflow(
  { source, onNote }: BuildRequest,
  folder: string,
  workplace: string,
): Promise<Provided> {
  if ('from' in source) {
    const from = resolve(source.from);
    const libraries = LIBRARIES.map((name) => join(from, name));
    for (const path of [...libraries, join(from, 'include')])
      if (!(await isThere(path)))
        throw fault(`${from} is not the folder "tensorflow" of an installed TensorFlow: ${path} is missing`);
    onNote(`Hashing ${libraries[0]}`);
    return {
      source: { folder: from, sha256: await sha256File(libraries[0]) },
      libraries,
      include: join(from, 'include'),
      information: join(from, BUILD_INFORMATION),
    };
  }
  const { wheel } = source;
  onNote(`Hashing ${wheel}`);
  const hash = await sha256File(wheel);
  onNote(`Unpacking ${wheel}`);
  const unpacked = join(workplace, 'unpacked');
  await unpackWheel(wheel, unpacked);
  const kept = join(folder, `wheel-${hash.slice(0, 16)}`);
  await rm(kept, { recursive: true, force: true });
  await makeFolder(kept, 0o700);
  const libraries = LIBRARIES.map((name) => join(kept, name));
  for (const [i, name] of LIBRARIES.entries()) {
    const path = join(unpacked, name);
    if (!(await isThere(path)))
      throw fault(`${wheel} is not a wheel of TensorFlow: it has no tensorflow/${name}`);
    await rename(path, libraries[i]);
  }
  return {
    source: { wheel: basename(wheel), sha256: hash },
    libraries,
    include: join(unpacked, 'include'),
    information: join(unpacked, BUILD_INFORMATION),
  };
}

/** Writes the libraries, the headers and the build information of a wheel into a folder. */
async function unpackWheel(wheel: string, folder: string): Promise<void> {
  const wanted = (path: string) =>
    LIBRARIES.includes(path) || path === BUILD_INFORMATION || HEADERS.test(path);
  try {
    const zip = await openPromise(wheel, { autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        // yauzl refuses names that are absolute or climb with "..".
        const path = /^tensorflow\/(.*)$/.exec(entry.fileName)?.[1];
        if (path === undefined || !wanted(path)) continue;
        const target = join(folder, path);
        await makeFolder(dirname(target), 0o700);
        const stream = await zip.openReadStreamPromise(entry);
        await pipeline(stream, createWriteStream(target, { mode: 0o600 }));
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const described = describeFileError(error, wheel, 'unpack');
    throw described ?? fault(`Cannot unpack ${wheel}: it is not a wheel, or it is damaged`);
  }
}

/** Returns the versions of CUDA in a wheel's build information; null for a wheel without CUDA. */
export function cudaOf(information: string): CudaVersions | null {
  const version = (name: string) => new RegExp(`'${name}', '([\\d.]+)'`).exec(information)?.[1];
  if (!/'is_cuda_build', True/.test(information)) return null;
  return { cuda: version('cuda_version') ?? 'unknown', cudnn: version('cudnn_version') ?? 'unknown' };
}

/** Returns the folder with the headers of this Node. */
async function findNodeHeaders(): Promise<string> {
  const folder = join(dirname(process.execPath), '..', 'include', 'node');
  if (await isThere(join(folder, 'node_api.h'))) return folder;
  throw fault(`There are no headers of Node in ${folder}`, [
    "Install them (Debian's package libnode-dev, or the archive of nodejs.org), and name their folder with --node-headers.",
  ]);
}

/** Removes what earlier builds left. */
async function removeOthers(folder: string, { libraries }: BuildRecord): Promise<void> {
  for (const name of await readdir(folder)) {
    const isOld = name.startsWith('wheel-') && !libraries[0].path.startsWith(join(folder, name));
    if (isOld) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Returns whether a build makes an entry of this name. */
function isOurs(name: string): boolean {
  return name === RECORD || [BINDING_PREFIX, 'wheel-', '.build.'].some((start) => name.startsWith(start));
}

function fault(message: string, cures: readonly string[] = []): UserError {
  return new UserError('backend', message, cures);
}
