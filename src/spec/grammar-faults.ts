/**
 * Messages for faults of YAML syntax, with the place to change. Among the causes are missing colons, and characters
 * that look like others or like nothing, mostly copied from a web page or a word processor.
 */
import { Lexer, type YAMLError } from 'yaml';
import { asSentence } from './wording.js';

/** A fault of the syntax, with offsets into the text. */
export interface GrammarFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Message for a tag. The parser reports some tags and accepts others. */
export const TAG_FAULT = 'A tag has no meaning in a spec; write the bare value';

/** Messages for error codes that need no further analysis. */
const BY_CODE: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'A tab cannot indent YAML; use spaces',
  DUPLICATE_KEY: 'This key occurs twice in the same map; keep one of them',
  MULTIPLE_DOCS: 'A second YAML document starts here; a file can have only one spec',
  TAG_RESOLVE_FAILED: TAG_FAULT,
  RESOURCE_EXHAUSTION: 'This is nested too deeply for a spec',
  BLOCK_IN_FLOW: 'This is not allowed inside { } or [ ]; a comma may be missing before or after it',
  BAD_DQ_ESCAPE: 'A backslash in double quotes begins an escape; use single quotes for a plain one',
  BAD_SCALAR_START: 'A value cannot begin with this character; put the value in quotes',
  BAD_ALIAS: 'An alias needs the name of an anchor, as in *name',
  MULTIPLE_ANCHORS: 'A value can have one anchor at most',
  BAD_DIRECTIVE: 'A spec needs no YAML directive; delete the line',
};

/**
 * Returns message and place of one error.
 *
 * @param text the parsed text
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
  if (broken) return { message: asSentence(broken.message), start: line.start, end: line.end };
  if (error.message.startsWith('All '))
    return at('This line is not indented like the others of its map or list');
  if (error.code === 'UNEXPECTED_TOKEN') {
    return at('This does not belong here; a quote or a bracket before it may be closed too early');
  }
  return at('This line is neither "key: value" nor a continuation of the line above it');
}

function unclosed(what: string, message: string): string {
  const [open, close] = what === 'Flow map' ? ['{', '}'] : ['[', ']'];
  if (what.startsWith('Flow')) return `A "${open}" before this is not closed; write "${close}"`;
  return `A ${message.includes("'") ? 'single' : 'double'} quote is not closed`;
}

/**
 * Returns the fault of a map where a value is expected: a second ": " on its line, or a line below it that is indented
 * further.
 */
function nestedMap({ pos: [start, end] }: YAMLError, text: string): GrammarFault {
  const line = lineAt(text, start);
  if (/:(\s|$)/.test(text.slice(start, line.end))) {
    return { message: 'A line can have only one "key: value"; put a value with ": " in quotes', start, end };
  }
  const next = lineAt(text, line.next);
  const message = 'This line is indented further than the one above it, which has its value already';
  return { message, start: next.start, end: next.end };
}

/** Returns the line around an offset, without white space at its ends, and where the next one begins. */
function lineAt(text: string, offset: number): { text: string; start: number; end: number; next: number } {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const feed = text.indexOf('\n', offset);
  const to = feed === -1 ? text.length : feed;
  const trimmed = text.slice(from, to).trim();
  const start = from + text.slice(from, to).indexOf(trimmed);
  return { text: trimmed, start, end: start + trimmed.length, next: Math.min(to + 1, text.length) };
}

/** An entry `key: value` that lacks its colon, or the space after it. */
export interface BrokenEntry {
  readonly key: string;
  /** The fault and its cure: a clause that follows a sentence. {@link asSentence} makes a sentence of it. */
  readonly message: string;
}

/** Wrong separators between a key and its value. */
const FORMS: readonly { readonly form: RegExp; readonly fault: string }[] = [
  { form: /^(\w+):([^\s:].*)$/, fault: 'a space is missing after the colon' },
  { form: /^(\w+)\s*:?=\s*(.*)$/, fault: '"=" does not separate a key from its value' },
  { form: /^(\w+)\s+([^\s:=].*)$/, fault: 'a colon is missing after the key' },
  { form: /^(\w+)()$/, fault: 'a colon is missing after the key' },
];

/** Longest value that is repeated in a message, in characters. */
const MOST_QUOTED = 40;

/**
 * Finds out why a text is not an entry of a map.
 *
 * @param text a line, or the key that YAML parsed from it, such as `lstm:8`
 * @returns undefined when it is not a broken entry
 */
export function brokenEntry(text: string): BrokenEntry | undefined {
  const bare = text
    .trim()
    .replace(/^- +/, '')
    .replace(/(?<!\s)\s+#.*$/, ''); // without the look-behind, a long run of blanks would be tried from each of them
  for (const { form, fault } of FORMS) {
    const [, key, value = ''] = form.exec(bare) ?? [];
    if (key === undefined) continue;
    const example = value === '' || value.length > MOST_QUOTED ? `${key}: …` : `${key}: ${value}`;
    return { key, message: `${fault}; write "${example}"` };
  }
  return undefined;
}

/** A character that YAML takes for a part of a word. */
export interface ForeignCharacter {
  readonly offset: number;
  /** The fault as a message. */
  readonly message: string;
}

/** White space that YAML does not accept, and invisible characters: controls, format characters, fillers. */
const INVISIBLE = /[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}]|\u034f|\u115f|\u1160|\u3164|\uffa0/u;

/** Characters that input methods write in place of those of YAML. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '：': ':',
  '∶': ':',
  '，': ',',
  '［': '[',
  '］': ']',
  '｛': '{',
  '｝': '}',
};

/** Names of the most frequent ones; the others are shown by number only. */
const NAMES: Readonly<Record<number, string>> = {
  160: 'no-break space',
  173: 'soft hyphen',
  8203: 'zero-width space',
  8204: 'zero-width non-joiner',
  8205: 'zero-width joiner',
  8239: 'narrow no-break space',
  8288: 'word joiner',
  12288: 'ideographic space',
  65279: 'byte order mark',
};

/** Returns every foreign character outside comments and quotes, where it cannot be intended. */
export function foreignCharacters(text: string): ForeignCharacter[] {
  const found: ForeignCharacter[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    // Single control characters mark documents and scalars; they are not part of the text.
    if (['\u0002', '\u0018', '\u001f'].includes(token)) continue;
    if (!/^[#"']/.test(token) && !(offset === 0 && token === '\ufeff')) {
      for (const { 0: character, index } of token.matchAll(/[^\n\r\t -~]/gu)) {
        const message = describe(character);
        if (message) found.push({ offset: offset + index, message });
      }
    }
    offset += token.length;
  }
  return found;
}

function describe(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const likeness = LOOK_ALIKES[character];
  if (likeness) return `The character ${number} only looks like "${likeness}"; write "${likeness}" itself`;
  if (!INVISIBLE.test(character)) return undefined;
  const name = NAMES[code] ? `${number}, ${NAMES[code]},` : number;
  return `The invisible character ${name} is here; delete it, or write a space`;
}
