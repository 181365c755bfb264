/** Input and result of the preparation of a corpus. */
import type { OnProgress } from '../../progress.js';
import type { Manifest, Unit } from '../manifest.js';
import type { Options, SourceFile } from '../manifest-record.js';
import type { Normalization } from '../normalize.js';
import type { Vocabulary } from '../vocabulary.js';
import type { VocabularyRule } from './choose-vocabulary.js';
import type { Division } from './divide.js';

/** Everything that determines the bytes of a corpus. */
export interface Recipe {
  /** Name of the corpus, which is the name of its folder. */
  readonly name: string;
  readonly unit: Unit;
  /** Description of the corpus, for people. */
  readonly source: string;
  /** The files it is made from: with `options`, they identify the result. */
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  readonly normalization: Normalization;
  /**
   * Normalization of the texts, where it differs from `normalization`: for texts that already have the form of the
   * corpus.
   */
  readonly readAs?: Normalization;
  readonly texts: Division;
  /** The rule that chooses the vocabulary, or the vocabulary itself. */
  readonly vocabulary: VocabularyRule | Vocabulary;
  /** Whether words outside the vocabulary become `<unk>`. The word `<unk>` in a text is allowed in any case. */
  readonly substitute: boolean;
}

/** Options of every preparation. */
export interface PrepareOptions {
  /** Folder of the prepared corpora; the corpus becomes the folder of its name in it. */
  readonly dataFolder: string;
  /** Replace a corpus of the same name that was made from other files or options. */
  readonly force?: boolean | undefined;
  /** The command that asks for it, which the manifest records. */
  readonly command?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Called with one line when something fails and an alternative is tried. */
  readonly onNote?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A prepared corpus, with the manifest of its kind. */
export interface PreparedFolder<M> {
  readonly name: string;
  readonly folder: string;
  /** True when the same corpus was already there, whole: nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly manifest: M;
}

/** The prepared corpus for language models. */
export type PreparedSummary = PreparedFolder<Manifest>;
