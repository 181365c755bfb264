/** How long work tells its caller where it stands: core functions report, `cli/progress.ts` draws. */
export interface Progress {
  /** What is being done, for a person: "ptb.train.txt", "epoch 3". */
  readonly label: string;
  /** Units finished so far. */
  readonly done: number;
  /** Units in all, when known. */
  readonly total?: number;
  readonly unit: 'bytes' | 'windows' | 'tokens' | 'n-grams' | 'files';
  /** Short figures to show beside the bar: "perplexity 181.2", "2.7k tokens/s". */
  readonly detail?: string;
}

/** Receives progress; called often, so it must be cheap. */
export type OnProgress = (progress: Progress) => void;
