/** Characters in a spec that look like others or like nothing, mostly copied from a web page or a text processor. */
import { Lexer } from 'yaml';

/** A character where YAML would take it for a part of a word. */
export interface ForeignCharacter {
  readonly offset: number;
  /** What is wrong with it, as a fault says it. */
  readonly message: string;
}

/** White space that YAML does not know as such, and what shows nothing at all: controls, format characters, fillers. */
const INVISIBLE = /[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}]|\u034f|\u115f|\u1160|\u3164|\uffa0/u;

/** What an input method writes for a character of YAML. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '：': ':',
  '∶': ':',
  '，': ',',
  '［': '[',
  '］': ']',
  '｛': '{',
  '｝': '}',
};

/** Names of those that are met most; others are told by their number. */
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

/** Every such character outside of comments and quotes, where it cannot be meant. */
export function foreignCharacters(text: string): ForeignCharacter[] {
  const found: ForeignCharacter[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    // Single control characters mark documents and scalars; they are no part of the text.
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
  if (likeness) return `the character ${number} only looks like "${likeness}"; write "${likeness}" itself`;
  if (!INVISIBLE.test(character)) return undefined;
  const name = NAMES[code] ? `${number}, ${NAMES[code]},` : number;
  return `the invisible character ${name} stands here; take it out, or write a space`;
}
