/** The pairs of sentences in LibreOffice's help in two languages. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted } from '../../errors.js';
import type { PackagedFile } from '../acquire/debian-package.js';
import type { SplitName } from '../manifest.js';
import type { SentencePair } from '../parallel/pair-text.js';
import { paragraphsOf } from './help-page.js';

/** Where the packages have the pages: `usr/share/libreoffice/help/fr/text/swriter/main0000.html`. */
const PAGE = /^usr\/share\/libreoffice\/help\/([^/]+)\/(text\/.+\.html)$/;

/** Tells whether a file of a package is a page of the help in a language, such as "en-US". */
export function isHelpPage(path: string, language: string): boolean {
  return PAGE.exec(path)?.[1] === language;
}

/** Returns the split of the page with this place in the order of names, counted from 0: about 90, 5 and 5 percent. */
export function splitOfPage(index: number): SplitName {
  if (index % 20 === 9) return 'valid';
  return index % 20 === 19 ? 'test' : 'train';
}

/** Hooks while pages are read. */
export interface PageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of the pages that are read. */
  readonly onPages?: ((share: number) => void) | undefined;
}

const PAGES_AT_ONCE = 20;

/**
 * Pairs the paragraphs that have the same identifier on pages of the same name, and gives each page as a whole to one
 * split, so that no page is both trained on and tested. Paragraphs that are the same in both languages are not translated,
 * and are left out.
 *
 * @param source pages of the source language
 * @param target pages of the target language
 */
export async function pairsOfPages(
  source: readonly PackagedFile[],
  target: readonly PackagedFile[],
  { signal, onPages }: PageOptions = {},
): Promise<Record<SplitName, SentencePair[]>> {
  const translations = new Map(target.map((file) => [nameOf(file), file]));
  const pages = source
    .filter((file) => translations.has(nameOf(file)))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const splits: Record<SplitName, SentencePair[]> = { train: [], valid: [], test: [] };
  for (const [index, page] of pages.entries()) {
    const translation = translations.get(nameOf(page)) as PackagedFile;
    splits[splitOfPage(index)].push(...pairsOfPage(page, translation));
    if (index % PAGES_AT_ONCE > 0) continue;
    // Lets signals and the progress display run.
    await nextTurn();
    stopIfAborted(signal);
    onPages?.(index / pages.length);
  }
  return splits;
}

function pairsOfPage(page: PackagedFile, translation: PackagedFile): SentencePair[] {
  const targets = paragraphsOf(translation.content.toString('utf8'));
  const pairs: SentencePair[] = [];
  for (const [id, source] of paragraphsOf(page.content.toString('utf8'))) {
    const target = targets.get(id);
    if (target !== undefined && target !== source) pairs.push({ source, target });
  }
  return pairs;
}

/** Returns the name that a page has in every language. */
function nameOf({ path }: PackagedFile): string {
  return PAGE.exec(path)?.[2] ?? path;
}
