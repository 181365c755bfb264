/**
 * The C functions of the compiled library as JavaScript functions; kernels/zlm.h documents each. Typed arrays are passed as
 * pointers, without a copy. A function of one struct takes it as an object; any other function takes its arguments by name.
 * Also explains why a library cannot be loaded, since the loader's message does not name the usual cause.
 */
import { readFile, realpath } from 'node:fs/promises';
import type { TypeObject } from 'koffi';
import { isThere } from '../../storage/files.js';
import type { BuiltLibrary } from './build.js';
import { FUNCTIONS, type NativeFunctions, STRUCTS } from './kernels.generated.js';

export type { NativeFunctions } from './kernels.generated.js';

/** One function of {@link FUNCTIONS}. */
interface Declaration {
  readonly symbol: string;
  readonly result: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A C type as koffi takes it: a name, or a struct of members. */
type CType = string | TypeObject;

/**
 * Returns the path to load a library by: its descriptor's path where the system has one, so that the very file that was
 * checked is loaded; otherwise its own path, whose folders were checked.
 */
export async function loadablePath({ path, descriptor }: BuiltLibrary): Promise<string> {
  const opened = `/proc/self/fd/${descriptor}`;
  return (await isThere(opened)) ? opened : path;
}

/**
 * Loads a compiled library.
 *
 * @throws Error with the loader's message when it cannot be loaded or lacks a function
 */
export async function loadLibrary(built: BuiltLibrary): Promise<NativeFunctions> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(await loadablePath(built));
  const structs = new Map<string, TypeObject>();
  const typeOf = (name: string): CType => {
    const struct = structs.get(name.replace(' *', ''));
    if (!struct) return name;
    return name.endsWith(' *') ? koffi.pointer(struct) : struct;
  };
  for (const [name, members] of Object.entries(STRUCTS)) {
    const types = Object.entries(members).map(([member, type]) => [member, typeOf(type)]);
    structs.set(name, koffi.struct(Object.fromEntries(types)));
  }
  const bind = ({ symbol, result, parameters }: Declaration) => {
    const types = Object.values(parameters).map(typeOf);
    return byName(library.func(symbol, result, types), parameters);
  };
  return Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, declaration]) => [name, bind(declaration)]),
  ) as unknown as NativeFunctions;
}

function byName(call: (...values: unknown[]) => unknown, parameters: Declaration['parameters']) {
  const names = Object.keys(parameters);
  if (names.length === 1 && parameters[names[0]].startsWith('zlm_')) return call;
  return (named: Readonly<Record<string, unknown>>) => call(...names.map((name) => named[name]));
}

/** One mounted file system of `/proc/self/mountinfo`. */
interface Mount {
  readonly point: string;
  readonly options: readonly string[];
}

/** Why a library was not loaded. */
export interface LoadFailure {
  /** One line. */
  readonly failure: string;
  /** The loader's message. */
  readonly details: string;
  /** The part that the user has to change. */
  readonly needs: 'folder' | 'compiler';
}

/**
 * Explains why a library was not loaded.
 *
 * @param path    the library
 * @param message the loader's message
 */
export async function explainLoadFailure(path: string, message: string): Promise<LoadFailure> {
  const mount = mountOf(await realpath(path).catch(() => path), await mounts());
  if (mount?.options.includes('noexec')) {
    return {
      failure: `${path} cannot be loaded: ${mount.point} is mounted with the option noexec, so nothing in it may run`,
      details: message,
      needs: 'folder',
    };
  }
  return { failure: 'the compiled library cannot be loaded', details: message, needs: 'compiler' };
}

/** Parses a text in the form of `/proc/self/mountinfo`, in order: a later mount hides an earlier one. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) return [];
    return [{ point: withoutEscapes(point), options: options.split(',') }];
  });
}

/** Returns the mount of a path. */
export function mountOf(path: string, all: readonly Mount[]): Mount | undefined {
  const isBelow = ({ point }: Mount) => point === '/' || path === point || path.startsWith(`${point}/`);
  const longest = Math.max(...all.filter(isBelow).map(({ point }) => point.length));
  return all.findLast((mount) => isBelow(mount) && mount.point.length === longest);
}

/** Returns all mounts; none on a system without `/proc`. */
async function mounts(): Promise<Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** Decodes the octal escapes that the kernel writes for a space, a tab, a line end and a backslash. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
