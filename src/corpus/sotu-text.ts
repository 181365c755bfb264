/** Mends the transcripts of the State of the Union addresses and cuts them into sentences. */
import { splitSentences } from './english/sentences.js';

const ENTITIES: Readonly<Record<string, string>> = { '&quot;': '"', '&mdash;': '\u2014', '&amp;': '&' };

/** Words that begin a clause, and end no compound: a hyphen before them is a dash ("these laws-they are just"). */
const CLAUSE_OPENERS =
  'and are as but from he I if is it our she that the these they this those was we which who with'.replaceAll(
    ' ',
    '|',
  );

const REPAIRS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The transcriber's remarks: "[Laughter]", "(Applause.)", "[p.8]", "[1]".
  [/[[(](?:laughter|applause|missing text|p\.\d+|\d+)\.?[\])]/gi, ' '],
  // A lost space between sentences: "by peace.We will".
  [/(\p{Ll}{2}[.?!])(?=\p{Lu})/gu, '$1 '],
  // "U. S. Navy" is written "U.S. Navy" elsewhere.
  [/\bU\. S\./g, 'U.S.'],
  // Blanks to be filled in: "_____".
  [/_{2,}/g, ' '],
  // Hyphens that stand for dashes: "in 1837-it", "$457,500,000-making", "1878.-Revolt".
  [/(\d{4}|,\d{3}|[\p{Ll}\d]\.)-+(?=\p{L})/gu, '$1 '],
  [new RegExp(`(\\p{L}{2})-(?=(?:${CLAUSE_OPENERS})\\b(?!-))`, 'gu'), '$1 '],
];

/** "Fellow-Citizens of the Senate and House of Representatives: …" opens an address, not its first sentence. */
const SALUTATION = /^([^:]{0,200}):\s+(?=\p{Lu})/u;

/** The sentences of an address, salutation first, with case, punctuation and numbers as spoken. */
export function sentencesOfAddress(text: string): string[] {
  const plain = text.replace(/&[a-z]+;/g, (entity) => ENTITIES[entity] ?? entity);
  const mended = REPAIRS.reduce(
    (current, [pattern, replacement]) => current.replace(pattern, replacement),
    plain,
  );
  const salutation = SALUTATION.exec(mended);
  if (salutation === null) return splitSentences(mended);
  const body = mended.slice(salutation[0].length);
  return [...splitSentences(salutation[1] as string), ...splitSentences(body)];
}
