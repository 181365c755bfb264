/** Elements of SVG, as far as drawing needs them: TypeScript's own types of the DOM are those of a browser, which this program is not. */

/** An element. */
export interface SvgElement {
  textContent: string;
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...children: SvgElement[]): void;
  remove(): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** A document that makes elements. */
export interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

/** Makes an element of SVG. */
export function svgElement(
  document: SvgDocument,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SvgElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
}

/** Makes an element with a text. */
export function text(
  document: SvgDocument,
  content: string,
  attributes: Readonly<Record<string, string | number>>,
): SvgElement {
  const element = svgElement(document, 'text', { 'text-anchor': 'start', ...attributes });
  element.textContent = content;
  return element;
}

/** Estimates the width of a text in pixels. No font is at hand to measure it, so it is rather too wide than too narrow. */
export function estimatedWidth(content: string, fontSize: number): number {
  const ems = [...content].reduce(
    (sum, character) => sum + (character < '\u0300' ? emsOf(character) : 1.05),
    0,
  );
  return ems * fontSize;
}

function emsOf(character: string): number {
  if (/[ .,:;'|!ijlft()[\]-]/.test(character)) return 0.36;
  return /[A-ZmwMW%@]/.test(character) ? 0.78 : 0.58;
}

/** Cuts a text that is estimated to be too wide, and ends it with "…". */
export function clipped(content: string, fontSize: number, width: number): string {
  if (estimatedWidth(content, fontSize) <= width) return content;
  let shown = '';
  for (const character of content) {
    if (estimatedWidth(`${shown}${character}…`, fontSize) > width) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}
