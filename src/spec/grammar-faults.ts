/** Faults of YAML's own grammar in words, at the place to change. */
import type { YAMLError } from 'yaml';
import { brokenEntry } from './missing-colon.js';

/** A fault of the grammar, with offsets into the text. */
export interface GrammarFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What a tag makes wrong; the parser reports some, and passes others on. */
export const TAG_FAULT = 'a tag has no meaning in a spec; write the bare value';

/** Faults whose code says all. */
const BY_CODE: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab cannot indent YAML; use spaces',
  DUPLICATE_KEY: 'this key stands twice in the same map; keep one of them',
  MULTIPLE_DOCS: 'a second YAML document starts here; a file holds one spec',
  TAG_RESOLVE_FAILED: TAG_FAULT,
  RESOURCE_EXHAUSTION: 'this is nested too deeply for a spec',
  BLOCK_IN_FLOW: 'this cannot stand inside { } or [ ]; a comma may be missing before or after it',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape; use single quotes for a plain one',
  BAD_SCALAR_START: 'a value cannot begin with this character; put the value in quotes',
  BAD_ALIAS: 'an alias needs the name of an anchor, as in *name',
  MULTIPLE_ANCHORS: 'a value can have one anchor at most',
  BAD_DIRECTIVE: 'a spec needs no YAML directive; take the line out',
};

/**
 * Words and place of one error.
 *
 * @param text what was parsed
 */
export function grammarFault(error: YAMLError, text: string): GrammarFault {
  const [start, end] = error.pos;
  const at = (message: string) => ({ message, start, end });
  const known = BY_CODE[error.code];
  if (known) return at(known);
  const open = /^(Flow \w+|Missing closing)/.exec(error.message)?.[1];
  if (open) return at(unclosed(open, error.message));
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return nestedMap(error, text);
  const line = lineAt(text, start);
  const broken = brokenEntry(line.text);
  if (broken) return { message: broken.message, start: line.start, end: line.end };
  if (error.message.startsWith('All '))
    return at('this line is not indented like the others of its map or list');
  if (error.code === 'UNEXPECTED_TOKEN') {
    return at('this does not belong here; a quote or a bracket before it may be closed too early');
  }
  return at('this line is neither "key: value" nor a part of the one above it');
}

function unclosed(what: string, message: string): string {
  const [open, close] = what === 'Flow map' ? ['{', '}'] : ['[', ']'];
  if (what.startsWith('Flow')) return `a "${open}" before this is not closed; write "${close}"`;
  return `a ${message.includes("'") ? 'single' : 'double'} quote is not closed`;
}

/** A map where a value stands: a second ": " in its line, or a line below it that is indented further. */
function nestedMap({ pos: [start, end] }: YAMLError, text: string): GrammarFault {
  const line = lineAt(text, start);
  if (/:(\s|$)/.test(text.slice(start, line.end))) {
    return { message: 'a line holds one "key: value"; put a value with ": " in it in quotes', start, end };
  }
  const next = lineAt(text, line.next);
  const message = 'this line is indented further than the one above it, which has its value already';
  return { message, start: next.start, end: next.end };
}

/** The line around an offset, without white space at its ends, and where the next one begins. */
function lineAt(text: string, offset: number): { text: string; start: number; end: number; next: number } {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const feed = text.indexOf('\n', offset);
  const to = feed === -1 ? text.length : feed;
  const trimmed = text.slice(from, to).trim();
  const start = from + text.slice(from, to).indexOf(trimmed);
  return { text: trimmed, start, end: start + trimmed.length, next: Math.min(to + 1, text.length) };
}
