/**
 * Parses YAML into a located tree (maps, lists and scalars, each with its place in the source), and writes a spec as
 * YAML.
 */
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  stringify,
  type YAMLError,
} from 'yaml';
import { type Fault, positionOf } from './diagnostics.js';
import { type ForeignCharacter, foreignCharacters, grammarFault, TAG_FAULT } from './grammar-faults.js';
import { type Entry, type Located, type Place, type Source, wholeOf } from './located.js';
import type { Spec } from './systems.js';

/** The tree, or all faults of the text. */
export type ParseResult = { readonly root: Located } | { readonly faults: readonly Fault[] };

/** Most values of a spec after its aliases are expanded; an alias bomb has millions. */
const MOST_VALUES = 10_000;

/** The merge key of YAML 1.1, which includes the keys of another map: `<<: *name`. */
const MERGE_KEY = '<<';

/**
 * Parses a source from offset `from` to its end.
 *
 * @param source the source of the text, for the places
 * @param from   the offset at which the YAML starts: 0 in a file, after the `=` in an override
 */
export function parseYaml(source: Source, from = 0): ParseResult {
  const foreign = foreignCharacters(source.text.slice(from));
  if (foreign.length > 0) return { faults: foreignFaults(foreign, source, from) };
  const document = parseDocument(source.text.slice(from), { prettyErrors: false, logLevel: 'error' });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) return { faults: grammarFaults(broken, source, from) };
  const reader = new TreeReader(document, source, from);
  const root = document.contents ? reader.read(document.contents) : undefined;
  if (reader.faults.length > 0) return { faults: reader.faults };
  if (!root) {
    const content = source.text.slice(from).trim() === '' ? 'is empty' : 'contains only comments';
    return { faults: [{ key: '', message: `${source.name} ${content}` }] };
  }
  return { root };
}

/** Returns one fault per line: a line with one no-break space mostly has more. */
function foreignFaults(characters: readonly ForeignCharacter[], source: Source, from: number): Fault[] {
  const faults = characters.map(({ offset, message }) => {
    return { key: '', message, place: { source, start: offset + from, end: offset + from + 1 } };
  });
  return firstOfEachLine(faults);
}

/** Most errors of one text that are explained: each is searched for its line, and one long line can have an error at every character. */
const MOST_ERRORS = 100;

/** Returns one fault per place and line: later errors are mostly consequences of the first. */
function grammarFaults(errors: readonly YAMLError[], source: Source, from: number): Fault[] {
  const tooDeep = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  const text = source.text.slice(from);
  const first = errors.slice(0, MOST_ERRORS);
  const own = first.filter(({ pos: [start] }, index) => first.findIndex((e) => e.pos[0] === start) === index);
  const faults = (tooDeep ? [tooDeep] : own).map((error) => {
    const { message, start, end } = grammarFault(error, text);
    // What is missing at the end of the text is shown after its last character, not on an empty line.
    const place = { source, start: Math.min(start + from, source.text.trimEnd().length), end: end + from };
    return { key: '', message, place };
  });
  return firstOfEachLine(faults);
}

function firstOfEachLine(faults: readonly (Fault & { readonly place: Place })[]): Fault[] {
  const byLine = new Map<number, Fault>();
  for (const fault of faults) {
    const { line } = positionOf(fault.place);
    if (!byLine.has(line)) byLine.set(line, fault);
  }
  return [...byLine.values()];
}

function nothingAfter(key: Place): Located {
  return { kind: 'scalar', place: { ...key, start: key.end }, value: null };
}

/** Converts the nodes of one YAML document into a located tree, and collects the faults. */
class TreeReader {
  readonly faults: Fault[] = [];
  /** The nodes around the current one: an alias to one of them would never end. */
  private readonly around = new Set<Node>();
  private values = 0;

  constructor(
    private readonly document: Document,
    private readonly source: Source,
    private readonly from: number,
  ) {}

  /** Returns the located value of a node; undefined once there is a fault. */
  read(node: Node): Located | undefined {
    this.values += 1;
    if (this.values > MOST_VALUES) {
      const message = `The aliases of this spec expand to more than ${MOST_VALUES} values; write the values out`;
      return this.refuse(wholeOf(this.source), message);
    }
    if (this.around.has(node))
      return this.refuse(this.place(node), 'This anchor contains an alias of itself');
    this.around.add(node);
    const located = this.readUnguarded(node);
    this.around.delete(node);
    return located;
  }

  private readUnguarded(node: Node): Located | undefined {
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (target) return this.read(target);
      return this.refuse(this.place(node), `There is no anchor &${node.source} above this alias`);
    }
    if (node.tag !== undefined) return this.refuse(this.place(node), TAG_FAULT);
    if (isMap(node)) return this.readMap(node);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node));
      return { kind: 'list', place: this.place(node), items: items.filter((item) => item !== undefined) };
    }
    return this.readScalar(node);
  }

  private readMap(map: Node & { items: readonly unknown[] }): Located {
    const entries = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const { key, value } of map.items as readonly { key: Node; value: Node | null }[]) {
      if (!isScalar(key) || key.value === null) {
        this.refuse(this.place(key), 'A key must be a word');
        continue;
      }
      const place = this.place(key);
      // A key without a colon, as in {constant}, has no value node at all.
      const located = value ? this.read(value) : nothingAfter(place);
      if (!located) continue;
      const isMerge = key.value === MERGE_KEY && key.type === 'PLAIN';
      if (isMerge) merged.push({ key: place, value: located });
      else entries.set(String(key.value), { key: place, value: located });
    }
    for (const { key, value } of merged) this.mergeInto(entries, value, key);
    return { kind: 'map', place: this.place(map), entries };
  }

  /**
   * Adds the keys of a merge key's map, or of its list of maps, that the map does not have itself. Each keeps its own
   * place.
   */
  private mergeInto(entries: Map<string, Entry>, value: Located, key: Place): void {
    const maps = value.kind === 'list' ? value.items : [value];
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.refuse(key, 'A merge key needs a map, or a list of maps, as in "<<: *name"');
        return;
      }
      for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  private readScalar(node: Node): Located | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
      return { kind: 'scalar', place: this.place(node), value: value as string | number | boolean | null };
    }
    return this.refuse(
      this.place(node),
      'A spec can only have maps, lists, texts, numbers, true, false and null',
    );
  }

  /** Records a fault once: an alias bomb would give millions. */
  private refuse(place: Place, message: string): undefined {
    if (this.faults.some((fault) => fault.message === message)) return;
    this.faults.push({ key: '', message, place });
  }

  private place(node: Node): Place {
    const [start, end] = node.range ?? [0, 0];
    return { source: this.source, start: start + this.from, end: end + this.from };
  }
}

/**
 * Returns the spec as YAML: sections in block style, and their values on one line each, as in `input: { rate: 0.5,
 * mask: step }`. Parsing the result gives the same spec.
 */
export function specToYaml(spec: Spec): string {
  const document = new Document(spec);
  if (!isMap(document.contents)) throw new Error('A spec is a map');
  for (const section of document.contents.items) {
    if (!isMap(section.value)) continue;
    for (const { value } of section.value.items) {
      if (isCollection(value)) value.flow = true;
    }
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * Returns the text of a `--set` that gives a key a value, on one line: a name that YAML would read as a number or as null is
 * quoted.
 */
export function writeOverride(key: string, value: unknown): string {
  const yaml = stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 });
  return `${key}=${yaml.trimEnd()}`;
}
