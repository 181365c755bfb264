/** The paragraphs of a page of LibreOffice's help, by the identifiers that all languages share. */
import { Parser } from 'htmlparser2';

/** Identifiers of headings and paragraphs; others belong to bookmarks and the frame of the page. */
const PARAGRAPH_ID = /^(?:par_id|hd_id|N\d)/;
const PARAGRAPH_TAG = /^(?:p|h[1-6])$/;

/** Paragraphs with program text, or none. */
const NO_TEXT = /\b(?:code|codeintable|smathcode|image|imageintable|youtube_consent)\b/;

/** A word or a part of a sentence that differs by operating system or by application. */
const SWITCH = 'switchinline';
const MAC = 'MAC';

/** An open element of a paragraph. */
interface OpenElement {
  /** Whether its text is left out. */
  readonly skipped: boolean;
  /** Of a switch: its cases. */
  readonly cases?: string[];
}

/**
 * Returns the text of each paragraph and heading by its identifier, with single spaces. Of what differs by operating system, the
 * case for all others is taken, which is that of Windows and Linux. Left out are program text, and paragraphs that differ
 * by application, such as "Slide" in Impress, without a case for all others.
 */
export function paragraphsOf(html: string): Map<string, string> {
  const reader = new PageReader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (text) => reader.text(text),
      onclosetag: () => reader.close(),
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return reader.paragraphs;
}

class PageReader {
  readonly paragraphs = new Map<string, string>();
  #id = '';
  #text = '';
  #isWhole = true;
  /** The paragraph and what is open in it; empty outside of paragraphs. */
  #open: OpenElement[] = [];

  open(name: string, { id = '', class: kind = '' }: Record<string, string>): void {
    if (this.#open.length === 0) {
      if (!PARAGRAPH_TAG.test(name) || !PARAGRAPH_ID.test(id)) return;
      this.#id = id;
      this.#text = '';
      this.#isWhole = !NO_TEXT.test(kind);
      this.#open.push({ skipped: false });
      return;
    }
    if (name === 'br') this.text(' ');
    const parent = this.#open[this.#open.length - 1];
    const isCase = parent.cases !== undefined;
    parent.cases?.push(kind);
    const skipped = parent.skipped || (isCase && kind !== '');
    this.#open.push(kind === SWITCH ? { skipped, cases: [] } : { skipped });
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined && !element.skipped) this.#text += text;
  }

  close(): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    if (closed.cases !== undefined && !closed.skipped && !hasDefault(closed.cases)) this.#isWhole = false;
    if (this.#open.length > 0) return;
    const text = this.#text.replace(/\s+/g, ' ').trim();
    // A page may include the same paragraph twice.
    if (this.#isWhole && text !== '' && !this.paragraphs.has(this.#id)) this.paragraphs.set(this.#id, text);
  }
}

/** Tells whether a switch has a case for all others. One for macOS alone adds text there, and is whole without it. */
function hasDefault(cases: readonly string[]): boolean {
  return cases.includes('') || cases.every((kind) => kind === MAC);
}
