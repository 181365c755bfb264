/** The record of a build of tfjs-node's binding against the library of a TensorFlow wheel: a file in the folder of the build. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../storage/atomic-write.js';

/** The name of the file. */
export const RECORD = 'build.json';

/** The beginning of the name of a binding. */
export const BINDING_PREFIX = 'tfjs-binding';

/** A file, and its size when the binding was built: the loader may crash on a truncated library. */
export interface SizedFile {
  readonly path: string;
  readonly bytes: number;
}

/** The versions that a library of TensorFlow for GPUs was built for: "12.5.1" and "9". */
export interface CudaVersions {
  readonly cuda: string;
  readonly cudnn: string;
}

/** What was built, and from what. */
export interface BuildRecord {
  readonly format: 1;
  /** Where the library is from: a wheel, or the folder of an installed one, which is used where it is. */
  readonly source:
    | { readonly wheel: string; readonly sha256: string }
    | { readonly folder: string; readonly sha256: string };
  /** The libraries that the binding loads, by absolute paths. */
  readonly libraries: readonly SizedFile[];
  /** Null for a library without CUDA. */
  readonly cuda: CudaVersions | null;
  /** The folder of the npm package whose binding was compiled, and whose JavaScript is used with it. */
  readonly package: string;
  readonly packageVersion: string;
}

/** Reads the record of a folder; null where there is none, or a damaged one. */
export async function readBuildRecord(folder: string): Promise<BuildRecord | null> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, RECORD), 'utf8'));
    return isRecord(record) ? record : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is BuildRecord {
  const { format, libraries } = (value ?? {}) as Partial<BuildRecord>;
  return format === 1 && Array.isArray(libraries);
}

/** Writes the record of a folder. */
export async function writeBuildRecord(folder: string, record: BuildRecord): Promise<void> {
  await writeFileAtomically(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}
