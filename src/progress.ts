/** How long work tells its caller where it stands: core functions report, `cli/progress.ts` draws. */
export interface Progress {
  /** What is being done, for a person: "ptb.train.txt", "epoch 3". */
  readonly label: string;
  /** Units finished so far. */
  readonly done: number;
  /** Units in all, when known. */
  readonly total?: number;
  readonly unit: 'bytes' | 'windows' | 'tokens' | 'n-grams' | 'files' | 'turns';
  /** Short figures to show beside the bar, the most important first: "perplexity 181.2". */
  readonly figures?: readonly string[];
  /** The rate to show, where it is not that of the units. */
  readonly rate?: { readonly perSecond: number; readonly unit: string };
}

/** Receives progress; called often, so it must be cheap. */
export type OnProgress = (progress: Progress) => void;
