/**
 * The C functions of the compiled library as JavaScript functions; kernels/zlm.h documents each. Typed arrays are passed as
 * pointers, without a copy. A function of one struct takes it as an object; any other function takes its arguments by name.
 */
import type { TypeObject } from 'koffi';
import type { CheckedLibrary } from '../libraries/compiled-library.js';
import { loadablePath } from '../libraries/loading.js';
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
 * Loads a compiled library.
 *
 * @throws Error with the loader's message when it cannot be loaded or lacks a function
 */
export async function loadLibrary(built: CheckedLibrary): Promise<NativeFunctions> {
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
