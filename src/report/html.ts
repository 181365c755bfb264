/** HTML by tagged templates: everything that is filled in is text, unless it was made here. */
import { visibleLines } from '../visible.js';

/** A piece of HTML that is safe to include as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

/** A value in a template: text is escaped, lists are joined, and nothing is written for null, undefined and false. */
type Value = Html | string | number | null | undefined | false | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes HTML of a template. Attributes must be in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(
    strings.map((part, index) => part + (index < values.length ? markupOf(values[index]) : '')).join(''),
  );
}

/** Includes markup that another renderer made and escaped, such as an SVG of `renderFigures`. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/** Escapes text for content and quoted attributes. Controls and marks of direction get a form that can be seen. */
export function escapeHtml(text: string): string {
  return visibleLines(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  return value === null || value === undefined || value === false ? '' : escapeHtml(String(value));
}
