/** `--set a.b=c`: single keys of a spec changed from the command line. */
import { alternativeFault } from './alternatives.js';
import { type Fault, SpecError } from './diagnostics.js';
import type { Entry, Located, LocatedMap } from './located.js';
import { keyOf, type Override, parseOverride, refuse, type Step } from './parse-override.js';
import { childSchema, isChoice, keysOf, type SchemaNode, specSchema } from './schema.js';

/**
 * Applies overrides from left to right. A key's value is replaced; maps on the way to it are made where they are
 * missing; lists are indexed from 0, and the index just after the last item appends. A choice, such as
 * `training.schedule`, is switched by naming another kind as a whole; a key inside of another kind is refused.
 *
 * @param root      the spec so far
 * @param overrides texts such as `training.epochs=5`, the value in YAML
 * @returns the spec with every override that could be applied, and the faults of the others
 */
export function applyOverrides(
  root: LocatedMap,
  overrides: readonly string[],
): { root: Located; faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const attempt = <Result>(work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const parsed = overrides
    .map((text) => attempt(() => parseOverride(text)))
    .filter((one) => one !== undefined);
  let result: Located = root;
  for (const override of parsed) {
    const bypass = alternativeFault(result, override, parsed);
    if (bypass) faults.push(bypass);
    else result = attempt(() => applyOverride(result, override)) ?? result;
  }
  return { root: result, faults };
}

function applyOverride(root: Located, { path, value }: Override): Located {
  return setAt(root, { walked: [], ahead: path, value, schema: specSchema() });
}

/** Where `setAt` stands on its way to an override's key. */
interface Descent {
  readonly walked: readonly Step[];
  readonly ahead: readonly Step[];
  /** What to put at the end of the way. */
  readonly value: Located;
  /** The schema of the value here; undefined below an unknown key. */
  readonly schema: SchemaNode | undefined;
}

/** The value here, changed; a map or list is copied, not modified. */
function setAt(node: Located | undefined, descent: Descent): Located {
  const step = descent.ahead[0];
  if (!step) return descent.value;
  const isNull = node?.kind === 'scalar' && node.value === null;
  const present = isNull ? undefined : node;
  if (present?.kind === 'scalar') {
    const key = keyOf(descent.walked);
    throw refuse(`${key} is a single value: it holds no key ${step.name}`, step.place, key);
  }
  if (present?.kind === 'list') return setItem(present.items, step, descent);
  if (!present && descent.schema?.items) return setItem([], step, descent);
  return setKey(present, step, descent);
}

function setKey(map: LocatedMap | undefined, step: Step, descent: Descent): Located {
  const old = map?.entries ?? new Map<string, Entry>();
  // An unknown kind is left beside the known one: it is a typing error, not a switch.
  const isKind = isChoice(descent.schema) && keysOf(descent.schema).includes(step.name);
  const switchesKind = isKind && !old.has(step.name);
  const entries = new Map(switchesKind ? [] : old);
  entries.set(step.name, {
    key: step.place,
    value: setAt(old.get(step.name)?.value, advance(descent, step)),
  });
  return { kind: 'map', place: map?.place ?? step.place, entries };
}

function setItem(items: readonly Located[], step: Step, descent: Descent): Located {
  const key = keyOf(descent.walked);
  if (!/^\d+$/.test(step.name)) {
    throw refuse(`${key} is a list: name an item by its number, as in ${key}.0`, step.place, key);
  }
  const index = Number(step.name);
  if (index > items.length) {
    const size = `it has ${items.length}, counted from 0, and ${items.length} appends one`;
    throw refuse(`${key} has no item ${index}: ${size}`, step.place, key);
  }
  const changed = [...items];
  changed[index] = setAt(items[index], advance(descent, step));
  return { kind: 'list', place: step.place, items: changed };
}

function advance(descent: Descent, step: Step): Descent {
  return {
    ...descent,
    walked: [...descent.walked, step],
    ahead: descent.ahead.slice(1),
    schema: childSchema(descent.schema, step.name),
  };
}
