/** Faults of a spec and their presentation: `file:line:col`, the message, the line, a caret. */
import { UserError } from '../errors.js';
import { visible } from '../visible.js';
import { find, type Located, type Place, valuePlace } from './located.js';
import { formatKey, parseKey, schemaAt } from './schema.js';

/** A fault of a spec. */
export interface Fault {
  /** The dotted key; empty for a fault of a file or a flag as a whole. */
  readonly key: string;
  /** The message: a sentence that names the key, without a full stop. */
  readonly message: string;
  /** Other keys that take part in the fault. Any of them may be the cause. */
  readonly others?: readonly string[];
  /** The place of the fault; absent when it is in no text, as for a missing file. */
  readonly place?: Place;
  /** The cure, where neither the message nor the explanation of the key gives it. */
  readonly cure?: string;
}

/** A fault for programs. */
export interface FaultReport {
  /** Dotted key, empty for a fault of the file as a whole. */
  readonly key: string;
  readonly message: string;
  /** The file or flag to look into, which may be one that the checked file extends. */
  readonly source?: string;
  /** Counted from 1, as is `column`; in files only. */
  readonly line?: number;
  readonly column?: number;
}

/** Line and column of a place, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Error with all faults of a spec: the message lists them, `faults` has them for programs. */
export class SpecError extends UserError {
  /** @param faults at least one fault, in the order to show them */
  constructor(readonly faults: readonly Fault[]) {
    super('spec', faults.map(renderFault).join('\n\n'), curesFor(faults));
  }
}

/** Returns the line and column at which a place starts. */
export function positionOf(place: Place): Position {
  const before = place.source.text.slice(0, place.start).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Returns a fault with its position as numbers. */
export function reportFault({ key, message, place }: Fault): FaultReport {
  if (!place) return { key, message };
  const source = place.source.name;
  return place.source.kind === 'file'
    ? { key, message, source, ...positionOf(place) }
    : { key, message, source };
}

/** Returns a warning as one line: where it was written, and what it says. */
export function renderWarning({ message, place }: Fault): string {
  if (!place) return `Warning: ${message}`;
  return renderFault({ key: '', message: `Warning: ${message}`, place }).split('\n', 1)[0] ?? '';
}

/** Returns a fault as plain text of one line, or of three where there is a source line to show. */
export function renderFault(fault: Fault): string {
  const { place, message } = fault;
  if (!place) return message;
  const { kind } = place.source;
  const name = visible(place.source.name);
  if (kind === 'override') return [`${name}  ${message}`, ...renderFrame(place, '')].join('\n');
  const { line, column } = positionOf(place);
  const head = `${name}:${line}:${column}  ${message}`;
  return place.end === 0 ? head : [head, ...renderFrame(place, `${line} `)].join('\n');
}

/** Most characters of a line that are shown before and after the start of a place. */
const MOST_BEFORE = 80;
const MOST_AFTER = 60;

/** Returns the place's first line, or the part of a long line around it, with carets below it. */
function renderFrame(place: Place, gutter: string): string[] {
  const { text } = place.source;
  const lineStart = text.lastIndexOf('\n', place.start - 1) + 1;
  const lineEnd = text.indexOf('\n', place.start);
  const from = Math.max(lineStart, place.start - MOST_BEFORE);
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, place.start + MOST_AFTER);
  const cut = from > lineStart ? '…' : '';
  // The carets are aligned with the visible form, which a tab would shift.
  const show = (part: string) => visible(part.replaceAll('\t', ' '));
  const shown = show(text.slice(from, to).trimEnd());
  const before = show(text.slice(from, place.start)).length;
  const marked = show(text.slice(place.start, Math.min(place.end, to))).length;
  const carets = Math.max(1, Math.min(marked, shown.length - before));
  const line = `  ${gutter}| ${cut}${shown}`;
  return [line, `  ${' '.repeat(gutter.length)}| ${' '.repeat(cut.length + before)}${'^'.repeat(carets)}`];
}

/** Sorts faults by source in the given order, then from top to bottom. */
export function sortFaults(faults: readonly Fault[], sources: readonly string[]): Fault[] {
  const rank = (fault: Fault) => (fault.place ? sources.indexOf(fault.place.source.name) : -1);
  const start = (fault: Fault) => fault.place?.start ?? 0;
  return [...faults].sort((a, b) => rank(a) - rank(b) || start(a) - start(b));
}

/** Most cures that are shown, so that a long list of faults is not followed by a long list of cures. */
const MOST_CURES = 3;

function curesFor(faults: readonly Fault[]): string[] {
  const cures = faults.map((fault) => fault.cure ?? explanationOf(fault.key));
  return [...new Set(cures)].filter((cure) => cure !== undefined).slice(0, MOST_CURES);
}

/** Returns the command that explains a key, or the nearest existing key above it. */
function explanationOf(key: string): string | undefined {
  const path = parseKey(key).map((segment) => (/^\d+$/.test(segment) ? '0' : segment));
  while (path.length > 0 && !schemaAt(path)) path.pop();
  return path.length === 0 ? undefined : `See its allowed values: zlm spec explain ${formatKey(path)}`;
}

/**
 * Gives each fault a place: of all values that take part in it, the one that was written last. With `--set
 * training.epochs=1` the cause is the override, not the line of the file that it overrides.
 *
 * @param tree the spec, with the places of its values
 * @param sources names of the texts that it was read from: the file, what it extends, nearest first, then the overrides
 *                in order
 */
export function placeFaults(faults: readonly Fault[], tree: Located, sources: readonly string[]): Fault[] {
  return faults.map((fault) => ({ ...fault, place: placeOf(fault, tree, sources) }));
}

function placeOf({ key, others = [] }: Fault, tree: Located, sources: readonly string[]): Place {
  // A default is in no text, so it cannot be the cause.
  const written = [key, ...others].map(parseKey).filter((path) => find(tree, path) !== undefined);
  const places = written.map((path) => valuePlace(tree, path));
  const [first = valuePlace(tree, parseKey(key)), ...rest] = places;
  return rest.reduce((last, place) => (rank(place, sources) > rank(last, sources) ? place : last), first);
}

/**
 * Returns a number that is greater for a source that is applied later: a parent, then the file that extends it, then
 * each override.
 */
function rank({ source }: Place, sources: readonly string[]): number {
  const index = sources.indexOf(source.name);
  return source.kind === 'override' ? index : -index;
}
