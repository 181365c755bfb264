/**
 * Two baselines of translation on test: the source as it is, and each word by its likeliest translation under IBM Model 1 (Brown et al.
 * 1993), which learns t(target word | source word) from train by EM: `npx tsx bench/dictionary.ts libreoffice --data data`.
 */
import { parseArgs } from 'node:util';
import { wordsOfPieces } from '../src/corpus/parallel/bpe.js';
import { textOfWords } from '../src/corpus/parallel/form.js';
import { ParallelCorpus } from '../src/corpus/parallel/parallel-corpus.js';
import type { Vocabulary } from '../src/corpus/vocabulary.js';
import { corpusBleu } from '../src/metrics/bleu.js';
import { corpusChrf } from '../src/metrics/chrf.js';
import { fail } from './fail.js';

const USAGE = `usage: npx tsx bench/dictionary.ts CORPUS [options]
  --data FOLDER     folder of the prepared corpora     (data)
  --iterations N    iterations of EM                   (10)`;

/** The word that every target sentence may come from besides those of its source. */
const EMPTY = '';

/** t(target word | source word), by source word. */
type Table = Map<string, Map<string, number>>;

interface WordPair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** Returns the pairs of a split as whole words. */
function wordPairs(corpus: ParallelCorpus, split: 'train' | 'test'): WordPair[] {
  const pairs = corpus.split(split);
  const words = (ids: Int32Array, vocabulary: Vocabulary) => {
    const pieces = Array.from(ids, (id) => vocabulary.word(id));
    return corpus.manifest.merges === null ? pieces : wordsOfPieces(pieces);
  };
  return Array.from({ length: pairs.length }, (_, index) => {
    const { source, target } = pairs.read(index);
    return { source: words(source, corpus.source), target: words(target, corpus.target) };
  });
}

/** One iteration of EM: expected counts under the old table, normalized. Without an old table all translations are equally likely. */
function iterate(pairs: readonly WordPair[], old: Table | null): Table {
  const counts: Table = new Map();
  for (const { source, target } of pairs) {
    const sources = [EMPTY, ...source];
    for (const f of target) {
      const weights = sources.map((e) => (old ? (old.get(e)?.get(f) ?? 0) : 1));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, e] of sources.entries()) {
        const of = counts.get(e) ?? new Map<string, number>();
        if (of.size === 0) counts.set(e, of);
        of.set(f, (of.get(f) ?? 0) + weights[i] / total);
      }
    }
  }
  for (const of of counts.values()) {
    const total = [...of.values()].reduce((sum, count) => sum + count, 0);
    for (const [f, count] of of) of.set(f, count / total);
  }
  return counts;
}

/** Returns the likeliest translation of each source word; the first of equals. */
function dictionaryOf(table: Table): Map<string, string> {
  return new Map(
    [...table].map(([e, of]) => [e, [...of].reduce((best, next) => (next[1] > best[1] ? next : best))[0]]),
  );
}

/** Measures both baselines on the test split of a corpus, and prints them. */
async function measure(dataFolder: string, name: string, iterations: number): Promise<void> {
  const corpus = await ParallelCorpus.open(dataFolder, name);
  const train = wordPairs(corpus, 'train');
  let table: Table | null = null;
  for (let i = 0; i < iterations; i++) table = iterate(train, table);
  const dictionary = dictionaryOf(table ?? new Map());
  const references = await corpus.text('test', 'target');
  const systems = {
    'the source as it is': await corpus.text('test', 'source'),
    'word by word': wordPairs(corpus, 'test').map(({ source }) =>
      textOfWords(
        source.map((word) => dictionary.get(word) ?? word),
        corpus.manifest.form,
      ),
    ),
  };
  for (const [system, texts] of Object.entries(systems)) {
    const [bleu, chrf] = [corpusBleu(texts, references).score, corpusChrf(texts, references).score];
    console.log(`${system}: BLEU ${bleu.toFixed(2)}, chrF2 ${chrf.toFixed(1)}`);
  }
  corpus.close();
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: 'data' }, iterations: { type: 'string', default: '10' } },
});
const iterations = Number(flags.iterations);
if (positionals.length !== 1 || !Number.isInteger(iterations) || iterations < 1) fail(USAGE);
else await measure(flags.data, positionals[0], iterations).catch(fail);
