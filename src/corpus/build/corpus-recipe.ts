/** What goes into the preparation of a corpus and what comes out of it. */
import type { OnProgress } from '../../progress.js';
import type { Manifest, Options, SourceFile, Unit } from '../manifest.js';
import type { Normalization } from '../normalize.js';
import type { Vocabulary } from '../vocabulary.js';
import type { VocabularyRule } from './choose-vocabulary.js';
import type { Division } from './divide.js';

/** Everything that decides what a corpus will be. */
export interface Recipe {
  /** Name of the corpus, which is the name of its folder. */
  readonly name: string;
  readonly unit: Unit;
  /** What the corpus is, in words. */
  readonly source: string;
  /** The files it is made from: with `options`, they identify the result. */
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  readonly normalization: Normalization;
  /** How the texts are read when not by `normalization`: texts that have the corpus's form already. */
  readonly readAs?: Normalization;
  readonly texts: Division;
  /** How the vocabulary is chosen, or the vocabulary itself. */
  readonly vocabulary: VocabularyRule | Vocabulary;
  /** Whether `<unk>` stands for words outside the vocabulary; a text may have the word `<unk>` without that leave. */
  readonly substitute: boolean;
}

/** What a caller may pass to every preparation. */
export interface PrepareOptions {
  /** Folder of the prepared corpora; the corpus becomes the folder of its name in it. */
  readonly dataFolder: string;
  /** Replace a corpus of the same name that was prepared otherwise. */
  readonly force?: boolean | undefined;
  /** The command line that asks for it, which the manifest keeps. */
  readonly command?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Told what went otherwise than it should, and what is done instead. */
  readonly onNote?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was prepared, or found prepared. */
export interface PreparedSummary {
  readonly name: string;
  readonly folder: string;
  /** True when the corpus was there already, whole and the same: nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly manifest: Manifest;
}
