/**
 * Text that zlm did not write (words of a corpus, names of files and runs, lines of a spec, output of a compiler) may contain
 * characters that a terminal obeys instead of showing. Here they get a form that can be seen: `\x1b`, `\u202e`.
 */

/**
 * Characters that a terminal may execute, or a reader may not see:
 * - controls: C0 with ESC, DEL, and C1, of which one character begins a sequence in many terminals,
 * - marks, embeddings, overrides and isolates of the bidirectional algorithm, which reorder the text around them,
 * - separators of lines and paragraphs, interlinear annotations, and the byte order mark.
 */
const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g;

const SHORT_FORMS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes a text of one line safe to show, line feeds and tabs included. A text that is safe stays as it is, so
 * applying this twice is applying it once.
 */
export function visible(text: string): string {
  return text.replace(OBEYED, (character) => SHORT_FORMS[character] ?? hexForm(character));
}

/** Makes a text of several lines safe to show: as {@link visible}, but line feeds and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(OBEYED, (character) =>
    character === '\n' || character === '\t' ? character : (SHORT_FORMS[character] ?? hexForm(character)),
  );
}

/** Makes the text of a JSON value safe to show without changing the value: JSON itself leaves C1 and the marks as they are. */
export function visibleJson(json: string): string {
  return json.replace(OBEYED, (character) =>
    character === '\n' ? character : `\\u${codeOf(character).padStart(4, '0')}`,
  );
}

/**
 * Copies plain data with every text in it safe to show.
 *
 * @param linesIn keys whose texts may have several lines
 */
export function visibleData<T>(data: T, linesIn: readonly string[] = []): T {
  return visibleValue(data, '', linesIn) as T;
}

function visibleValue(value: unknown, key: string, linesIn: readonly string[]): unknown {
  if (typeof value === 'string') return linesIn.includes(key) ? visibleLines(value) : visible(value);
  if (Array.isArray(value)) return value.map((item) => visibleValue(item, key, linesIn));
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [visible(name), visibleValue(item, name, linesIn)]),
  );
}

function hexForm(character: string): string {
  const code = codeOf(character);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16);
}
