/**
 * Libraries that zlm compiles on the user's machine and keeps in a folder that no one else can change, each under a name with the
 * hash of its content.
 */
import { execFile } from 'node:child_process';
import { closeSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../errors.js';
import { syncPath } from '../../storage/atomic-write.js';
import { describeFileError, fileErrorCode } from '../../storage/file-error.js';
import { sha256 } from '../../storage/file-identity.js';
import { FolderHeldError, type FolderLock, lockFolder } from '../../storage/folder-lock.js';
import { removeLeftovers, temporaryPath } from '../../storage/temporary.js';
import { openOwnFile } from './private-folder.js';

const run = promisify(execFile);

/** A compiled and checked library, to be loaded by its descriptor where the system can. */
export interface CheckedLibrary {
  readonly path: string;
  /** Descriptor of the checked file, open until the process ends. */
  readonly descriptor: number;
}

/** Why a library cannot be built: one line, the compiler's own output if there is any, and what is needed. */
export interface BuildFailure {
  readonly failure: string;
  readonly details?: string;
  readonly needs: 'compiler' | 'folder';
}

/**
 * Runs `work`; turns an error of the file system into a failure. An interruption is thrown.
 *
 * @param what to be done in the folder, as "compile the kernels into"
 */
export async function orFailure<T>(
  folder: string,
  what: string,
  work: () => Promise<T | BuildFailure>,
): Promise<T | BuildFailure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError && error.kind === 'interrupted') throw error;
    const described = describeFileError(error, folder, what) ?? error;
    if (described instanceof UserError) return { failure: asClause(described.message), needs: 'folder' };
    throw error;
  }
}

/** Turns a message into a clause, which continues a line: "native: cannot compile …". It begins with a word or an absolute path. */
function asClause(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Finds an intact library. Its name has the hash of its content, since the loader may crash on a truncated file. */
export async function findLibrary(folder: string, prefix: string): Promise<CheckedLibrary | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(`${prefix}-`))) {
    const path = join(folder, name);
    const file = await openOwnFile(path);
    if (file === null) continue;
    if (name === libraryName(prefix, file.content)) return { path, descriptor: file.descriptor };
    closeSync(file.descriptor);
  }
  return null;
}

/**
 * Moves a library that was just compiled into the folder, under the name that {@link findLibrary} looks for.
 *
 * @returns null when it cannot be read back from there
 */
export async function keepLibrary(
  compiled: string,
  folder: string,
  prefix: string,
): Promise<CheckedLibrary | null> {
  await chmod(compiled, 0o700);
  await syncPath(compiled);
  await rename(compiled, join(folder, libraryName(prefix, await readFile(compiled))));
  return findLibrary(folder, prefix);
}

function libraryName(prefix: string, content: Uint8Array): string {
  return `${prefix}-${sha256(content).slice(0, 16)}.so`;
}

/**
 * Runs a compiler. Returns its output when it fails, null when it succeeds.
 *
 * @param what is compiled, for the message of an interruption
 * @throws UserError of the kind "interrupted" if a signal ended it: Ctrl-C reaches the compiler too, and says nothing about it
 */
export async function compilerFailure(
  program: string,
  arguments_: readonly string[],
  what: string,
): Promise<string | null> {
  try {
    await run(program, arguments_, { maxBuffer: 2 ** 24 });
    return null;
  } catch (error) {
    const {
      stderr = '',
      message,
      signal,
    } = error as Error & { stderr?: string; signal?: NodeJS.Signals | null };
    if (signal === 'SIGINT' || signal === 'SIGTERM') {
      throw new UserError('interrupted', `Interrupted while ${what} compiled`);
    }
    return stderr.trim() || (signal ? `${program} was ended by ${signal}` : message);
  }
}

/** Milliseconds that a process waits for another one that compiles the same library, before it compiles it itself. */
const PATIENCE = 60_000;

/**
 * Runs `work` while no other process does that for the same library, also on other machines that share the folder.
 *
 * @param prefix of the name of the library
 */
export async function onceAtATime<T>(folder: string, prefix: string, work: () => Promise<T>): Promise<T> {
  const locked = join(folder, `.build.${prefix}`);
  const lock = await lockWithin(locked, Date.now() + PATIENCE);
  try {
    return await work();
  } finally {
    await lock?.release();
    // Another process that waits may have put its claim into it.
    await rmdir(locked).catch(() => {});
  }
}

/** Locks a folder; returns null when another process has it for too long. */
async function lockWithin(folder: string, deadline: number): Promise<FolderLock | null> {
  for (;;) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      // The one before may have removed the folder while this process put down its claim.
      const isRemoved = error instanceof UserError && fileErrorCode(error.cause) === 'ENOENT';
      if (!(error instanceof FolderHeldError || isRemoved)) throw error;
      if (Date.now() > deadline) return null;
      await sleep(100);
    }
  }
}

/** Runs `work` in a new folder and removes it afterwards, together with the folders of killed processes. */
export async function inWorkplace<T>(folder: string, work: (workplace: string) => Promise<T>): Promise<T> {
  const build = join(folder, 'build');
  await removeLeftovers(build);
  const workplace = temporaryPath(build);
  await mkdir(workplace, { mode: 0o700 });
  try {
    return await work(workplace);
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}
