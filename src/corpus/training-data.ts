/** What training needs to know of prepared data, whatever it is made of: a text, or pairs of sentences. */

/** Content of prepared data that a run depends on: hashes (SHA-256, hex), which checkpoints record. */
export interface DataIdentity {
  /** Of the vocabulary's file; of the two files where there are two vocabularies. */
  readonly vocabularyHash: string;
  readonly trainHash: string;
  readonly validHash: string;
}

/** Prepared data, open for reading. */
export interface TrainingData {
  /** Name of the corpus. */
  readonly name: string;
  readonly folder: string;
  readonly identity: DataIdentity;
  close(): void;
}
